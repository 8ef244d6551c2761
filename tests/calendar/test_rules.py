"""Windows and halves: gold cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.calendar.errors import ShiftTooLong, ShiftUnclear
from domain.calendar.patterns import shipped, spans
from domain.calendar.rules import DayKind, DaySchedule, ShiftDay, Window, in_force, lay_out, on_pattern, on_shift

DAY = date(2026, 3, 11)
CASES = yaml.safe_load((Path(__file__).parent / "cases" / "halves.yaml").read_text("utf-8"))


def shown(windows: Sequence[Window]) -> list[str]:
    return [f"{window.start:%d %H:%M}-{window.end:%d %H:%M}" for window in windows]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_halves(case: dict[str, Any]) -> None:
    day = DaySchedule(DAY, DayKind.WORKDAY, lay_out(DAY, spans(case["spans"])))
    first, second = day.halves()
    assert day.hours == Decimal(case["hours"])
    assert (shown(first), shown(second)) == (case["first"], case["second"])
    assert day.works is bool(case["spans"])


def test_overlapping_windows_and_endless_shifts_are_refused() -> None:
    with pytest.raises(ShiftUnclear):
        lay_out(DAY, spans(["22:00-06:00", "05:00-07:00"]))
    with pytest.raises(ShiftTooLong):
        lay_out(DAY, spans(["09:00-12:00", "13:00-18:00", "08:00-10:00"]))


def test_a_make_up_saturday_is_worked_like_a_monday() -> None:
    pattern = in_force(shipped(), DAY)
    assert pattern is not None
    saturday = date(2026, 2, 28)
    assert on_pattern(saturday, DayKind.ADJUSTED_WORKDAY, pattern, provisional=False).hours == 8
    assert not on_pattern(saturday, DayKind.REST, pattern, provisional=False).works


def test_a_shift_on_a_holiday_stays_a_statutory_day() -> None:
    worked = on_shift(date(2026, 5, 1), DayKind.STATUTORY, ShiftDay("早班", spans(["08:00-16:00"])), provisional=False)
    assert worked.works
    assert worked.kind is DayKind.STATUTORY


def test_a_sunday_shift_is_a_workday_and_a_free_wednesday_a_rest_day() -> None:
    early = ShiftDay("早班", spans(["08:00-16:00"]))
    assert on_shift(date(2026, 3, 15), DayKind.REST, early, provisional=False).kind is DayKind.WORKDAY
    assert on_shift(DAY, DayKind.WORKDAY, ShiftDay(None), provisional=False).kind is DayKind.REST
