"""How a case is called where several stand in a list: type, length and days, in the company's own format."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from domain.leave.rules.counting import LeaveDay, lines
from domain.leave.rules.policy import DayWords, GeneralPolicy, TypePolicy


def amount(general: GeneralPolicy, number: Decimal, unit: str) -> str:
    return f"{number.normalize():f} {general.unit_names.get(unit, unit)}"


def taken(general: GeneralPolicy, shares: Iterable[tuple[TypePolicy, list[LeaveDay], Decimal]]) -> str:
    """Each type with its amount, then the days of all of them."""
    parts = list(shares)
    amounts = " + ".join(f"{policy.name} {amount(general, number, policy.unit.value)}" for policy, _, number in parts)
    return f"{amounts} {dates(general, [day for _, days, _ in parts for day in days])}".strip()


def dates(general: GeneralPolicy, days: list[LeaveDay]) -> str:
    """The first and the last day, and the half when it is only one."""
    found = lines(days)
    if not found:
        return ""
    words, first, last = general.day_words, found[0].first, found[-1].last
    if first == last:
        half = {"first": words.first, "second": words.second}.get(found[0].part, "") if len(found) == 1 else ""
        return f"{_day(words, first)} {half}".strip()
    return f"{_day(words, first)}{words.until}{_day(words, last)}"


def _day(words: DayWords, day: date) -> str:
    return words.day.format(day, words.weekdays[day.weekday()])
