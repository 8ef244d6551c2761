"""The bot's connection by itself: subscribed once, kept, healed, given up when replaced; nothing is answered early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest
import structlog
from prometheus_client import REGISTRY

from bot.platforms.shared.keeper import Keeper
from bot.platforms.wecom.aibot import line as lines
from bot.platforms.wecom.aibot.connection import NoAnswer, Times
from bot.platforms.wecom.aibot.desk import Desk, Words
from bot.platforms.wecom.aibot.line import Line
from bot.platforms.wecom.aibot.messages import Reader
from tests.fakes.wecom import FakeWeCom
from tests.wecom.bots import QUICK, Shelf, settings, until
from tests.wecom.gates import Time

WORDS = Words("欢迎", "在应用里", "不认识")
STRANGER = "wo_cipher"


@dataclass
class Opened:
    """A line and its desk at work."""

    line: Line
    desk: Desk
    keeping: asyncio.Task[None]


Open = Callable[..., Awaitable[Opened]]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def opens(wecom: FakeWeCom, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Open]:
    monkeypatch.setattr(lines, "LONGEST", 0.1)
    async with AsyncExitStack() as stack:

        async def knows(sender: str) -> bool:
            return sender != STRANGER

        async def make(secret: str | None = None, times: Times = QUICK) -> Opened:
            own = settings(wecom, secret)
            reader = Reader(own.bot_id or "", ("HR 助手", "HR助手"))
            desk = Desk(reader, Keeper(shelf.store, "aibot"), WORDS, knows, Time())
            line = Line(own, desk.heard, times)
            keeping = asyncio.create_task(line.keep())
            stack.push_async_callback(desk.stop, 0.2)
            stack.push_async_callback(ended, keeping)
            return Opened(line, desk, keeping)

        yield make


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def opened(opens: Open, wecom: FakeWeCom) -> Opened:
    made = await opens()
    await wecom.aibot.connected()
    return made


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


# the connection


async def test_a_wrong_secret_knocks_once_and_tells_the_operator(opens: Open, wecom: FakeWeCom) -> None:
    with structlog.testing.capture_logs() as logs:
        made = await opens(secret="wrong-canary")
        await until(lambda: made.line.refusal)
        await asyncio.sleep(0.6)
    assert [code for _, code in wecom.aibot.subscribes] == [40001]
    assert [entry["errcode"] for entry in logs if entry["log_level"] == "error"] == [40001]
    assert "wrong-canary" not in str(logs)


async def test_another_connection_ends_ours_for_good(opened: Opened, opens: Open, wecom: FakeWeCom) -> None:
    await opens()
    await asyncio.wait_for(opened.keeping, 2)
    await asyncio.sleep(0.4)
    assert len(wecom.aibot.subscribes) == 2, "ours did not come back"
    assert wecom.aibot.live is not None


async def test_a_cut_is_healed_with_growing_patience(opened: Opened, wecom: FakeWeCom) -> None:
    wecom.aibot.cut()
    assert await until(lambda: len(wecom.aibot.subscribes) == 2 and opened.line.live) < 2
    assert not opened.keeping.done()


async def test_pings_are_sent(opens: Open, wecom: FakeWeCom) -> None:
    await opens(times=replace(QUICK, ping=0.05))
    await wecom.aibot.connected()
    await until(lambda: wecom.aibot.lines[0].pings >= 3)
    assert len(wecom.aibot.subscribes) == 1


async def test_two_pings_without_an_answer_end_it(opens: Open, wecom: FakeWeCom) -> None:
    made = await opens(times=replace(QUICK, ping=0.1, ack=0.1))
    await wecom.aibot.connected()
    before = counted("hrbot_aibot_ends_total", reason="silent")
    wecom.aibot.mute = True
    await until(lambda: counted("hrbot_aibot_ends_total", reason="silent") > before)
    wecom.aibot.mute = False
    await until(lambda: made.line.live)
    assert len(wecom.aibot.subscribes) >= 2


async def test_commands_are_counted_by_what_was_answered(opened: Opened, wecom: FakeWeCom) -> None:
    labels = {"platform": "aibot", "api": "aibot_send_msg"}
    before = counted("hrbot_platform_calls_total", **labels, code="45009")
    wecom.aibot.codes["aibot_send_msg"].append(45009)
    assert opened.line.live is not None
    await opened.line.live.ask("aibot_send_msg", {"chatid": "C1"})
    assert counted("hrbot_platform_calls_total", **labels, code="45009") == before + 1


async def test_of_one_req_id_one_command_is_on_its_way(opened: Opened, wecom: FakeWeCom) -> None:
    wecom.aibot.ack_after = 0.1
    assert opened.line.live is not None
    both = [opened.line.live.ask("aibot_send_msg", {"n": n}, "r1") for n in range(2)]
    assert [answer.errcode for answer in await asyncio.gather(*both)] == [40058, 40058]
    assert wecom.warnings == []


async def test_what_is_not_acknowledged_is_not_known(opened: Opened, wecom: FakeWeCom) -> None:
    wecom.aibot.mute = True
    assert opened.line.live is not None
    with pytest.raises(NoAnswer, match="acknowledgement"):
        await opened.line.live.ask("aibot_send_msg", {})


async def test_garbage_is_survived(opened: Opened, wecom: FakeWeCom, shelf: Shelf) -> None:
    assert wecom.aibot.live is not None
    for raw in ["", "x", "[]", "null", "{}", '{"cmd":1}', '{"headers":{"req_id":7}}', "[" * 90_000]:
        await wecom.aibot.live.socket.send_str(raw)
    await wecom.aibot.say("lisi", "年假", "C1")
    await until(lambda: shelf.kept)
    assert len(wecom.aibot.subscribes) == 1


# what becomes of what people say


async def test_a_message_is_stored_before_anything_is_answered(opened: Opened, wecom: FakeWeCom, shelf: Shelf) -> None:
    shelf.slow = 0.3
    await wecom.aibot.say("lisi", "我还有几天年假")
    await asyncio.sleep(0.15)
    assert (shelf.kept, wecom.aibot.sent) == ({}, [])
    await until(lambda: wecom.aibot.sent)
    assert (shelf.texts, wecom.aibot.texts("lisi")) == (["我还有几天年假"], ["在应用里"])


async def test_a_stranger_hears_that_they_are_one(opened: Opened, wecom: FakeWeCom) -> None:
    await wecom.aibot.say(STRANGER, "我的工资")
    await until(lambda: wecom.aibot.sent)
    assert wecom.aibot.texts(STRANGER) == ["不认识"]


async def test_a_message_that_comes_twice_is_stored_and_answered_once(
    opened: Opened, wecom: FakeWeCom, shelf: Shelf
) -> None:
    said = await wecom.aibot.say("lisi", "年假")
    await until(lambda: wecom.aibot.sent)
    await wecom.aibot.again(said)
    await asyncio.sleep(0.2)
    assert (len(shelf.kept), len(wecom.aibot.sent)) == (1, 1)


async def test_what_cannot_be_stored_is_not_answered(opened: Opened, wecom: FakeWeCom, shelf: Shelf) -> None:
    shelf.fails = OSError("no disk")
    await wecom.aibot.say("lisi", "年假")
    await asyncio.sleep(0.3)
    assert wecom.aibot.sent == []
    shelf.fails = None
    await until(lambda: wecom.aibot.sent)
    assert shelf.texts == ["年假"]


async def test_words_that_only_point_elsewhere_keep_the_limit(opened: Opened, wecom: FakeWeCom, shelf: Shelf) -> None:
    for number in range(40):
        await wecom.aibot.say("lisi", str(number))
    await until(lambda: len(shelf.kept) == 40)
    await asyncio.sleep(0.2)
    assert (wecom.aibot.over, len(wecom.aibot.sent)) == ([], 20)


async def test_a_welcome_once_a_day(opened: Opened, wecom: FakeWeCom) -> None:
    await wecom.aibot.event("lisi", "enter_chat")
    await until(lambda: wecom.aibot.sent)
    await wecom.aibot.event("lisi", "enter_chat")
    await asyncio.sleep(0.1)
    assert wecom.aibot.texts("lisi") == ["欢迎"]


async def test_opinions_are_counted(opened: Opened, wecom: FakeWeCom) -> None:
    before = counted("hrbot_aibot_feedback_total", what="bad")
    await wecom.aibot.event("lisi", "feedback_event", {"id": "f1", "type": 2, "content": "不对"})
    await wecom.aibot.event("lisi", "template_card_event", {"card_type": "button_interaction", "event_key": "k"})
    await until(lambda: counted("hrbot_aibot_feedback_total", what="bad") == before + 1)
    assert wecom.aibot.sent == [], "such events are answered by nothing"


async def test_a_mistake_of_ours_does_not_end_the_connection(
    opened: Opened, wecom: FakeWeCom, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("canary 年假")

    with structlog.testing.capture_logs() as logs:
        monkeypatch.setattr(Reader, "read", broken)
        await wecom.aibot.say("lisi", "年假")
        await until(lambda: [entry for entry in logs if entry["event"] == "aibot.frame_failed"])
        monkeypatch.undo()
    await wecom.aibot.say("lisi", "病假")
    await until(lambda: shelf.kept)
    assert (shelf.texts, len(wecom.aibot.subscribes), "canary" in str(logs)) == (["病假"], 1, False)
