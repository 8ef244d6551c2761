"""What a value can be, and how values from forms and stored JSON become exact ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any

from domain.rulebook.vocabulary import WORDS


class Kind(StrEnum):
    """Kinds of values. ANY is not known (yet); WHOLE only narrows what a decision table must cover."""

    NUMBER = "number"
    WHOLE = "whole"
    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"
    NUMBERS = "numbers"
    TEXTS = "texts"
    DATES = "dates"
    PERIOD = "period"
    BANDS = "bands"
    ANY = "any"

    @property
    def plain(self) -> Kind:
        """The kind by which it is calculated."""
        return Kind.NUMBER if self is Kind.WHOLE else self

    @property
    def item(self) -> Kind:
        """What a list of this kind holds; a kind that is no list is its own."""
        return ITEMS.get(self, self)

    @property
    def is_list(self) -> bool:
        return self in ITEMS


ITEMS = {Kind.NUMBERS: Kind.NUMBER, Kind.TEXTS: Kind.TEXT, Kind.DATES: Kind.DATE}
LISTS = {item: many for many, item in ITEMS.items()}
LONGEST_NUMBER = 40
"""Characters of a number; more is a mistake or an attack, not a salary."""

Band = tuple[Decimal, Decimal]
"""From this amount on, this rate, up to where the next band begins."""


@dataclass(frozen=True)
class Field:
    """What the language knows of a field: `unit` as in `units` of the vocabulary, `options` of a choice."""

    kind: Kind = Kind.ANY
    unit: str | None = None
    options: tuple[str, ...] = ()


def field_kind(word: str) -> Kind | None:
    """The kind behind a form's word (单选, 金额); None for an unknown word."""
    code = WORDS["field_kinds"].get(word)
    return Kind(code) if code else None


class Unfit(ValueError):
    """A value that is not of its kind; the caller knows which field it belongs to."""


def exact(value: Any, kind: Kind) -> Any:
    """`value` as the language calculates with it. None and blank texts are None (empty). Raises Unfit.

    Texts that hold a number or an ISO date become one when the kind asks for it; a float is read as it is written.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    reader = READERS.get(kind.plain)
    return reader(value) if reader else _any(value)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise Unfit
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value)[: LONGEST_NUMBER + 1])
    except InvalidOperation as wrong:
        raise Unfit from wrong
    if (
        not number.is_finite()
        or len(number.as_tuple().digits) > LONGEST_NUMBER
        or abs(number.adjusted()) > LONGEST_NUMBER
    ):
        raise Unfit
    return number


def _date(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise Unfit
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError as wrong:
        raise Unfit from wrong


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, str):
        if value.lower() in WORDS["said_true"]:
            return True
        if value.lower() in WORDS["said_false"]:
            return False
    if not isinstance(value, bool):
        raise Unfit
    return value


def _period(value: Any) -> tuple[date, date]:
    found = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(found, list | tuple) or len(found) != 2:
        raise Unfit
    start, end = _date(found[0]), _date(found[1])
    if end < start:
        raise Unfit
    return start, end


def _bands(value: Any) -> tuple[Band, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise Unfit
    if not all(isinstance(row, list | tuple) and len(row) == 2 for row in value):
        raise Unfit
    bands = tuple((_number(row[0]), _number(row[1])) for row in value)
    if any(later[0] <= former[0] for former, later in pairwise(bands)):
        raise Unfit
    return bands


def _several(kind: Kind, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise Unfit
    return tuple(READERS[kind](item) for item in value)


def _any(value: Any) -> Any:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(value)
    return tuple(_any(item) for item in value) if isinstance(value, list | tuple) else value


READERS: dict[Kind, Any] = {
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.TEXT: _text,
    Kind.BOOLEAN: _boolean,
    Kind.PERIOD: _period,
    Kind.BANDS: _bands,
    **{many: (lambda value, item=item: _several(item, value)) for many, item in ITEMS.items()},
}
