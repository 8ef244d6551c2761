"""A large roster: HR is answered at once, the rows are done part by part, and a crash in the middle loses nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from bot import deadletters
from bot.demo import company
from bot.failpoints import POINTS
from bot.files import XLSX
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.org.events import ImportPartDue
from domain.org.importing import run, sheet
from domain.people import queries as people
from domain.people import service as people_service
from domain.people.rules import Detail
from domain.people.service import NewPerson
from tests.org.test_import import ENTITY, FANG, newcomer, workbook
from tests.stage import Stage

KEY = "fl_roster"


def many(count: int) -> list[dict[str, Any]]:
    """People of one department, each reporting to one who stands ten times further down the file."""
    return [
        newcomer(工号=str(4000 + at), 直接上级工号="1007" if at >= count // 10 else str(4000 + count - 1 - at))
        for at in range(count)
    ]


@pytest.fixture
def failpoints() -> Iterator[dict[str, tuple[str, int]]]:
    POINTS.passed.clear()
    yield POINTS.actions
    POINTS.actions.clear()


async def drive(tx: Tx, outbox: Any) -> None:
    """Do what the events ask for until nothing more is asked."""
    while due := [event for event in outbox.events if isinstance(event, ImportPartDue)]:
        outbox.events.clear()
        for event in due:
            await run.do_part(tx, event.import_id, event.part)


async def test_parts_are_done_in_turn_and_each_is_told(tx: Tx, outbox: Any) -> None:
    await company.seed(tx)
    outbox.events.clear()
    raws = sheet.read(workbook(*many(120), newcomer(工号="4999", 手机号="1")))
    begun = await run.begin(tx, FANG, KEY, raws)
    assert (begun.state, begun.done, begun.total) == ("running", 0, 120)
    assert await run.begin(tx, FANG, KEY, raws) == begun, "a second press begins nothing"
    await drive(tx, outbox)
    told = [(one.to, one.template, one.key, one.data["progress"].done) for one in outbox.notices]
    assert told == [
        ("wangfang", "people.importing", KEY, 50),
        ("wangfang", "people.importing", KEY, 100),
        ("wangfang", "people.imported", KEY, 120),
    ]
    ended = outbox.notices[-1].data["progress"]
    assert (ended.new, ended.changed, ended.unchanged) == (120, 0, 0)
    assert [(one.line, one.problem.code) for one in ended.wrong] == [(122, "mobile_invalid")]
    first = await people.by_number(tx, "4000")
    assert first is not None
    line = [(await people.person(tx, one)).number for one in await org.manager_line(tx, first.id, tx.today)]
    assert line[:2] == ["4119", "1007"]
    again = await run.begin(tx, FANG, "fl_again", raws)
    assert (again.state, again.total, again.unchanged) == ("done", 0, 120)
    assert await tx.session.scalar(text("select count(*) from org_import_part")) == 0, "the rows are not kept"


async def test_a_part_that_was_done_does_nothing(tx: Tx, outbox: Any) -> None:
    await company.seed(tx)
    await run.begin(tx, FANG, KEY, sheet.read(workbook(*many(60))))
    await run.do_part(tx, KEY, 0)
    outbox.events.clear()
    outbox.notices.clear()
    await run.do_part(tx, KEY, 0)
    assert (outbox.events, outbox.notices) == ([], [])
    await run.do_part(tx, "fl_unknown", 0)
    found = await run.find(tx, KEY)
    assert found is not None
    assert (found.done, found.new) == (50, 50)


async def test_rows_that_went_wrong_meanwhile_are_named(tx: Tx, outbox: Any) -> None:
    """Meanwhile a manager leaves and an ID number is taken; who would report to those two is not imported either."""
    await company.seed(tx)
    rows = many(60)
    rows[55]["直接上级工号"] = "1014"
    rows[56]["证件号码"] = "11010519491231002X"
    await run.begin(tx, FANG, KEY, sheet.read(workbook(*rows)))
    other = NewPerson(name="关谷", number="9001", hired_on=tx.today, legal_entity=ENTITY, city="上海")
    somebody = await people_service.hire(tx, other)
    await people_service.set_detail(tx, somebody, Detail.ID_NUMBER, "11010519491231002X")
    boss = await people.by_number(tx, "1014")
    assert boss is not None
    await people_service.leave_company(tx, boss.id, tx.today.replace(day=1))
    await drive(tx, outbox)
    ended = await run.find(tx, KEY)
    assert ended is not None
    assert (ended.state, ended.new) == ("done", 56)
    assert [(one.line, one.problem.code) for one in ended.wrong] == [
        (5, "manager_unknown"), (6, "manager_unknown"), (57, "manager_left"), (58, "id_number_taken"),
    ]  # fmt: skip


async def test_newcomers_without_city_get_what_the_whole_file_said(tx: Tx, outbox: Any) -> None:
    """In a company without people only one row may name city and entity, and it may be in another part."""
    rows = [newcomer(工号=str(at)) for at in range(1, 61)]
    rows[59] |= {"工作城市": "北京", "法人主体": ENTITY}
    begun = await run.begin(tx, await hr(tx), KEY, sheet.read(workbook(*rows)))
    assert (begun.wrong, begun.units) == ((), ("研发部",))
    await drive(tx, outbox)
    ended = await run.find(tx, KEY)
    assert ended is not None
    assert (ended.state, ended.new, ended.wrong) == ("done", 60, ())


async def hr(tx: Tx) -> PersonId:
    """Somebody of HR whose own city and entity are those of nobody else's."""
    from domain.org import service
    from domain.people.rules import WorkerType

    someone = NewPerson(name="于莉", hired_on=tx.today, legal_entity="劳务公司", city="苏州")
    person = await people_service.hire(tx, NewPerson(**{**vars(someone), "worker_type": WorkerType.OUTSOURCED}))
    await service.grant_role(tx, person, "hr", tx.today)
    return person


async def preview(stage: Stage, count: int) -> None:
    await stage.send_file("wangfang", "花名册.xlsx", workbook(*many(count)), XLSX)
    await stage.expect("wangfang", "花名册导入预览", f"新增 {count} 人", "[导入]")


async def counted(stage: Stage, numbers: str) -> int:
    statement = text("select count(*) from people_person where number like :numbers")
    async with stage.bot.database.engine.connect() as connection:
        return int((await connection.execute(statement, {"numbers": numbers})).scalar_one())


async def test_hr_is_answered_at_once_and_sees_it_get_on(stage: Stage) -> None:
    await preview(stage, 300)
    began = time.monotonic()
    await stage.press_label("wangfang", "导入")
    first = await stage.expect("wangfang", "正在导入 0/300")
    assert time.monotonic() - began < 3
    assert (first["card"]["state"], first["card"]["actions"]) == ("waiting", [])
    assert await stage.press("wangfang", first["card"]["id"], "import") == 202
    seen = []
    while (last := await stage.expect("wangfang", "花名册", patience=40))["card"]["state"] == "waiting":
        seen.append(last["card"]["subtitle"].removeprefix("正在导入 "))
        assert last["card"]["id"] == first["card"]["id"]
    assert [one for at, one in enumerate(seen) if one not in seen[:at]][-5:] == [
        "50/300", "100/300", "150/300", "200/300", "250/300",
    ]  # fmt: skip
    assert seen == sorted(seen, key=lambda one: int(one.split("/")[0]))
    assert "新增 300 人" in last["text"]
    assert await counted(stage, "4___") == 300


async def test_a_fault_in_the_middle_is_told_and_the_rest_goes_on(
    stage: Stage, failpoints: dict[str, tuple[str, int]]
) -> None:
    await preview(stage, 120)
    failpoints["reaction.before_commit"] = ("raise", 2)
    await stage.press_label("wangfang", "导入")
    stopped = await stage.expect("wangfang", "花名册导入停了", "50/120", "[继续导入]", patience=30)
    assert await counted(stage, "4___") == 50, "the part that failed left nothing"
    await stage.press_label("wangfang", "继续导入")
    ended = await stage.expect("wangfang", "花名册已导入", "新增 120 人", patience=30)
    assert ended["card"]["id"] == stopped["card"]["id"]
    stage.forget_unread("wangfang")
    assert await deadletters.replay(stage.bot.database, "all") == 1
    await stage.settle()
    assert await counted(stage, "4___") == 120
    await stage.quiet("wangfang")


async def test_a_message_is_answered_while_an_import_runs(stage: Stage) -> None:
    await preview(stage, 100)
    await stage.press_label("wangfang", "导入")
    await stage.expect("wangfang", "正在导入 0/100")
    began = time.monotonic()
    await stage.say("lilei", "我还有几天年假")
    await stage.expect("lilei", "5 天")
    assert time.monotonic() - began < 3
    await stage.expect("wangfang", "花名册已导入", patience=30)
