"""The roster in the chat: who may, the dry run in words, the import; every problem has words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.demo import company
from cards.render import Renderer
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org.errors import HrOnly
from domain.people import queries
from handlers import people
from handlers.chat import Chat, FileRef, OpenCard, Reply
from tests.org.test_import import newcomer, workbook

ROOT = Path(__file__).parents[2]


@dataclass
class OneFile:
    """A store that holds one file."""

    content: bytes

    async def read(self, tx: Tx, file_id: str) -> bytes:
        return self.content


async def chat_of(tx: Tx, person: str, content: bytes = b"", name: str = "花名册.xlsx") -> Chat:
    actor = await queries.person(tx, PersonId(person))
    file = FileRef("fl_1", name, "application/octet-stream", len(content))
    return Chat(tx, actor, "direct", files=(file,) if content else (), file_store=OneFile(content))


def said(reply: Reply | None) -> str:
    assert reply is not None
    return Renderer().card(reply.template, {"intent": "", **reply.data}).text


async def test_only_hr_gets_the_template(tx: Tx) -> None:
    await company.seed(tx)
    with pytest.raises(HrOnly):
        await people.template(await chat_of(tx, "lilei"))
    reply = await people.template(await chat_of(tx, "wangfang"))
    assert reply.file is not None
    assert reply.file[0] == "花名册模板.xlsx"
    assert "带 * 的列必填" in said(reply)


async def test_a_roster_is_previewed_then_imported(tx: Tx) -> None:
    await company.seed(tx)
    changed: dict[str, Any] = {"工号": "1001", "姓名": "李雷", "部门": "客服部", "入职日期": "2023-04-01"}
    content = workbook(newcomer(), {**changed, "岗位": "资深客服"}, newcomer(工号="3002", 手机号="12"))
    chat = await chat_of(tx, "wangfang", content)
    preview = await people.received(chat)
    assert preview is not None
    words = said(preview)
    assert "新增：1 人" in words
    assert "第 3 行 李雷：岗位 客服专员 → 资深客服" in words
    assert "第 4 行 曾小贤：手机号不对，应是 1 开头的 11 位数字" in words
    assert "[导入] [取消]" in words
    assert await queries.by_number(tx, "3001") is None
    pressed = replace(chat, files=(), card=OpenCard("cd_1", "fl_1", "people.import", "draft"))
    done = await people.do_import(pressed)
    assert "新增 1 人，更新 1 人" in said(done)
    assert done.key == preview.key == "fl_1"
    assert await queries.by_number(tx, "3001") is not None
    assert "没有导入" in said(await people.cancel(pressed))


async def test_a_file_of_somebody_else_or_of_another_kind_is_left_to_others(tx: Tx) -> None:
    await company.seed(tx)
    assert await people.received(await chat_of(tx, "lilei", workbook(headers=["订单", "金额"]), "订单.xlsx")) is None
    assert await people.received(await chat_of(tx, "wangfang", b"x", "病假单.jpg")) is None
    assert await people.received(await chat_of(tx, "wangfang", workbook(headers=["订单", "金额"]))) is None
    with pytest.raises(HrOnly):
        await people.begin(await chat_of(tx, "lilei", workbook(newcomer())))
    with pytest.raises(HrOnly):
        await people.received(await chat_of(tx, "lilei", workbook(newcomer())))
    assert "直接发给我" in said(await people.begin(await chat_of(tx, "wangfang")))


def test_every_problem_of_a_row_has_words() -> None:
    words = yaml.safe_load((ROOT / "cards" / "people" / "_problems.yaml").read_text("utf-8"))
    for file in ("rows", "plan"):
        source = (ROOT / "domain" / "org" / "importing" / f"{file}.py").read_text("utf-8")
        codes = set(re.findall(r'(?:RowProblem\(|_wrong\(verdict, )"(\w+)"', source))
        codes |= set(re.findall(r'^        return "(\w+)"$', source, re.MULTILINE))
        assert len(codes) >= 5
        assert codes - words.keys() == set()
