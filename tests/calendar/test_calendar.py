"""Schedules, years, shifts and absences: on a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from config.statutory.calendar import Holiday, YearNotice, notice
from domain.calendar import errors, queries, service
from domain.calendar.events import ShiftsPublished, YearPublished
from domain.calendar.patterns import spans
from domain.calendar.rules import DayKind, Pattern, ShiftDay, Window
from domain.kernel.clock import SHANGHAI
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import service as people
from domain.people.service import NewPerson

LILEI = PersonId("lilei")
EARLY = ShiftDay("早班", spans(["08:00-16:00"]))
NIGHT = ShiftDay("夜班", spans(["22:00-06:00"]))


def year(number: int) -> YearNotice:
    known = notice(number)
    assert known is not None
    return known


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


async def test_a_week_on_the_company_pattern(tx: Tx) -> None:
    await service.load_shipped(tx)
    week = await queries.schedule(tx, LILEI, date(2026, 3, 9), date(2026, 3, 15))
    assert [day.works for day in week] == [True] * 5 + [False] * 2
    assert [str(day.hours) for day in week] == ["8"] * 5 + ["0"] * 2
    assert not any(day.provisional for day in week)


async def test_spring_festival_2026_with_its_make_up_days(tx: Tx) -> None:
    await service.load_shipped(tx)
    days = {day.day: day for day in await queries.schedule(tx, LILEI, date(2026, 2, 13), date(2026, 3, 1))}
    assert days[date(2026, 2, 14)].kind is DayKind.ADJUSTED_WORKDAY
    assert days[date(2026, 2, 14)].hours == 8
    assert [day.day.day for day in days.values() if day.kind is DayKind.STATUTORY] == [16, 17, 18, 19]
    assert sum(day.works for day in days.values()) == 7


async def test_2027_is_provisional_until_its_notice_is_loaded(tx: Tx, outbox: Any) -> None:
    await service.load_shipped(tx)
    eve, saturday = await queries.schedule(tx, LILEI, date(2027, 2, 5), date(2027, 2, 6))
    assert (eve.kind, eve.works, eve.provisional) == (DayKind.STATUTORY, False, True)
    assert saturday.kind is DayKind.STATUTORY
    monday = (await queries.schedule(tx, LILEI, date(2027, 2, 9), date(2027, 2, 9)))[0]
    assert (monday.works, monday.provisional) == (True, True)
    official = replace(
        year(2027),
        published=True,
        source="test",
        holidays=(Holiday("春节", date(2027, 2, 5), date(2027, 2, 11), (date(2027, 2, 20),), (date(2027, 2, 5),)),),
    )
    outbox.events.clear()
    assert await service.load_year(tx, official)
    assert not await service.load_year(tx, official)
    assert outbox.events == [YearPublished(year=2027)]
    assert not await service.load_year(tx, year(2027)), "what is not published never replaces a notice"
    again = await queries.schedule(tx, LILEI, date(2027, 2, 9), date(2027, 2, 20))
    assert (again[0].works, again[0].kind, again[0].provisional) == (False, DayKind.ADJUSTED_REST, False)
    assert again[-1].kind is DayKind.ADJUSTED_WORKDAY


async def test_without_any_load_everything_is_provisional(tx: Tx) -> None:
    days = await queries.schedule(tx, LILEI, date(2026, 2, 14), date(2026, 2, 20))
    assert all(day.provisional for day in days)
    assert days[0].kind is DayKind.REST, "make-up days are not known"
    assert days[2].kind is DayKind.STATUTORY
    assert days[-1].kind is DayKind.WORKDAY


async def test_a_notice_with_days_of_another_year_is_refused(tx: Tx) -> None:
    with pytest.raises(errors.YearMismatch):
        await service.load_year(tx, replace(year(2026), year=2025))


async def test_loading_the_shipped_years_twice_changes_nothing(tx: Tx, outbox: Any) -> None:
    await service.load_shipped(tx)
    outbox.events.clear()
    await service.load_shipped(tx)
    assert outbox.events == []
    assert {view.version for view in await queries.years(tx)} == {1}


async def test_a_corrected_year_survives_the_next_start(tx: Tx) -> None:
    await service.load_shipped(tx)
    corrected = replace(year(2026), source="corrected")
    assert await service.load_year(tx, corrected)
    await service.load_shipped(tx)
    assert [view.source for view in await queries.years(tx) if view.year == 2026] == ["corrected"]


async def test_published_shifts_win_over_the_pattern(tx: Tx, outbox: Any) -> None:
    await service.load_shipped(tx)
    outbox.events.clear()
    plan = {date(2026, 3, 11): NIGHT, date(2026, 3, 12): ShiftDay(None), date(2026, 3, 15): EARLY}
    assert await service.publish_shifts(tx, LILEI, plan) == sorted(plan)
    assert await service.publish_shifts(tx, LILEI, plan) == []
    assert outbox.events == [ShiftsPublished(person=LILEI, start=date(2026, 3, 11), end=date(2026, 3, 15))]
    days = await queries.schedule(tx, LILEI, date(2026, 3, 10), date(2026, 3, 16))
    assert [day.shift for day in days] == [None, "夜班", None, None, None, "早班", None]
    assert days[1].windows[0].end == at("2026-03-12T06:00")
    assert not days[2].works
    assert days[5].kind is DayKind.WORKDAY
    assert [day.provisional for day in days] == [False, False, False, True, True, False, True]


async def test_a_changed_shift_replaces_the_published_one(tx: Tx) -> None:
    day = date(2026, 3, 11)
    await service.publish_shifts(tx, LILEI, {day: EARLY, date(2026, 3, 12): EARLY})
    assert await service.publish_shifts(tx, LILEI, {day: NIGHT, date(2026, 3, 12): ShiftDay(None)}) == [
        day,
        date(2026, 3, 12),
    ]
    assert (await queries.schedule(tx, LILEI, day, day))[0].shift == "夜班"


async def test_a_shift_running_into_the_next_day_s_is_refused(tx: Tx) -> None:
    await service.publish_shifts(tx, LILEI, {date(2026, 3, 12): ShiftDay("凌晨", spans(["05:00-13:00"]))})
    with pytest.raises(errors.ShiftOverlap):
        await service.publish_shifts(tx, LILEI, {date(2026, 3, 11): NIGHT})


async def test_back_to_the_company_pattern(tx: Tx) -> None:
    await service.load_shipped(tx)
    await service.publish_shifts(tx, LILEI, {date(2026, 3, 2): EARLY})
    await service.work_by(tx, LILEI, date(2026, 3, 9), shifts=False)
    days = await queries.schedule(tx, LILEI, date(2026, 3, 6), date(2026, 3, 9))
    assert (days[0].provisional, days[-1].provisional) == (True, False)


async def test_nothing_is_worked_outside_the_employment(tx: Tx) -> None:
    await service.load_shipped(tx)
    await people.hire(
        tx, NewPerson(id=LILEI, name="李雷", hired_on=date(2026, 3, 10), legal_entity="示例公司", city="上海")
    )
    await people.leave_company(tx, LILEI, date(2026, 3, 11))
    days = await queries.schedule(tx, LILEI, date(2026, 3, 9), date(2026, 3, 12))
    assert [day.works for day in days] == [False, True, True, False]


async def test_other_working_hours_from_a_day_on(tx: Tx) -> None:
    await service.load_shipped(tx)
    week = {weekday: spans(["08:30-12:00", "13:00-17:30"]) for weekday in range(5)}
    await service.decide_pattern(tx, Pattern(date(2026, 4, 1), week))
    before, after = await queries.schedule(tx, LILEI, date(2026, 3, 31), date(2026, 4, 1))
    assert (f"{before.windows[0].start:%H:%M}", f"{after.windows[0].start:%H:%M}") == ("09:00", "08:30")


async def test_a_period_backwards_is_refused(tx: Tx) -> None:
    with pytest.raises(errors.PeriodBackwards):
        await queries.schedule(tx, LILEI, date(2026, 3, 2), date(2026, 3, 1))


async def test_absences_are_replaced_by_source_and_cleared(tx: Tx) -> None:
    morning = Window(at("2026-03-18T09:00"), at("2026-03-18T12:00"))
    afternoon = Window(at("2026-03-18T13:00"), at("2026-03-18T18:00"))
    await service.record_absence(tx, LILEI, "lv_1", [morning, afternoon])
    await service.record_absence(tx, LILEI, "lv_1", [afternoon])
    found = await queries.absences(tx, [LILEI], date(2026, 3, 18), date(2026, 3, 18))
    assert [(one.start, one.end, one.source) for one in found] == [(afternoon.start, afternoon.end, "lv_1")]
    assert await queries.absent_at(tx, [LILEI], at("2026-03-18T13:00")) == {LILEI}
    assert await queries.absent_at(tx, [LILEI], at("2026-03-18T18:00")) == set()
    assert await queries.absences(tx, [LILEI], date(2026, 3, 19), date(2026, 3, 19)) == []
    await service.clear_absence(tx, "lv_1")
    assert await queries.absences(tx, [LILEI], date(2026, 3, 18), date(2026, 3, 18)) == []
    with pytest.raises(errors.AbsenceUnclear):
        await service.record_absence(tx, LILEI, "lv_2", [Window(morning.end, morning.start)])
