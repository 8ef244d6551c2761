"""The tree in Chinese. What it says can be read again by `parse` and then says the same.

With values every field is followed by what it holds: 请假天数 5 大于 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from domain.rulebook.rules.names import FUNCTION_NAMES, plain
from domain.rulebook.rules.scanner import KEYWORDS, WORDLIKE
from domain.rulebook.rules.tree import (
    Arithmetic,
    Asked,
    Call,
    Choose,
    Compare,
    Day,
    Empty,
    Logic,
    Member,
    Negative,
    Node,
    Number,
    Opposite,
    Several,
    Text,
    Truth,
)
from domain.rulebook.vocabulary import SPOKEN, WORDS, keyword

BINDS = {"OR": 2, "AND": 3, "PLUS": 6, "MINUS": 6, "TIMES": 7, "DIVIDE": 7, "PERCENT": 7}
CHOICE, OPPOSITE, COMPARISON, NEGATIVE, LEAF = 1, 4, 5, 8, 9
LONG = 6
"""Digits behind the point that a person is shown."""


def explain(node: Node) -> str:
    """The rule in words."""
    return Wording().said(node)


class Wording:
    """Words for one tree. `values` follow their fields; `done` are nodes that are already a value."""

    def __init__(self, values: Mapping[str, Any] | None = None, done: Mapping[int, Any] | None = None) -> None:
        self.values, self.done = values, done or {}

    def said(self, node: Node, least: int = 0) -> str:
        """The words of a node; in brackets when it binds more loosely than `least`."""
        if id(node) in self.done:
            return shown(self.done[id(node)])
        words = self._said(node)
        return f"{SPOKEN['open']}{words}{SPOKEN['close']}" if _binding(node) < least else words

    def _said(self, node: Node) -> str:
        match node:
            case Number():
                return _number(node)
            case Text(value=value) | Truth(value=value) | Day(value=value):
                return shown(value)
            case Asked(name=name):
                return self._field(name, fenced(name))
            case Several(items=items):
                return f"[{self._list(items)}]"
            case Call(name=name, arguments=()):
                return self._field(name, name)
            case Call(name=name, arguments=arguments):
                return f"{name}{SPOKEN['open']}{self._list(arguments)}{SPOKEN['close']}"
            case Negative(operand=operand):
                return f"-{self.said(operand, NEGATIVE)}"
            case Arithmetic(sign=sign, left=left, right=right):
                return self._infix(SPOKEN[sign.lower()], left, right, BINDS[sign])
        return self._condition(node)

    def _condition(self, node: Node) -> str:
        match node:
            case Compare(sign=sign, left=left, right=right):
                return self._infix(keyword(sign), left, right, COMPARISON + 1)
            case Member(operand=operand, among=among, negated=negated):
                word = keyword("NOT_IN" if negated else "IN")
                return f"{self.said(operand, COMPARISON + 1)} {word} {self.said(among)}"
            case Empty(operand=operand, negated=negated):
                return f"{self.said(operand)} {keyword('NOT_EMPTY' if negated else 'EMPTY')}"
            case Logic(sign=sign, parts=parts):
                return f" {keyword(sign)} ".join(self.said(part, BINDS[sign] + 1) for part in parts)
            case Opposite(operand=operand):
                return f"{keyword('NOT')} {self.said(operand, OPPOSITE)}"
            case Choose(condition=condition, then=then, otherwise=otherwise):
                return self._choice(condition, then, otherwise)
        raise TypeError(type(node).__name__)

    def _choice(self, condition: Node, then: Node, otherwise: Node) -> str:
        comma = SPOKEN["comma"]
        head = f"{keyword('IF')} {self.said(condition, CHOICE + 1)}{comma}{keyword('THEN')} "
        return f"{head}{self.said(then, CHOICE + 1)}{comma}{keyword('ELSE')} {self.said(otherwise)}"

    def _infix(self, word: str, left: Node, right: Node, binds: int) -> str:
        return f"{self.said(left, binds)} {word} {self.said(right, binds + 1)}"

    def _list(self, items: tuple[Node, ...]) -> str:
        return SPOKEN["comma"].join(self.said(item) for item in items)

    def _field(self, name: str, said: str) -> str:
        return said if self.values is None else f"{name} {shown(self.values.get(name))}"


def _binding(node: Node) -> int:
    match node:
        case Logic(sign=sign) | Arithmetic(sign=sign):
            return BINDS[sign]
        case Choose():
            return CHOICE
        case Opposite():
            return OPPOSITE
        case Compare() | Member() | Empty():
            return COMPARISON
        case Negative():
            return NEGATIVE
        case Number(value=value) if value < 0:
            return NEGATIVE
    return LEAF


def fenced(name: str) -> str:
    """A field as it can stand in a text: in 【】 when it could be taken for something else."""
    known = plain(name)
    letters = all(WORDLIKE.match(sign) and sign not in "|&!?" for sign in known)
    taken = known.lower() in KEYWORDS or known.lower() in FUNCTION_NAMES
    return name if letters and not taken and not known[:1].isdigit() else f"【{name}】"


def _number(node: Number) -> str:
    if node.percent:
        return f"{digits(node.value * 100)}%"
    unit = f" {WORDS['unit_words'][node.unit]}" if node.unit else ""
    return f"{digits(node.value)}{unit}"


def digits(value: Decimal) -> str:
    """Plain digits, no trailing zeros, never an exponent."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def shown(value: Any) -> str:
    """A value as a person reads it; long fractions are cut for the eye only."""
    match value:
        case None:
            return SPOKEN["nothing"]
        case bool():
            return SPOKEN[str(value).lower()]
        case Decimal():
            return digits(round(value, LONG) if -value.as_tuple().exponent > LONG else value)  # type: ignore[operator]
        case date():
            return value.isoformat()
        case str():
            return quoted(value)
        case tuple():
            return SPOKEN["list"].join(shown(item) for item in value)
    return str(value)


def quoted(text: str) -> str:
    """In the first pair of quotes that the text does not hold itself."""
    pairs = list(WORDS["quotes"].items())
    opening, closing = next(((o, c) for o, c in pairs if not set(c) & set(text)), pairs[-1])
    return f"{opening}{text}{closing[0]}"


def is_cut(value: Any) -> bool:
    """Whether `shown` says less than the value holds."""
    return isinstance(value, Decimal) and value.is_finite() and shown(value) != digits(value)
