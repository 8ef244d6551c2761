"""Business time: Shanghai's days and months, whatever zone the machine keeps."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.kernel.clock import FixedClock, Month, ShiftedClock, SystemClock, business_date, shanghai


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Shanghai"])
def machine_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_a_zoneless_instant_is_meant_in_shanghai(machine_zone: str) -> None:
    assert shanghai("2026-03-11T10:30") == datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
    assert shanghai("2026-03-11T10:30+00:00") == datetime(2026, 3, 11, 10, 30, tzinfo=UTC)
    assert shanghai("2026-03-11") == datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="isoformat"):
        shanghai("明天")


def test_the_business_day_turns_at_sixteen_utc(machine_zone: str) -> None:
    assert business_date(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert business_date(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == date(2027, 1, 1)
    assert business_date(datetime(2028, 2, 28, 16, 0, tzinfo=UTC)) == date(2028, 2, 29)


def test_a_shifted_clock_runs_on_at_the_pace_of_real_time() -> None:
    clock = ShiftedClock(shanghai("2026-03-11T10:30"))
    assert clock.now() == clock.now() == shanghai("2026-03-11T10:30"), "it stands until it is told to run"
    clock.go_on_from(shanghai("2026-03-11T09:00"))
    clock.run()
    first, second = clock.now(), clock.now()
    assert shanghai("2026-03-11T10:30") <= first <= second
    assert second - first < timedelta(seconds=5)


def test_every_clock_answers_in_utc() -> None:
    for clock in (SystemClock(), ShiftedClock(shanghai("2026-03-11")), FixedClock(shanghai("2026-03-11"))):
        assert clock.now().tzinfo is UTC


def test_a_fixed_clock_moves_only_by_hand() -> None:
    clock = FixedClock(shanghai("2026-03-11T10:30"))
    assert clock.now() == clock.now()
    clock.advance(timedelta(hours=14))
    assert business_date(clock.now()) == date(2026, 3, 12)


def test_months() -> None:
    december = Month.of(date(2026, 12, 25))
    assert (december.first, december.last) == (date(2026, 12, 1), date(2026, 12, 31))
    assert december.next() == Month(2027, 1)
    assert Month(2028, 2).last == date(2028, 2, 29)
    assert Month(2026, 9) < Month(2026, 10) < Month(2027, 1)
    assert str(Month(2026, 3)) == "2026-03"
    for wrong in (0, 13):
        with pytest.raises(ValueError, match="no month"):
            Month(2026, wrong)
