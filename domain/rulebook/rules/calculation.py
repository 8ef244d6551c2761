"""What the functions of the language do, on exact values. Rounding is half up, away from zero, as payroll does it.

A wrong value raises Python's own errors (ArithmeticError, TypeError, ValueError); `rules.walk` finds the place and
says it in the language's words.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal
from functools import lru_cache
from typing import Any, NoReturn

from domain.rulebook.rules.kinds import Band

ZERO, ONE = Decimal(0), Decimal(1)
FINEST = 12
"""Most digits that rounding may keep, before or behind the point."""


class Nothing(ValueError):
    """A field that is needed holds nothing."""


def nothing() -> NoReturn:
    """Stands where a value is missing."""
    raise Nothing


@lru_cache(maxsize=64)
def quantum(digits: Decimal) -> Decimal:
    """0.01 for 2 digits. Raises ValueError for half digits or too many."""
    if digits != int(digits) or abs(digits) > FINEST:
        raise ValueError("digits")
    return ONE.scaleb(-int(digits))


def _rounded(value: Decimal, digits: Decimal, how: str) -> Decimal:
    unit = quantum(digits)
    rounded = value.quantize(unit, rounding=how)
    return rounded if digits >= 0 else rounded.quantize(ONE)


def round_half_up(value: Decimal, digits: Decimal = ZERO) -> Decimal:
    return _rounded(value, digits, ROUND_HALF_UP)


def round_up(value: Decimal, digits: Decimal = ZERO) -> Decimal:
    """Away from zero."""
    return _rounded(value, digits, ROUND_UP)


def round_down(value: Decimal, digits: Decimal = ZERO) -> Decimal:
    """Towards zero."""
    return _rounded(value, digits, ROUND_DOWN)


def floor(value: Decimal, step: Decimal = ONE) -> Decimal:
    """The next multiple of the step below."""
    return (value / step).to_integral_value(rounding=ROUND_FLOOR) * _positive(step)


def ceiling(value: Decimal, step: Decimal = ONE) -> Decimal:
    """The next multiple of the step above."""
    return (value / step).to_integral_value(rounding=ROUND_CEILING) * _positive(step)


def _positive(step: Decimal) -> Decimal:
    if step <= 0:
        raise ValueError("step")
    return step


def remainder(value: Decimal, by: Decimal) -> Decimal:
    """With the sign of the value."""
    if not by:
        raise ZeroDivisionError
    return value % by


def _flat(values: tuple[Any, ...]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, tuple):
            yield from value
        else:
            yield value


def largest(*values: Any) -> Any:
    """Raises Nothing for empty lists."""
    found = list(_flat(values))
    return max(found) if found else nothing()


def smallest(*values: Any) -> Any:
    """Raises Nothing for empty lists."""
    found = list(_flat(values))
    return min(found) if found else nothing()


def total(*values: Any) -> Decimal:
    return sum(_flat(values), ZERO)


def average(*values: Any) -> Decimal:
    """Raises Nothing for empty lists."""
    found = list(_flat(values))
    return sum(found, ZERO) / len(found) if found else nothing()


def count(values: tuple[Any, ...]) -> Decimal:
    return Decimal(len(values))


def banded(amount: Decimal, bands: tuple[Band, ...]) -> Decimal:
    """Each part of the amount by the rate of its band; what lies below the first band is free."""
    due = ZERO
    for index, (start, rate) in enumerate(bands):
        if amount <= start:
            break
        end = bands[index + 1][0] if index + 1 < len(bands) else amount
        due += ((amount if amount < end else end) - start) * rate
    return due


def year(day: date) -> Decimal:
    return Decimal(day.year)


def month(day: date) -> Decimal:
    return Decimal(day.month)


def day(day: date) -> Decimal:
    return Decimal(day.day)


def weekday(day: date) -> Decimal:
    """1 is Monday, 7 Sunday."""
    return Decimal(day.isoweekday())


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def days_between(start: date, end: date) -> Decimal:
    """From one to the other, the first not counted; negative when the end comes first."""
    return Decimal((end - start).days)


def months_between(start: date, end: date) -> Decimal:
    """Whole months that have passed; on the last of a shorter month the month is full."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    short = end.day < start.day and end != last_of_month(end)
    return Decimal(months - short)


def years_between(start: date, end: date) -> Decimal:
    """Whole years that have passed."""
    months = months_between(start, end)
    return (months / 12).to_integral_value(rounding=ROUND_DOWN)


def add_days(start: date, days: Decimal) -> date:
    return start + timedelta(days=_whole(days))


def add_months(start: date, months: Decimal) -> date:
    """The same day of a later (or earlier) month, or its last."""
    years, index = divmod(start.year * 12 + start.month - 1 + _whole(months), 12)
    return date(years, index + 1, min(start.day, calendar.monthrange(years, index + 1)[1]))


def _whole(number: Decimal) -> int:
    if number != int(number):
        raise ValueError("not whole")
    return int(number)


def begins(period: tuple[date, date]) -> date:
    return period[0]


def ends(period: tuple[date, date]) -> date:
    return period[1]


def calendar_days(period: tuple[date, date]) -> Decimal:
    """Both ends counted."""
    return Decimal((period[1] - period[0]).days + 1)


def contains(within: str | tuple[str, ...], what: str) -> bool:
    return what in within


def starts(text: str, what: str) -> bool:
    return text.startswith(what)


def finishes(text: str, what: str) -> bool:
    return text.endswith(what)


def length(text: str) -> Decimal:
    """Characters."""
    return Decimal(len(text))


def absolute(value: Decimal) -> Decimal:
    return abs(value)


CALCULATIONS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        *(round_half_up, round_up, round_down, floor, ceiling, remainder, absolute),
        *(largest, smallest, total, average, count, banded),
        *(year, month, day, weekday, first_of_month, last_of_month),
        *(days_between, months_between, years_between, add_days, add_months),
        *(begins, ends, calendar_days, contains, starts, finishes, length),
    )
}
"""By the code of the function table; what the caller gives and 空则 are not here."""
