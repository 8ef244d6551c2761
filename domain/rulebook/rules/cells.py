"""Cells of a decision table: `< 1`, `[1, 10)`, `>= 20`, `5`, `2026-01-01`, `病假、事假`, `不是 病假`, `-` for any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.kernel.errors import DomainError
from domain.rulebook.errors import CellUnreadable
from domain.rulebook.rules.intervals import HIGHEST, LOWEST, Cut, Interval, after, before, compared
from domain.rulebook.rules.kinds import Kind, Unfit, exact
from domain.rulebook.rules.names import Names, plain
from domain.rulebook.rules.scanner import Token, scan
from domain.rulebook.vocabulary import SPOKEN, WORDS

ANY = frozenset(WORDS["tables"]["any"])
INFINITE = re.compile(WORDS["tables"]["infinite"])
OTHER_THAN = re.compile(WORDS["tables"]["other_than"])
BETWEEN = re.compile(WORDS["tables"]["between"])
QUOTES = "".join(WORDS["quotes"]) + "".join(WORDS["quotes"].values())
SIGNS = {"GT", "GE", "LT", "LE", "EQ", "NE"}
AXES = {Kind.NUMBER, Kind.WHOLE, Kind.DATE}
"""Kinds that lie on a line, so that gaps can be found."""
NOBODY = Names()


@dataclass(frozen=True)
class Column:
    """An input of a table. `options`: all texts that may come; `range`: all numbers or days that may come."""

    name: str
    kind: Kind
    unit: str | None = None
    options: tuple[str, ...] = ()
    range: tuple[Interval, ...] = (Interval(),)


@dataclass(frozen=True)
class Cell:
    """What a cell lets through: everything, stretches of an axis, or values (all others when `negated`)."""

    text: str
    everything: bool = False
    intervals: tuple[Interval, ...] = ()
    values: tuple[Any, ...] = ()
    negated: bool = False

    def lets(self, value: Any) -> bool:
        """Whether a text or a boolean passes."""
        return self.everything or (value in self.values) != self.negated


def read(written: Any, column: Column) -> Cell:
    """The cell as it was written in YAML or typed. Raises CellUnreadable without its row."""
    parts = written if isinstance(written, list) else [written]
    text = BETWEEN_WORD.join(_text(part) for part in parts)
    if len(parts) == 1 and text in ANY:
        return Cell(text, everything=True)
    try:
        if column.kind in AXES:
            intervals = tuple(each for part in parts for each in _intervals(_text(part), column))
            return Cell(text, intervals=intervals)
        if column.kind is Kind.BOOLEAN:
            return Cell(text, values=tuple(exact(part, Kind.BOOLEAN) for part in parts))
        return _texts(text, column)
    except (DomainError, Unfit) as wrong:
        raise CellUnreadable(column=column.name, cell=text, wanted=column.kind, row=None) from wrong


BETWEEN_WORD = SPOKEN["list"]


def _text(part: Any) -> str:
    return part.isoformat() if isinstance(part, date) else str(part).strip()


def _texts(text: str, column: Column) -> Cell:
    rest = OTHER_THAN.sub("", plain(text))
    negated = rest != plain(text)
    body = text[len(text) - len(rest) :].strip("()（） ")
    values = tuple(word.strip().strip(QUOTES) for word in BETWEEN.split(plain(body)))
    if not all(values) or (column.options and set(values) - set(column.options)):
        raise Unfit
    return Cell(text, values=values, negated=negated)


def _intervals(text: str, column: Column) -> tuple[Interval, ...]:
    tokens = scan(INFINITE.sub("", plain(text)), NOBODY)
    found: list[Interval] = []
    while tokens:
        item, tokens = _item(tokens, column)
        found += item
        if tokens and (tokens[0].kind not in {"COMMA", "OR"} or len(tokens) == 1):
            raise Unfit
        tokens = tokens[1:]
    if not found or any(each.is_empty for each in found):
        raise Unfit
    return tuple(found)


def _item(tokens: list[Token], column: Column) -> tuple[Sequence[Interval], list[Token]]:
    if tokens[0].kind in {"OPEN", "LIST_OPEN"}:
        return _bracket(tokens, column)
    sign = tokens[0].kind if tokens[0].kind in SIGNS else "EQ"
    value, rest = _value(tokens[1:] if tokens[0].kind in SIGNS else tokens, column)
    return compared(sign, value, column.kind), rest


def _bracket(tokens: list[Token], column: Column) -> tuple[Sequence[Interval], list[Token]]:
    """[1, 10) and its kin; an end left out has no limit."""
    low: Cut = LOWEST
    high: Cut = HIGHEST
    rest = tokens[1:]
    if rest and rest[0].kind != "COMMA":
        value, rest = _value(rest, column)
        low = (before if tokens[0].kind == "LIST_OPEN" else after)(value, column.kind)
    if not rest or rest[0].kind != "COMMA":
        raise Unfit
    rest = rest[1:]
    if rest and rest[0].kind not in {"CLOSE", "LIST_CLOSE"}:
        value, rest = _value(rest, column)
        high = (after if rest and rest[0].kind == "LIST_CLOSE" else before)(value, column.kind)
    if not rest or rest[0].kind not in {"CLOSE", "LIST_CLOSE"}:
        raise Unfit
    return [Interval(low, high)], rest[1:]


def _value(tokens: list[Token], column: Column) -> tuple[Decimal | date, list[Token]]:
    negative = bool(tokens) and tokens[0].kind == "MINUS"
    rest = tokens[1:] if negative else tokens
    if not rest or rest[0].kind != ("DATE" if column.kind is Kind.DATE else "NUMBER"):
        raise Unfit
    value = rest[0].value
    if column.kind is Kind.DATE:
        return value, rest[1:]
    if value.unit and column.unit and value.unit != column.unit:
        raise Unfit
    number: Decimal = -value.value if negative else value.value
    if column.kind is Kind.WHOLE and number != int(number):
        raise Unfit
    return number, rest[1:]


def kind_of(cells: Sequence[Any]) -> Kind:
    """What kind a column is of, by all that stands in it; ANY when nothing does."""
    if all(_text(cell) in ANY for cell in cells):
        return Kind.ANY
    for kind in (Kind.DATE, Kind.NUMBER):
        if all(_readable(cell, kind) for cell in cells):
            return kind
    said = {_text(cell).lower() for cell in cells} - ANY
    return Kind.BOOLEAN if said <= {*WORDS["said_true"], *WORDS["said_false"]} and said else Kind.TEXT


def _readable(cell: Any, kind: Kind) -> bool:
    if isinstance(cell, bool):
        return False
    try:
        read(cell, Column("", kind))
    except CellUnreadable:
        return False
    return True
