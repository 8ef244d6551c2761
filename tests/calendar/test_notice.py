"""The shipped years against counts known from elsewhere."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.statutory.calendar import Holiday, document, notice, notices, parse
from domain.calendar.rules import DayKind, days, is_workday, legal_kind

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "working_days.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["year"]))
def test_working_days_by_month(case: dict[str, Any]) -> None:
    year = case["year"]
    known = notice(year)
    assert known is not None
    assert known.published
    worked = Counter(
        day.month for day in days(date(year, 1, 1), date(year, 12, 31)) if is_workday(legal_kind(day, [known]))
    )
    assert [worked[month] for month in range(1, 13)] == case["months"]
    assert worked.total() == case["total"]
    assert len(known.statutory) == case["statutory"]


@pytest.mark.parametrize("year", [2027, 2028, 2029, 2030])
def test_later_years_know_statutory_days_only(year: int) -> None:
    known = notice(year)
    assert known is not None
    assert not known.published
    assert not any(holiday.workdays for holiday in known.holidays)
    assert len(known.statutory) == (12 if year == 2028 else 13)  # 2028: Mid-Autumn is on a National Day


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-02-14", DayKind.ADJUSTED_WORKDAY),
        ("2026-02-15", DayKind.REST),
        ("2026-02-16", DayKind.STATUTORY),
        ("2026-02-20", DayKind.ADJUSTED_REST),
        ("2026-02-24", DayKind.WORKDAY),
        ("2026-05-04", DayKind.ADJUSTED_REST),
        ("2026-10-10", DayKind.ADJUSTED_WORKDAY),
        ("2026-03-14", DayKind.REST),
    ],
)
def test_kinds_of_days(day: str, kind: DayKind) -> None:
    known = notice(2026)
    assert known is not None
    assert legal_kind(date.fromisoformat(day), [known]) is kind


def test_a_year_nobody_knows_has_no_notice() -> None:
    assert notice(2031) is None


def test_every_file_reads_back_as_it_was_written() -> None:
    assert all(parse(document(known)) == known for known in notices())


def test_a_make_up_day_inside_the_holiday_is_refused() -> None:
    with pytest.raises(ValueError, match="make-up"):
        Holiday("节", date(2026, 5, 1), date(2026, 5, 5), (date(2026, 5, 2),), (date(2026, 5, 1),))
