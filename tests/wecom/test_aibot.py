"""Replicas of the whole shell with the bot: one is connected, another takes over, and no message is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from bot import aibot as shell
from bot.outbox import Place
from bot.platforms.wecom.aibot import line as lines
from bot.platforms.wecom.aibot.probe import LOCK
from cards.card import Card
from tests.conftest import NOW, CompanyFactory
from tests.fakes.wecom import FakeWeCom
from tests.wecom.bots import Replica, replica, until

CUTS = 5
Start = Callable[..., Awaitable[Replica]]
SAID = text("select state from bot_outbox where recipient = 'aibot:C-1'")
KEPT = text("select message_id from bot_inbox where platform = 'wecom'")
TERMINATE = text(
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = :key"
    " and database = (select oid from pg_database where datname = current_database())"
)


@pytest.fixture
async def start(company: CompanyFactory, tmp_path: Path, wecom: FakeWeCom) -> AsyncIterator[Start]:
    url = await company(NOW)
    wecom.members |= {"lilei", "hanmeimei"}
    wecom.aibot.groups["C-1"] = {"lilei", "hanmeimei"}
    async with AsyncExitStack() as stack:

        async def make(secret: str | None = None) -> Replica:
            return await stack.enter_async_context(replica(url, tmp_path, wecom, secret))

        yield make


async def kept(one: Replica) -> list[str]:
    async with one.bot.database.engine.connect() as connection:
        return list(await connection.scalars(KEPT))


async def settled(one: Replica) -> list[str]:
    """States of what was to be said in the group, once none of it waits."""
    states = ["waiting"]
    async with asyncio.timeout(5):
        while "waiting" in states:
            await asyncio.sleep(0.02)
            async with one.bot.database.engine.connect() as connection:
                states = list(await connection.scalars(SAID))
    return states


async def tell(one: Replica, words: str) -> None:
    """Something to be said in the group; nobody but the leader may send it."""
    outbox = one.bot.outbox()
    async with one.bot.database.transaction(outbox, "test") as tx:
        place = Place("wecom", "lilei", "aibot:C-1")
        await outbox.answer(tx, place, Card("bot.test", words, "通知"))


async def test_of_two_replicas_one_is_connected(start: Start, wecom: FakeWeCom) -> None:
    replicas = [await start(), await start()]
    await wecom.aibot.connected()
    await asyncio.sleep(0.5)
    assert sorted(one.leads for one in replicas) == [False, True]
    assert len(wecom.aibot.subscribes) == 1


async def test_when_the_leader_is_cut_off_from_the_database_the_other_takes_over(
    start: Start, wecom: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await start()
    await wecom.aibot.connected()
    second = await start()
    async with first.bot.database.engine.begin() as connection:
        await connection.execute(TERMINATE, {"key": LOCK})
    assert await until(lambda: len(wecom.aibot.subscribes) == 2, 10.0) < 10
    await until(lambda: first.leads != second.leads)
    assert sum(line.subscribed for line in wecom.aibot.lines) == 1


async def test_the_one_that_ends_hands_over(start: Start, wecom: FakeWeCom) -> None:
    first = await start()
    await wecom.aibot.connected()
    second = await start()
    await first.aibot.stop()
    await until(lambda: second.aibot.line.live)
    said = await wecom.aibot.say("lilei", "年假")
    await until(lambda: wecom.aibot.sent)
    assert await kept(second) == [f"aibot:{said.body['msgid']}"], "stored, or nothing would have been said"


async def test_who_was_replaced_comes_back_only_when_it_is_its_turn(
    start: Start, wecom: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "REPLACED", 0.8)
    one = await start()
    await wecom.aibot.connected()
    line = wecom.aibot.live
    assert line is not None
    with structlog.testing.capture_logs() as logs:
        await wecom.aibot._disconnected(line)
        await until(lambda: not one.leads)
        assert one.aibot.voice() is None
        await until(lambda: one.aibot.line.live)
    assert [entry["times"] for entry in logs if entry["event"] == "aibot.replaced"] == [1]
    assert len(wecom.aibot.subscribes) == 2


async def test_a_wrong_secret_is_tried_by_one_replica_once(start: Start, wecom: FakeWeCom) -> None:
    replicas = [await start("wrong"), await start("wrong")]
    await until(lambda: wecom.aibot.subscribes)
    await asyncio.sleep(1.5)
    assert [code for _, code in wecom.aibot.subscribes] == [40001]
    assert [one.aibot.degraded() for one in replicas if one.leads] == [
        "WeCom refuses the intelligent bot's subscription: 40001"
    ]


async def test_cut_under_load_nothing_is_lost_or_doubled(
    start: Start, wecom: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST", 0.1)
    wecom.aibot.per_minute = 1_000
    one = await start()
    await wecom.aibot.connected()
    asked, told = await loaded(one, wecom)
    await until(lambda: len(wecom.aibot.texts("C-1")) >= told, 20.0)
    assert asked > 50
    assert sorted(await kept(one)) == sorted(f"aibot:{said.body['msgid']}" for said in wecom.aibot.pushed)
    assert set(wecom.aibot.texts("C-1")) == {f"第 {number} 句" for number in range(told)}
    assert len(wecom.aibot.subscribes) == CUTS + 1


async def loaded(one: Replica, wecom: FakeWeCom) -> tuple[int, int]:
    """People ask and the bot speaks while its connection is cut again and again: how much was asked, and said."""
    asked = told = 0
    for _ in range(CUTS):
        for number in range(12):
            await wecom.aibot.say("lilei" if number % 2 else "hanmeimei", f"{asked}", "C-1")
            asked += 1
            await asyncio.sleep(0.01)
        await tell(one, f"第 {told} 句")
        told += 1
        subscribes = len(wecom.aibot.subscribes)
        wecom.aibot.cut()
        await until(lambda before=subscribes: len(wecom.aibot.subscribes) > before and one.aibot.line.live)
    return asked, told


async def test_what_waits_is_said_by_the_next_leader(start: Start, wecom: FakeWeCom) -> None:
    first = await start()
    await wecom.aibot.connected()
    await wecom.aibot.say("lilei", "在吗", "C-1")
    await first.aibot.stop()
    await tell(first, "留给下一位")
    await asyncio.sleep(0.3)
    assert wecom.aibot.sent == []
    await start()
    await until(lambda: wecom.aibot.texts("C-1"))
    assert wecom.aibot.texts("C-1") == ["留给下一位"]


async def test_an_unanswered_command_is_said_again(start: Start, wecom: FakeWeCom) -> None:
    """Whether it was taken is not known: rather twice than never."""
    one = await start()
    await wecom.aibot.connected()
    await wecom.aibot.say("lilei", "在吗", "C-1")
    wecom.aibot.mute = True
    await tell(one, "听得到吗")
    await until(lambda: wecom.aibot.sent)
    wecom.aibot.mute = False
    await until(lambda: len(wecom.aibot.sent) == 2, 10.0)
    assert await settled(one) == ["sent"]
