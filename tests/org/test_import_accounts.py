"""Accounts on messengers in the roster: shown, linked, refused when they are somebody else's."""

from __future__ import annotations

from typing import Any

from bot.demo import company
from cards.render import Renderer
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org.importing import sheet
from domain.org.importing.plan import plan
from domain.people import queries as people
from domain.people import service
from tests.org.test_import import HEADERS, applied_rows, judged, newcomer, problems, workbook

LILEI = {"工号": "1001", "姓名": "李雷", "部门": "客服部", "入职日期": "2023-04-01"}


async def meant(tx: Tx, account: str, platform: str = "wecom") -> str | None:
    found = await people.person_of(tx, platform, account)
    return (await people.person(tx, found)).number if found else None


async def test_accounts_are_changes_that_are_linked_once(tx: Tx) -> None:
    await company.seed(tx)
    raws = sheet.read(
        workbook({**LILEI, "企业微信账号": "LiLei.QH", "钉钉账号": "lilei"}, newcomer(企业微信账号="ZengXiaoXian"))
    )
    found = await plan(tx, raws)
    assert problems(found) == [None, None]
    assert [(one.column, one.before, one.after) for one in found.verdicts[0].changes] == [
        ("企业微信账号", "lilei", "lilei.qh")
    ]
    assert await meant(tx, "lilei.qh") is None, "a dry run changes nothing"
    await applied_rows(tx, raws)
    assert [await meant(tx, one) for one in ("lilei.qh", "lilei", "zengxiaoxian")] == ["1001", None, "3001"]
    assert await meant(tx, "3001", "dingtalk") == "3001", "without an account the number counts"
    again = await plan(tx, raws)
    assert [(one.outcome.value, one.changes) for one in again.verdicts] == [("unchanged", ()), ("unchanged", ())]
    blank = await judged(tx, LILEI)
    assert blank.verdicts[0].outcome.value == "unchanged", "a blank leaves what is linked"


async def test_other_headers_are_understood(tx: Tx) -> None:
    await company.seed(tx)
    headers = [{"企业微信账号": "企业微信 id", "钉钉账号": "钉钉ID"}.get(one, one) for one in HEADERS]
    row: dict[str, Any] = {**newcomer(), "企业微信 id": "zeng", "钉钉ID": "zengding"}
    found = await plan(tx, sheet.read(workbook(row, headers=headers)))
    assert found.verdicts[0].row is not None
    assert found.verdicts[0].row.accounts == {"wecom": "zeng", "dingtalk": "zengding"}


async def test_taken_and_twice_are_wrong_in_words(tx: Tx) -> None:
    await company.seed(tx)
    found = await judged(
        tx,
        newcomer(工号="3001", 企业微信账号="HanMeimei"),
        newcomer(工号="3002", 钉钉账号="xuli"),
        newcomer(工号="3003", 企业微信账号="same"),
        newcomer(工号="3004", 企业微信账号="SAME"),
        newcomer(工号="3005", 钉钉账号="same"),
        newcomer(工号="3006", 企业微信账号="3005"),
        newcomer(工号="3007", 企业微信账号="pengdan"),
    )
    assert problems(found) == ["wecom_taken", "dingtalk_taken", "wecom_twice", "wecom_twice", None, None, None]
    words = Renderer().words
    assert "另一位员工" in words("people._problems", "wecom_taken", p={})
    assert "两行" in words("people._problems", "dingtalk_twice", p={})
    assert "企业微信账号" in words("people._problems", "account_invalid", p={"column": "企业微信账号"})


async def test_who_left_comes_back_with_another_account(tx: Tx) -> None:
    await company.seed(tx)
    row = {"工号": "1027", "姓名": "曾毅", "部门": "市场部", "入职日期": "2026-03-02", "企业微信账号": "zengyi2"}
    applied = await applied_rows(tx, sheet.read(workbook(row)))
    assert problems(applied.plan) == [None]
    assert (await meant(tx, "zengyi2"), await meant(tx, "zengyi")) == ("1027", None)


async def test_taken_since_the_dry_run_is_one_refused_row(tx: Tx) -> None:
    await company.seed(tx)
    raws = sheet.read(workbook(newcomer(企业微信账号="zeng"), newcomer(工号="3002")))
    rows = (await plan(tx, raws)).verdicts
    await service.link_account(tx, PersonId("lilei"), "wecom", "zeng")
    applied = await applied_rows(tx, raws)
    assert [one.problem for one in rows] == [None, None]
    assert await people.by_number(tx, "3001") is None
    assert await people.by_number(tx, "3002") is not None
    assert problems(applied.plan) == [None]
