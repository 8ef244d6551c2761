"""Conditions of branches: `field op number|text`, joined by 且 and 或 (且 binds tighter).

This module is the seam for the rulebook's expression language: whoever replaces it keeps `parse` and `holds`.
Nothing is executed: a condition is tokens, then comparisons, then values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.approvals.errors import DefinitionInvalid, FieldMissing
from domain.approvals.vocabulary import WORDS

LONGEST = 500
TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"[^"]*"|“[^”]*”|'[^']*')
    | (?P<op>＞＝|＜＝|>=|<=|!=|==|[><=＞＜＝≥≤≠])
    | (?P<word>[^\s"“”'><=!＞＜＝≥≤≠]+)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Comparison:
    """One `field op value`; a number compares by value, a text only by = and !=."""

    field: str
    sign: str
    value: Decimal | str


@dataclass(frozen=True)
class Condition:
    """Alternatives, each a row of comparisons that must all hold."""

    alternatives: tuple[tuple[Comparison, ...], ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(part.field for row in self.alternatives for part in row)


def parse(text: str) -> Condition:
    """The condition in `text`. Raises DefinitionInvalid with the text that cannot be read."""
    if len(text) > LONGEST:
        raise DefinitionInvalid(what="condition_too_long", where=text[:40])
    alternatives: list[tuple[Comparison, ...]] = []
    row: list[Comparison] = []
    tokens = _tokens(text)
    while True:
        row.append(_comparison(tokens[:3], text))
        tokens = tokens[3:]
        if not tokens:
            alternatives.append(tuple(row))
            return Condition(tuple(alternatives))
        joined = WORDS["logic"].get(tokens.pop(0)[1])
        if joined is None:
            raise DefinitionInvalid(what="condition", where=text)
        if joined == "or":
            alternatives.append(tuple(row))
            row = []


def holds(condition: Condition, form: Mapping[str, Any]) -> bool:
    """Whether the form meets the condition. Raises FieldMissing when a field it asks about is not there."""
    return any(all(_met(part, form) for part in row) for row in condition.alternatives)


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position, stripped = [], 0, text.rstrip()
    while position < len(stripped):
        match = TOKEN.match(stripped, position)
        if match is None or match.lastgroup is None:
            raise DefinitionInvalid(what="condition", where=text)
        found.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return found


def _comparison(tokens: list[tuple[str, str]], text: str) -> Comparison:
    if [kind for kind, _ in tokens[:2]] != ["word", "op"] or len(tokens) < 3 or tokens[2][0] == "op":
        raise DefinitionInvalid(what="condition", where=text)
    (_, field), (_, sign), (kind, value) = tokens
    sign = WORDS["signs"].get(sign, sign)
    if kind == "text":
        if sign not in {"=", "!="}:
            raise DefinitionInvalid(what="text_is_not_ordered", where=text)
        return Comparison(field, sign, value[1:-1])
    number = _number(value)
    if number is None:
        raise DefinitionInvalid(what="condition", where=text)
    return Comparison(field, sign, number)


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _met(part: Comparison, form: Mapping[str, Any]) -> bool:
    given = form.get(part.field)
    if given is None:
        raise FieldMissing(field=part.field)
    if isinstance(part.value, str):
        return (str(given) == part.value) == (part.sign == "=")
    number = _number(given)
    if number is None:
        raise FieldMissing(field=part.field)
    return {
        ">": number > part.value,
        "<": number < part.value,
        ">=": number >= part.value,
        "<=": number <= part.value,
        "=": number == part.value,
        "!=": number != part.value,
    }[part.sign]
