"""The roster import: cells, dry run, applying, twice."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml
from python_calamine import CalamineWorkbook

from bot.demo import company
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import errors
from domain.org import queries as org
from domain.org.importing import apply, run, sheet
from domain.org.importing.apply import Applied
from domain.org.importing.columns import columns
from domain.org.importing.plan import Outcome, Plan, plan
from domain.org.importing.rows import RowProblem, parse
from domain.org.importing.sheet import RawRow
from domain.people import queries as people
from domain.people.events import OpeningBalance
from domain.people.rules import Detail, WorkerType

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "import_rows.yaml").read_text("utf-8"))
HEADERS = [column.header for column in columns()]
FANG = PersonId("wangfang")
ENTITY = "青禾科技（上海）有限公司"


def workbook(*rows: dict[str, Any], headers: list[str] = HEADERS) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, headers)
        for at, row in enumerate(rows, start=1):
            for column, value in row.items():
                page.write(at, headers.index(column), value)
    return out.getvalue()


def newcomer(**changes: Any) -> dict[str, Any]:
    return {"工号": "3001", "姓名": "曾小贤", "部门": "研发部", "入职日期": "2026-03-02", **changes}


async def applied_rows(tx: Tx, raws: list[RawRow]) -> Applied:
    """What the rows that are right come to when they are applied."""
    return await apply.apply(tx, [one.row for one in (await plan(tx, raws)).verdicts if one.row is not None])


async def judged(tx: Tx, *rows: dict[str, Any]) -> Plan:
    return await plan(tx, sheet.read(workbook(*rows)))


def problems(found: Plan) -> list[str | None]:
    return [one.problem.code if one.problem else None for one in found.verdicts]


@pytest.mark.parametrize("case", CASES["rows"], ids=lambda case: case["why"])
def test_cells(case: dict[str, Any]) -> None:
    raw = RawRow(2, {**CASES["sample"], **case["cells"]})
    try:
        row, problem = parse(raw), None
    except RowProblem as wrong:
        row, problem = None, wrong.problem.code
    assert problem == case["problem"]
    if row is not None:
        assert row.hired_on == date(2024, 3, 1)
        assert row.number == "3001"
        assert row.balances == {kind: Decimal(days) for kind, days in case.get("balances", {}).items()}
        assert row.accounts == case.get("accounts", {})


def test_the_template_reads_back_as_an_empty_roster() -> None:
    content = sheet.template()
    with pytest.raises(errors.RosterEmpty):
        sheet.read(content)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["花名册", "填写说明"]
    assert book.get_sheet_by_index(0).to_python()[0][:3] == ["工号*", "姓名*", "部门*"]


def test_files_that_are_no_roster_are_refused() -> None:
    with pytest.raises(errors.FileUnreadable):
        sheet.read(b"hello")
    with pytest.raises(errors.FileUnreadable):
        sheet.read(sheet.template()[:500])
    with pytest.raises(errors.FileTooLarge):
        sheet.read(b"x" * 10_000_001)
    with pytest.raises(errors.ColumnsMissing) as refused:
        sheet.read(workbook({"工号": "1"}, headers=["工号", "姓名"]))
    assert refused.value.facts == {"columns": ["部门", "入职日期"]}


async def test_new_changed_unchanged_and_wrong_rows(tx: Tx) -> None:
    await company.seed(tx)
    found = await judged(
        tx,
        newcomer(),
        {"工号": "1001", "姓名": "李雷", "部门": "客服部", "入职日期": "2023-04-01", "岗位": "高级客服专员"},
        {"工号": "1002", "姓名": "韩梅梅", "部门": "客服部", "入职日期": "2024-09-01"},
        newcomer(工号="3002", 手机号="123"),
    )
    assert [one.outcome.value for one in found.verdicts] == ["new", "changed", "unchanged", "error"]
    assert [one.line for one in found.verdicts] == [2, 3, 4, 5]
    assert [(one.column, one.before, one.after) for one in found.verdicts[1].changes] == [
        ("岗位", "客服专员", "高级客服专员")
    ]
    assert problems(found) == [None, None, None, "mobile_invalid"]
    assert await people.by_number(tx, "3001") is None, "a dry run changes nothing"


async def test_import_hires_moves_and_brings_balances_and_twice_is_once(tx: Tx, outbox: Any) -> None:
    await company.seed(tx)
    raws = sheet.read(
        workbook(
            newcomer(直接上级工号="3002", 用工类型="实习", 手机号="13912345678", **{"年假余额(天)": 4.5}),
            newcomer(工号="3002", 姓名="单小雨", 部门="数据部", 岗位="数据主管", 其他假期余额="调休 1.5"),
            {"工号": "1001", "姓名": "李雷", "部门": "市场部", "入职日期": "2023-04-01", "直接上级工号": "1013"},
        )
    )
    assert (await plan(tx, raws)).new_units == ["数据部"]
    outbox.events.clear()
    applied = await applied_rows(tx, raws)
    assert applied.units == ("数据部",)
    assert [one.outcome.value for one in applied.plan.verdicts] == ["new", "new", "changed"]
    zeng, shan = await people.by_number(tx, "3001"), await people.by_number(tx, "3002")
    assert zeng is not None
    assert shan is not None
    assert (zeng.pinyin, zeng.worker_type, zeng.city, zeng.legal_entity) == (
        "zengxiaoxian", WorkerType.INTERN, "上海", ENTITY,
    )  # fmt: skip
    assert await people.holding(tx, Detail.MOBILE, "13912345678") == [zeng.id]
    assert await org.manager_line(tx, zeng.id, tx.today) == [shan.id, PersonId("wangjianguo")]
    moved = await org.main_assignment(tx, PersonId("lilei"), tx.today)
    assert moved is not None
    assert (moved.unit_name, moved.title, moved.manager) == ("市场部", "客服专员", PersonId("wuqian"))
    assert [event for event in outbox.events if isinstance(event, OpeningBalance)] == [
        OpeningBalance(person=shan.id, kind="comp_off", days=Decimal("1.5"), as_of=tx.today),
        OpeningBalance(person=zeng.id, kind="annual", days=Decimal("4.5"), as_of=tx.today),
    ]
    outbox.events.clear()
    again = await applied_rows(tx, raws)
    assert {one.outcome for one in again.plan.verdicts} == {Outcome.UNCHANGED}
    assert outbox.events == []


async def test_manager_faults(tx: Tx) -> None:
    await company.seed(tx)
    found = await judged(
        tx,
        newcomer(工号="3001", 直接上级工号="3002"),
        newcomer(工号="3002", 直接上级工号="3001"),
        newcomer(工号="3003", 直接上级工号="9999"),
        newcomer(工号="3004", 直接上级工号="3003"),
        newcomer(工号="3005", 直接上级工号="3005"),
        newcomer(工号="3006", 直接上级工号="1026"),
        {"工号": "1000", "姓名": "王建国", "部门": "总经办", "入职日期": "2004-03-01", "直接上级工号": "1001"},
        newcomer(工号="3007", 直接上级工号="1001"),
    )
    assert problems(found) == [
        "manager_cycle",
        "manager_cycle",
        "manager_unknown",
        "manager_unknown",
        "manager_cycle",
        "manager_left",
        "manager_cycle",
        None,
    ]


async def test_two_people_may_change_places_in_one_import(tx: Tx) -> None:
    await company.seed(tx)
    first = sheet.read(workbook(newcomer(), newcomer(工号="3002", 直接上级工号="3001")))
    await applied_rows(tx, first)
    turned = sheet.read(workbook(newcomer(直接上级工号="3002"), newcomer(工号="3002", 直接上级工号="1007")))
    applied = await applied_rows(tx, turned)
    assert problems(applied.plan) == [None, None]
    zeng = await people.by_number(tx, "3001")
    assert zeng is not None
    assert [(await people.person(tx, one)).number for one in await org.manager_line(tx, zeng.id, tx.today)] == [
        "3002", "1007", "1000",
    ]  # fmt: skip


async def test_rows_that_contradict_what_is_known(tx: Tx) -> None:
    await company.seed(tx)
    lilei_id = (await tx_id(tx)) or ""
    found = await judged(
        tx,
        newcomer(工号="3001", 证件号码=lilei_id),
        newcomer(工号="3002"),
        newcomer(工号="3002"),
        {"工号": "1026", "姓名": "彭丹", "部门": "客服部", "入职日期": "2023-07-01"},
        {"工号": "1027", "姓名": "曾毅", "部门": "销售部", "入职日期": "2026-03-01"},
    )
    assert problems(found) == ["id_number_taken", "number_twice", "number_twice", "has_left", None]
    assert found.verdicts[-1].rehired


async def tx_id(tx: Tx) -> str | None:
    from domain.people import service

    return await service.reveal(tx, PersonId("lilei"), Detail.ID_NUMBER)


async def test_a_first_import_into_an_empty_company(tx: Tx) -> None:
    boss = {"工号": "1", "姓名": "王建国", "部门": "总部", "入职日期": date(2010, 1, 4), "工作城市": "北京"}
    found = await judged(tx, boss)
    assert problems(found) == ["entity_missing"]
    boss["法人主体"] = ENTITY
    staff = {"工号": "2", "姓名": "任盈盈", "部门": "总部/研发部", "入职日期": "2030-01-01", "直接上级工号": 1}
    found = await judged(tx, boss, staff)
    assert problems(found) == [None, None]
    assert found.new_units == ["总部", "总部/研发部"]
    with pytest.raises(errors.HrOnly):
        await run.begin(tx, PersonId("nobody"), "fl_1", sheet.read(workbook(boss)))


async def test_who_left_comes_back_and_who_starts_later_is_there_once(tx: Tx) -> None:
    await company.seed(tx)
    raws = sheet.read(
        workbook(
            {"工号": "1027", "姓名": "曾毅", "部门": "市场部", "入职日期": "2026-03-02", "岗位": "市场专员"},
            newcomer(工号="3001", 入职日期="2026-04-01", 直接上级工号="1007"),
        )
    )
    applied = await applied_rows(tx, raws)
    assert problems(applied.plan) == [None, None]
    back = await people.by_number(tx, "1027")
    assert back is not None
    assert (back.id, back.hired_on, back.left_on) == ("zengyi", date(2026, 3, 2), None)
    post = await org.main_assignment(tx, back.id, tx.today)
    assert post is not None
    assert (post.unit_name, post.title) == ("市场部", "市场专员")
    again = await plan(tx, raws)
    assert [(one.outcome.value, one.changes) for one in again.verdicts] == [("unchanged", ()), ("unchanged", ())]


async def test_facts_of_a_known_person_are_corrected_and_blanks_leave_them(tx: Tx) -> None:
    await company.seed(tx)
    row = {
        "工号": "1006", "姓名": "杨凡", "部门": "研发部", "入职日期": "2025-03-10", "首次参加工作日期": "2022-07-01",
        "工作城市": "北京", "用工类型": "全职", "手机号": "13911112222", "年假余额(天)": 3,
    }  # fmt: skip
    raws = sheet.read(workbook(row))
    found = await plan(tx, raws)
    assert [one.column for one in found.verdicts[0].changes] == [
        "姓名", "入职日期", "首次参加工作日期", "工作城市", "手机号", "年假余额(天)",
    ]  # fmt: skip
    await applied_rows(tx, raws)
    seen = await people.person(tx, PersonId("yangfan"))
    assert (seen.name, seen.hired_on, seen.first_work_on, seen.city) == (
        "杨凡", date(2025, 3, 10), date(2022, 7, 1), "北京",
    )  # fmt: skip
    assert seen.legal_entity == ENTITY
    post = await org.main_assignment(tx, seen.id, tx.today)
    assert post is not None
    assert (post.title, post.manager) == ("前端工程师", PersonId("zhoujie"))
    assert not (await plan(tx, raws)).useful
    corrected = sheet.read(workbook({**row, "年假余额(天)": 2}))
    assert [(one.before, one.after) for one in (await plan(tx, corrected)).verdicts[0].changes] == [("3", "2")]
