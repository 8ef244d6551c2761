"""A year's notice: typed off, checked, loaded; HR reminded while it is missing; shifts published twice at once."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.database import Database
from bot.demo import company as demo
from config.statutory import calendar as statutory
from domain.calendar import notice, queries, service
from domain.calendar.events import YearPublished
from domain.calendar.patterns import spans
from domain.calendar.rules import DayKind, ShiftDay
from domain.kernel.clock import FixedClock, shanghai
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from jobs import calendar as jobs
from tests.conftest import NOW, CompanyFactory, RecordingOutbox
from tests.stage import Stage

CASES = Path(__file__).parent / "cases"
NOTICE = (CASES / "notice_2027.yaml").read_text("utf-8")
FAULTS = yaml.safe_load((CASES / "faulty_notices.yaml").read_text("utf-8"))
LILEI = PersonId("lilei")


def read(text: str = NOTICE) -> statutory.YearNotice:
    return notice.read(text.encode())


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case["why"])
def test_a_faulty_notice_is_refused_in_one_line(case: dict[str, str]) -> None:
    assert case["old"] in NOTICE
    with pytest.raises(notice.NoticeFaulty) as refused:
        read(NOTICE.replace(case["old"], case["new"], 1))
    assert case["said"] in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"- a", b"\xff\xfe", b"x" * 100_001, b"{", b"holidays: [1]", b"!!x/y: 1"])
def test_what_is_no_notice_at_all(content: bytes) -> None:
    with pytest.raises(notice.NoticeFaulty):
        notice.read(content)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_shipped_notices_pass(year: int) -> None:
    found = notice.read((statutory.FOLDER / f"{year}.yaml").read_bytes())
    assert found == statutory.notice(year)
    assert notice.doubts(found) == []


def test_two_holidays_that_share_a_day_pass() -> None:
    text = (statutory.FOLDER / "2028.yaml").read_text("utf-8").replace("published: false", "published: true")
    assert len(read(text).statutory) == 12


def test_a_likely_typing_error_is_pointed_at() -> None:
    assert notice.doubts(read()) == []
    assert notice.doubts(read(NOTICE.replace("workdays: [2027-05-08]", "workdays: []"))) == [
        "劳动节: 3 working days are off, but 2 are made up for"
    ]
    assert notice.doubts(read(NOTICE.replace("[2027-06-09", "[2027-06-08").replace("y: [2027-06-09", "y: [2027-06-08")))


async def test_the_days_that_change_are_named(tx: Tx, outbox: Any) -> None:
    await service.load_shipped(tx)
    outbox.events.clear()
    changes = {one.day: one for one in await queries.year_changes(tx, read())}
    assert len(changes) == 14
    assert changes[date(2027, 2, 9)] == queries.DayChange(date(2027, 2, 9), DayKind.WORKDAY, DayKind.ADJUSTED_REST)
    assert changes[date(2027, 2, 20)].after is DayKind.ADJUSTED_WORKDAY
    assert date(2027, 2, 6) not in changes, "known before"
    assert not await queries.holds(tx, read())
    assert await service.load_year(tx, read())
    assert outbox.events == [YearPublished(year=2027)]
    assert await queries.year_changes(tx, read()) == []
    assert await queries.holds(tx, read())


async def test_hr_is_reminded_once_a_week_until_the_notice_is_there(tx: Tx, outbox: Any) -> None:
    await demo.seed(tx)
    outbox.notices.clear()
    await jobs.warn_missing_year(tx, date(2026, 10, 31))
    assert outbox.notices == []
    for day in range(1, 16):
        await jobs.warn_missing_year(tx, date(2026, 11, day))
    assert {(one.to, one.template, one.data["year"]) for one in outbox.notices} == {
        ("wangfang", "calendar.year_missing", 2027)
    }
    keys = [one.key for one in outbox.notices]
    assert keys == [*["calendar-missing-2027-0"] * 7, *["calendar-missing-2027-1"] * 7, "calendar-missing-2027-2"]
    outbox.notices.clear()
    await jobs.warn_missing_year(tx, date(2027, 1, 5))
    assert len(outbox.notices) == 1, "the year has begun without it"
    await service.load_year(tx, read())
    outbox.notices.clear()
    await jobs.warn_missing_year(tx, date(2026, 11, 16))
    await jobs.warn_missing_year(tx, date(2027, 1, 5))
    assert outbox.notices == []


async def test_the_reminder_says_what_to_do_and_comes_once(stage: Stage) -> None:
    bot = stage.bot
    for day in (1, 2, 3):
        async with bot.database.transaction(bot.outbox(), "job:calendar.warn_missing_year") as tx:
            await jobs.warn_missing_year(tx, date(2026, 11, day))
    await stage.expect("wangfang", "2027 年放假安排还没有导入", "暂按", "hrbot calendar load 2027.yaml")
    await stage.quiet("wangfang")


async def test_provisional_leave_is_counted_again_when_the_year_is_loaded(stage: Stage) -> None:
    """李雷 asks for a Tuesday of 2027 that the notice then gives to everybody."""
    await stage.say("lilei", "2027年2月9日到2月12日请事假，回老家")
    await stage.expect("lilei", "请假确认", "32 小时", "[提交]")
    await stage.press_label("lilei", "提交")
    await stage.settle()
    for person in ("lilei", "xuli"):
        await stage.read(person)
        stage.forget_unread(person)
    async with stage.bot.database.transaction(stage.bot.outbox(), "operator") as tx:
        assert await service.load_year(tx, read())
    await stage.expect("lilei", "按新日历重算", "32 小时", "8 小时", "2月12日(周五)")


async def test_shifts_of_one_day_published_twice_at_once(company: CompanyFactory) -> None:
    """The later one waits for the earlier one and holds; neither hits a constraint."""
    database = Database.connect(await company(NOW), FixedClock(shanghai(NOW)), pool_size=4)
    day = date(2026, 6, 1)

    async def publish(shift: str, start: str) -> list[date]:
        async with database.transaction(RecordingOutbox(), "xuli") as tx:
            changed = await service.publish_shifts(tx, LILEI, {day: ShiftDay(shift, spans([f"{start}-18:00"]))})
            await asyncio.sleep(0.1)
            return changed

    try:
        all_at_once = (publish(shift, start) for shift, start in (("甲", "08:00"), ("乙", "09:00"), ("丙", "10:00")))
        assert await asyncio.gather(*all_at_once) == [[day]] * 3
        async with database.transaction(RecordingOutbox(), "xuli") as tx:
            assert (await queries.schedule(tx, LILEI, day, day))[0].shift in {"甲", "乙", "丙"}
    finally:
        await database.close()
