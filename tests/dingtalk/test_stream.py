"""The Stream client against the strict gateway: every frame rightly answered, nothing lost while the store fails."""

from __future__ import annotations

import asyncio
import json

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from bot.inbox import InboxFull
from bot.platforms.dingtalk.stream import Stream
from tests.dingtalk.shelf import GROUP, Shelf
from tests.fakes.dingtalk import FakeDingTalk, Frame
from tests.platforms.metrics import incoming

EVENT = {"userId": ["lilei"]}


async def test_a_message_is_stored_and_acknowledged(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    pushed = await dingtalk.say("lilei", "查年假")
    assert (pushed.in_time, pushed.answer) == (True, {"response": None})
    [update] = shelf.kept.values()
    assert (update.platform, update.message_id, update.sender) == ("dingtalk", pushed.data["msgId"], "lilei")
    assert (update.text, update.conversation) == ("查年假", "direct")
    assert update.reply_to == (pushed.data["sessionWebhook"], pushed.data["sessionWebhookExpiredTime"] / 1000)
    assert dingtalk.warnings == []


async def test_a_group_message(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    await dingtalk.say("xuli", "查排班", group=GROUP)
    [update] = shelf.kept.values()
    assert (update.text, update.conversation) == ("查排班", GROUP)


async def test_somebody_without_userid_is_handed_on_as_nobody(
    stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf
) -> None:
    pushed = await dingtalk.say("lilei", "查年假", unnamed=True)
    assert (pushed.in_time, shelf.kept) == (True, {})
    [nobody] = shelf.nobody
    assert (nobody.unnamed, nobody.update) == (True, None)
    assert nobody.reply_to is not None
    assert nobody.reply_to[0] == pushed.data["sessionWebhook"]


async def test_another_robot_or_company_is_refused(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    before = incoming("dingtalk", "none", "foreign")
    for changes in ({"robotCode": "dingother"}, {"chatbotCorpId": "dingother"}, {"senderCorpId": "dingother"}):
        assert (await dingtalk.say("lilei", "查年假", changes=changes)).in_time
    assert (shelf.kept, shelf.nobody, incoming("dingtalk", "none", "foreign")) == ({}, [], before + 3)


async def test_every_connection_answers_pings(stream: Stream, dingtalk: FakeDingTalk) -> None:
    frames = await dingtalk.ping()
    assert len(frames) == 2
    assert all(frame.in_time for frame in frames)
    assert dingtalk.warnings == []


async def test_events_are_stored_once_and_acknowledged(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    pushed = await dingtalk.event("user_leave_org", EVENT, times=3, event_id="e1")
    unknown = await dingtalk.event("never_heard_of", {})
    await dingtalk.settled()
    assert {answer.answer["status"] for answer in (*pushed.tries, *unknown.tries)} == {"SUCCESS"}
    assert sorted(event.kind for event in shelf.events.values()) == ["unknown", "user_leave_org"]
    assert shelf.events["e:e1"].users == ("lilei",)


async def test_an_event_that_cannot_be_stored_comes_again(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    shelf.fails = OperationalError("insert", {}, Exception())
    pushed = await dingtalk.event("user_leave_org", EVENT, event_id="e2")
    assert pushed.answer["status"] == "LATER"
    shelf.fails = None
    await dingtalk.settled()
    assert [frame.answer["status"] for frame in pushed.tries][-1] == "SUCCESS"
    assert set(shelf.events) == {"e:e2"}


async def test_an_event_of_another_company_is_acknowledged_and_dropped(
    stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf
) -> None:
    dingtalk.account = type(dingtalk.account)(**{**vars(dingtalk.account), "corp_id": "dingother"})
    pushed = await dingtalk.event("user_leave_org", EVENT)
    assert (pushed.done, shelf.events) == (True, {})


async def test_only_what_is_paid_is_counted(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    await dingtalk.event("user_leave_org", EVENT)
    assert shelf.pushes == 0
    await dingtalk.event("bpms_task_change", {"processInstanceId": "p"})
    await dingtalk.say("lilei", "查年假")
    await dingtalk.press("lilei", "cd_1@1", "agree", force=True)
    assert shelf.pushes == 3


async def test_messages_without_content_raise_the_alarm(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    dingtalk.exhaust_pushes()
    assert (await dingtalk.say("lilei", "查年假")).in_time
    assert shelf.kept == {}
    assert "used up" in (stream.degraded() or "")


# presses


async def test_a_press(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    dingtalk.press_field = "value"
    pushed = await dingtalk.press("xuli", "cd_1@2", "agree", {"comment": "好"}, force=True)
    assert (pushed.in_time, pushed.answer) == (True, {"response": {}})
    [update] = shelf.kept.values()
    assert update.message_id == f"c:{pushed.tries[0].message_id}"
    assert (update.sender, update.card_id, update.action, update.inputs) == ("xuli", "cd_1", "agree", {"comment": "好"})


@pytest.mark.parametrize("trouble", ["slow", "failing"])
async def test_a_press_is_answered_whatever_the_database_does(
    stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf, trouble: str
) -> None:
    shelf.slow = 3.0 if trouble == "slow" else 0.0
    shelf.fails = None if trouble == "slow" else OperationalError("insert", {}, Exception())
    pushed = await dingtalk.press("xuli", "cd_1@1", "agree", force=True)
    assert pushed.tries[0].seconds is not None
    assert pushed.tries[0].seconds < 1.0
    assert (pushed.in_time, pushed.answer, shelf.kept) == (True, {"response": {}}, {})
    shelf.fails, shelf.slow = None, 0.0
    await shelf.until(1)


# the store fails: nothing is sent again


@pytest.mark.parametrize("error", [InboxFull(), OperationalError("insert", {}, Exception()), OSError("no disk")])
async def test_messages_wait_in_memory_and_keep_their_order(
    stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf, error: Exception
) -> None:
    shelf.fails = error
    for text in ("一", "二", "三"):
        assert (await dingtalk.say("lilei", text)).in_time
    assert shelf.kept == {}
    shelf.fails = None
    await dingtalk.say("lilei", "四")
    await shelf.until(4)
    assert shelf.texts == ["一", "二", "三", "四"]


async def test_after_a_while_a_message_is_given_up(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    before = incoming("dingtalk", "text", "lost")
    stream.intake.keeper.patience = 0.5
    shelf.fails = OperationalError("查年假", {"body": "查年假"}, Exception("查年假"))
    with structlog.testing.capture_logs() as logs:
        await dingtalk.say("lilei", "查年假")
        async with asyncio.timeout(3):
            while stream.intake.keeper.waiting:
                await asyncio.sleep(0.01)
    assert incoming("dingtalk", "text", "lost") == before + 1
    assert [entry["log_level"] for entry in logs if entry["event"] == "dingtalk.lost"] == ["error"]
    assert "查年假" not in str(logs)


async def test_more_than_memory_holds_is_refused(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    stream.intake.keeper.capacity = 1
    shelf.fails = InboxFull()
    await dingtalk.say("lilei", "一")
    assert (await dingtalk.say("lilei", "二")).codes == [500]
    shelf.fails = None
    await shelf.until(1)


async def test_a_mistake_of_ours_costs_neither_answer_nor_connection(
    stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret 查年假")

    with structlog.testing.capture_logs() as logs:
        for place in ("messages.parse", "presses.parse", "events.of_frame"):
            monkeypatch.setattr(f"bot.platforms.dingtalk.{place}", broken)
        answers = [
            await dingtalk.say("lilei", "查年假"),
            await dingtalk.press("lilei", "cd_1@1", "agree", force=True),
            await dingtalk.event("user_leave_org", EVENT),
        ]
        monkeypatch.undo()
        await dingtalk.settled()
    assert [answer.codes[0] for answer in answers] == [500, 500, 200]
    assert answers[2].tries[-1].answer["status"] == "SUCCESS"
    assert dingtalk.opened == 2
    assert "查年假" not in str(logs)


async def test_garbage_is_survived(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    odd = [
        "",
        "x",
        "[]",
        "null",
        "{}",
        '{"type":"EVENT"}',
        '{"type":"CALLBACK","headers":{"topic":"/v1.0/im/bot/messages/get"},"data":"{}"}',
        '{"type":"SYSTEM","headers":{"topic":"KEEPALIVE","messageId":"k"},"data":"{}"}',
        "[" * 100_000,
        '{"type":"' + "\\ud800" * 10 + '"}',
    ]
    for connection in dingtalk.connections:
        for raw in odd:
            await connection.socket.send_str(raw)
        await connection.socket.send_bytes(b"\0")
    assert (await dingtalk.say("lilei", "查年假")).in_time
    assert dingtalk.opened == 2
    assert dingtalk.warnings == []


@pytest.mark.parametrize("data", ["not json", "[]", 7, None])
async def test_unreadable_data_is_acknowledged(stream: Stream, dingtalk: FakeDingTalk, data: object) -> None:
    frame = Frame("robot", f"odd-{data}", {}, None, 0.0)
    connection = dingtalk.connections[0]
    head = {"topic": "/v1.0/im/bot/messages/get", "messageId": frame.message_id}
    waiting = await connection.send(frame, json.dumps({"type": "CALLBACK", "headers": head, "data": data}))
    await asyncio.wait_for(waiting.over.wait(), 2)
    assert frame.code == 200
