"""The demo company holds what design §4 says of it, on any start date."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
import yaml

from bot.demo import company
from domain.calendar import queries as calendar
from domain.kernel.clock import SHANGHAI, FixedClock
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import queries as people
from domain.people.rules import WorkerType, whole_years

LILEI, HAN, XULI = PersonId("lilei"), PersonId("hanmeimei"), PersonId("xuli")
STARTS = ["2026-03-11", "2026-01-01", "2024-02-29", "2026-12-31", "2027-02-08"]


@pytest.mark.parametrize("start", STARTS)
async def test_the_company_on_any_start_date(tx: Tx, clock: FixedClock, start: str) -> None:
    day = date.fromisoformat(start)
    clock.instant = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
    await company.seed(tx)
    await people_and_lines(tx, day)
    await lilei_is_in_the_five_day_band_all_year(tx, day)
    await shifts_differ_and_reach_four_weeks_ahead(tx, day)
    await rest_between_shifts_is_eleven_hours(tx, day)


async def people_and_lines(tx: Tx, start: date) -> None:
    everybody = {view.id: view for view in await people.active(tx, start)}
    roster = yaml.safe_load((company.FOLDER / "roster.yaml").read_text("utf-8"))["people"]
    assert {entry["id"]: entry["name"] for entry in roster}.items() <= {
        id: view.name for id, view in everybody.items()
    }.items()
    assert {view.worker_type for view in everybody.values()} == set(WorkerType)
    assert {view.city for view in everybody.values()} == {"上海"}
    assert PersonId("pengdan") not in everybody
    for person in everybody:
        line = await org.manager_line(tx, person, start)
        assert line[-1:] == ([] if person == "wangjianguo" else [PersonId("wangjianguo")]), person
    assert await org.manager_line(tx, LILEI, start) == [XULI, PersonId("wangjianguo")]
    assert await org.manager_line(tx, PersonId("ouyangna"), start) == [PersonId("wangjianguo")]
    heads = {unit.name: unit.head for unit in await org.units(tx, start)}
    assert (heads["客服部"], heads["研发部"], heads["市场部"], heads["销售部"]) == (
        "xuli",
        "zhoujie",
        "wuqian",
        "gaoxiang",
    )
    assert heads["人力资源部"] == "wangfang"
    assert heads["财务部"] is None
    assert await org.holders(tx, "payroll", start) == [PersonId("zhulin")]
    assert await org.holders(tx, "payroll_second", start) == [PersonId("chenjing")]
    assert await org.roles(tx, PersonId("wangfang"), start) == {"hr", "leave_admin"}


async def lilei_is_in_the_five_day_band_all_year(tx: Tx, start: date) -> None:
    lilei = await people.person(tx, LILEI)
    assert lilei.hired_on.year < start.year
    assert lilei.first_work_on is not None
    for day in (date(start.year, 1, 1), start, date(start.year, 12, 31)):
        assert 1 <= whole_years(lilei.first_work_on, day) < 10


async def shifts_differ_and_reach_four_weeks_ahead(tx: Tx, start: date) -> None:
    end = start + timedelta(days=28)
    one, other = await calendar.schedule(tx, LILEI, start, end), await calendar.schedule(tx, HAN, start, end)
    worked = [(a, b) for a, b in zip(one, other, strict=True) if a.works or b.works]
    assert len(worked) >= 12
    assert all(a.shift != b.shift and a.hours == b.hours == 8 for a, b in worked)
    assert all(a.day.weekday() < 5 for a, _ in worked)
    assert not any(day.provisional for day in one)
    beyond = await calendar.schedule(tx, LILEI, end + timedelta(days=1), end + timedelta(days=1))
    assert beyond[0].provisional


async def rest_between_shifts_is_eleven_hours(tx: Tx, start: date) -> None:
    for person in ("lilei", "hanmeimei", "xuli", "huanglei", "sunhao", "dengkai"):
        days = await calendar.schedule(tx, PersonId(person), start - timedelta(days=30), start + timedelta(days=28))
        worked = [day for day in days if day.works]
        for before, after in pairwise(worked):
            assert after.windows[0].start - before.windows[-1].end >= timedelta(hours=11)


async def test_seeding_twice_changes_nothing(tx: Tx, outbox) -> None:  # type: ignore[no-untyped-def]
    await company.seed(tx)
    outbox.events.clear()
    await company.seed(tx)
    assert outbox.events == []
