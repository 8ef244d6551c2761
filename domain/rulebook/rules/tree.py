"""The tree of an expression: the only things that exist in the language, each with its place in the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from domain.rulebook.rules.kinds import Kind


@dataclass(frozen=True)
class Node:
    """Characters `start` to `end` (exclusive) of the text; `depth` is the height of the tree below."""

    start: int
    end: int
    kind: Kind
    depth: int


@dataclass(frozen=True)
class Number(Node):
    """A number as it counts: 3万元 is 30000 with unit 元; `percent` only says how it was written."""

    value: Decimal
    unit: str | None = None
    percent: bool = False


@dataclass(frozen=True)
class Text(Node):
    value: str


@dataclass(frozen=True)
class Day(Node):
    value: date


@dataclass(frozen=True)
class Truth(Node):
    value: bool


@dataclass(frozen=True)
class Asked(Node):
    """The value of a field."""

    name: str
    unit: str | None = None


@dataclass(frozen=True)
class Several(Node):
    """A list written in the text."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Negative(Node):
    operand: Node


@dataclass(frozen=True)
class Arithmetic(Node):
    """`sign` is PLUS MINUS TIMES DIVIDE PERCENT (remainder), always between numbers."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Compare(Node):
    """`sign` is GT GE LT LE EQ NE."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Member(Node):
    """The operand is one of the list, or is not."""

    operand: Node
    among: Node
    negated: bool


@dataclass(frozen=True)
class Empty(Node):
    """The field holds nothing, or holds something."""

    operand: Node
    negated: bool


@dataclass(frozen=True)
class Logic(Node):
    """`sign` is AND or OR; two parts or more."""

    sign: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Opposite(Node):
    operand: Node


@dataclass(frozen=True)
class Choose(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True)
class Call(Node):
    """`name` as in the function table; operators on dates become calls too (date + 3 days is add_days)."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Expression:
    """What was read; compared by identity, `parse` keeps them.

    `fields`: those that it asks for, in order of appearance, with the kind they must have.

    `given`: what the caller must supply besides, of `current_day` and `workdays`.
    """

    text: str
    root: Node
    fields: Mapping[str, Kind] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    @property
    def kind(self) -> Kind:
        return self.root.kind


GIVEN = frozenset({"current_day", "workdays"})
"""Functions that the caller answers: the business date and the working days between two dates, both included."""


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Several(items=parts) | Logic(parts=parts) | Call(arguments=parts):
            return parts
        case Negative(operand=one) | Opposite(operand=one) | Empty(operand=one):
            return (one,)
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return left, right
        case Member(operand=left, among=right):
            return left, right
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return condition, then, otherwise
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below, as they stand in the text."""
    yield node
    for child in children(node):
        yield from walk(child)


def written(node: Node) -> Any:
    """The value of a node that holds only constants, lists as tuples; None for others."""
    match node:
        case Number(value=value) | Day(value=value) | Text(value=value) | Truth(value=value):
            return value
        case Negative(operand=Number(value=value)):
            return -value
        case Several(items=items):
            found = tuple(written(item) for item in items)
            return None if any(each is None for each in found) else found
    return None
