"""Rows P1, P2, P4, P6 of the fault matrix through the whole stack: late perhaps, and never lost or twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.conftest import CompanyFactory
from tests.dingtalk.later import moved, platform
from tests.dingtalk.sending import CREATE, SEND, TOKEN, WEBHOOK
from tests.dingtalk.stage import DingTalkStage
from tests.fakes.dingtalk import shown_text
from tests.wecom.later import Later

BALANCE = "我还有几天年假"
PEOPLE = ("lilei", "hanmeimei", "yangfan", "machao", "guotao")


@pytest.fixture
async def ding(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[tuple[DingTalkStage, Later]]:
    async with moved(await company("2026-03-11T10:30"), tmp_path) as running:
        yield running


async def rows(stage: DingTalkStage, sql: str) -> list[Any]:
    assert stage.bot is not None
    async with stage.bot.database.engine.connect() as connection:
        return [tuple(row) for row in (await connection.execute(text(sql))).all()]


async def left(stage: DingTalkStage) -> list[Any]:
    """What waits, with how often it failed by its own fault."""
    return await rows(stage, "select recipient, attempts from bot_outbox where state = 'waiting'")


def answered(stage: DingTalkStage, who: str) -> int:
    """New messages about leave; a change in place is none."""
    return sum("年假" in shown_text(shown) for shown in stage.fake.seen[who] if not shown.updated)


async def test_p1_a_token_taken_back_between_two_messages(ding: tuple[DingTalkStage, Later]) -> None:
    stage, _ = ding
    await stage.say("lilei", "我想下周三下午请半天年假")
    await stage.expect("lilei", "请假确认")
    before = len(stage.fake.calls[TOKEN])
    stage.fake.revoke_token()
    for who in PEOPLE[1:]:
        await stage.say(who, "我想下周三下午请半天年假")
    for who in PEOPLE[1:]:
        await stage.expect(who, "请假")
    await stage.settle()
    assert len(stage.fake.calls[TOKEN]) == before + 1, "one new token however many need it"
    assert not await left(stage)


async def test_p2_too_often_is_waited_out(ding: tuple[DingTalkStage, Later]) -> None:
    stage, later = ding
    stage.fake.block(CREATE, 3.0)
    for who in PEOPLE:
        await stage.say(who, "我想下周三下午请半天年假")
    await later.calm()
    assert len(stage.fake.calls[CREATE]) <= 2, "one for each of the two senders at most"
    assert {attempts for _, attempts in await left(stage)} == {0}
    await later.pass_by(10)
    for who in PEOPLE:
        await stage.expect(who, "请假")
    await later.calm()
    assert not await left(stage)
    assert [len(stage.fake.seen[who]) for who in PEOPLE] == [1] * len(PEOPLE)


async def test_p4_an_outage_is_waited_out(ding: tuple[DingTalkStage, Later]) -> None:
    """Every way out breaks for ten minutes: late, once, and no message is to blame."""
    stage, later = ding
    for api in (SEND, CREATE, WEBHOOK, TOKEN):
        stage.fake.inject(api, "reset", times=None)
    for who in PEOPLE:
        await stage.say(who, BALANCE)
    for _ in range(6):
        await later.pass_by(100)
    assert {attempts for _, attempts in await left(stage)} == {0}
    assert platform(stage).api.degraded()
    stage.fake.faults.clear()
    for _ in range(4):  # one call tries whether DingTalk is there; then the others follow
        await later.pass_by(400)
    for who in PEOPLE:
        await stage.expect(who, "年假")
    assert [answered(stage, who) for who in PEOPLE] == [1] * len(PEOPLE)
    assert platform(stage).api.degraded() is None


async def test_p6_one_who_is_not_there_holds_up_nobody(ding: tuple[DingTalkStage, Later]) -> None:
    stage, later = ding
    stage.fake.members.remove("hanmeimei")
    stage.fake.flow_controlled.add("machao")
    stage.fake.inject(WEBHOOK, "errcode", times=None, code=300001)  # their addresses are not taken either
    for who in ("hanmeimei", "machao", "lilei"):
        await stage.say(who, BALANCE)
    await stage.expect("lilei", "年假")
    await later.calm()
    dead = await rows(stage, "select recipient, reason from bot_outbox where state = 'dead'")
    assert [(who, bool(reason)) for who, reason in dead] == [("hanmeimei", True)]
    assert await left(stage) == [("machao", 0)], "too much to one person waits"
    stage.fake.flow_controlled.clear()
    await later.pass_by(120)
    await stage.expect("machao", "年假")
    assert not stage.fake.seen["hanmeimei"]
