"""The fault matrix over the whole stack, on WeCom: re-sends (D), what the platform does to us (P), replays (X3)."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from domain.kernel.ids import PersonId
from tests.fakes.wecom import shown_text
from tests.platforms.metrics import incoming
from tests.wecom.later import Later, platform, rows
from tests.wecom.stage import WeComStage
from tests.wecom.test_thread import SEND, UPDATE, drafted, submitted

BALANCE = "我还有几天年假"


async def left(phones: WeComStage) -> list[Any]:
    return await rows(phones, "select state, attempts from bot_outbox where state <> 'sent' order by seq")


async def texts(phones: WeComStage, who: str) -> list[str]:
    return [shown_text(shown) for shown in phones.fake.seen[who]]


async def notices(phones: WeComStage, who: str, count: int) -> None:
    """So many different notices to one person, in one transaction."""
    assert phones.bot is not None
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        for number in range(count):
            await tx.notify(PersonId(who), "bot.full_text", said=f"通知 {number}。")


def impatient(phones: WeComStage) -> None:
    """The client waits a third of a second for an answer."""
    transport: Any = platform(phones).api._transport
    transport._quick = aiohttp.ClientTimeout(total=0.3)


# D: the same again, and two that look the same


async def test_d1_the_same_callback_again_and_again(phones: WeComStage) -> None:
    mine = await drafted(phones)
    posted = await phones.fake.press("lilei", mine.task_id or "", "submit", times=4)
    assert posted.statuses == [200] * 4
    await phones.expect("xuli", "李雷的请假")
    await phones.settle()
    cards, stored = len(phones.fake.seen["xuli"]), len(await rows(phones, "select 1 from bot_inbox"))
    assert (cards, stored) == (1, 2), "one wish, one press"
    again = phones.fake.callbacks[-1]
    assert (await phones.fake.post(again.query, again.body)).status == 200
    assert (await phones.fake.raw(again.xml)).statuses == [200], "sealed anew, the same message"
    await phones.settle()
    assert len(await rows(phones, "select 1 from bot_inbox")) == 2
    assert len(phones.fake.seen["xuli"]) == 1
    assert all(call.answer == b"" for call in phones.fake.callbacks), "the same answer each time"


async def test_d1_the_same_message_over_and_over(phones: WeComStage) -> None:
    posted = await phones.fake.say("lilei", BALANCE, times=4)
    assert posted.statuses == [200] * 4
    await phones.expect("lilei", "可用 5 天")
    await phones.settle()
    assert len(await rows(phones, "select 1 from bot_inbox")) == 1
    assert len(phones.fake.seen["lilei"]) == 1


async def test_d2_two_clicks_in_one_second(phones: WeComStage) -> None:
    _, first = await submitted(phones)
    await drafted(phones, "hanmeimei", "下周四请一天年假")
    await phones.press_label("hanmeimei", "提交")
    second = (await phones.expect("xuli", "韩梅梅的请假", "[同意]"))["shown"]
    tasks = [task for task in (first.task_id, second.task_id) if task]
    both = await asyncio.gather(*(phones.fake.press("xuli", task, "agree") for task in tasks))
    assert [posted.status for posted in both] == [200, 200]
    await phones.expect("lilei", "年假已批准")
    await phones.expect("hanmeimei", "年假已批准")


async def test_d2_two_reports_of_wecom_itself_in_one_second(phones: WeComStage) -> None:
    before = incoming("wecom", "sys_approval_change", "ignored")
    reports = [{"ApprovalInfo": {"SpNo": f"20260311000{number}", "SpStatus": 2}} for number in range(2)]
    posted = await asyncio.gather(*(phones.fake.event("sys", "sys_approval_change", one) for one in reports))
    assert [one.statuses for one in posted] == [[200], [200]]
    assert incoming("wecom", "sys_approval_change", "ignored") == before + 2


# P: what the platform does


async def test_p1_a_token_taken_back_between_two_messages(phones: WeComStage) -> None:
    await phones.say("lilei", BALANCE)
    await phones.expect("lilei", "可用 5 天")
    phones.fake.revoke_token()
    for who in ("lilei", "hanmeimei", "yangfan", "machao"):
        await phones.say(who, BALANCE)
    for who in ("lilei", "hanmeimei", "yangfan", "machao"):
        await phones.expect(who, "年假")
    await phones.settle()
    assert len(phones.fake.calls["gettoken"]) == 2
    assert not await left(phones)


async def test_p2_too_often_is_waited_out(phones: WeComStage, later: Later) -> None:
    who = ("lilei", "hanmeimei", "yangfan", "machao", "guotao")
    phones.fake.block(SEND)
    for person in who:
        await phones.say(person, BALANCE)
    await phones.settle()
    assert 1 <= phones.fake.limits.blocked_calls[SEND] <= 2, "one for each of the two senders at most"
    assert {state for state, _ in await left(phones)} == {"waiting"}
    await phones.say("lilei", BALANCE)
    await later.calm()
    assert phones.fake.limits.blocked_calls[SEND] <= 2, "nobody asks before the time is over"
    await later.pass_by(75)
    for person in who:
        await phones.expect(person, "年假")
    assert await rows(phones, "select distinct attempts from bot_outbox") == [0]


async def test_a_database_whose_clock_is_ahead_forgets_nobody(phones: WeComStage, later: Later) -> None:
    """The queue wakes a message before its time has come for us: it is not sent, and woken again."""
    phones.fake.block(SEND)
    await phones.say("lilei", BALANCE)
    await later.calm()
    for _ in range(2):
        await later.hasten()
    assert phones.fake.limits.blocked_calls[SEND] == 1
    await later.pass_by(75)
    await phones.expect("lilei", "可用 5 天")


async def test_p3_forty_notices_to_one_member(phones: WeComStage, later: Later) -> None:
    await notices(phones, "lilei", 40)
    await later.calm()
    first = await texts(phones, "lilei")
    assert len(first) == 28, "less than the 30 that WeCom shows a minute"
    waiting = await rows(phones, "select due_at is not null from bot_outbox where state = 'waiting' order by seq")
    assert waiting == [True, *[False] * 11], "the first says when; the others stand behind it"
    await later.pass_by(30)
    assert len(await texts(phones, "lilei")) == 28
    await later.pass_by(32)
    await phones.expect("lilei", "通知 39")
    said = "".join(await texts(phones, "lilei"))
    assert [said.index(f"通知 {number}。") for number in range(40)] == sorted(
        said.index(f"通知 {number}。") for number in range(40)
    )
    assert not await left(phones)


async def test_p4_an_outage_is_waited_out(phones: WeComStage, later: Later) -> None:
    """503, then connections that break, for a quarter of an hour: late and in order, and no message is to blame."""
    await phones.say("yangfan", BALANCE)
    await phones.expect("yangfan", "年假")
    phones.fake.inject(SEND, "status", None, status=503, when=lambda call: len(phones.fake.calls[SEND]) % 2 == 0)
    phones.fake.inject(SEND, "reset", None)
    await notices(phones, "lilei", 3)
    await phones.say("hanmeimei", BALANCE)
    for _ in range(9):
        await later.pass_by(100)
    tried = len(phones.fake.calls[SEND])
    assert tried >= 6, "it is tried again now and then"
    assert platform(phones).api.degraded()
    assert {attempts for _, attempts in await left(phones)} == {0}
    phones.fake.faults.clear()
    for _ in range(3):  # one call tries whether WeCom is there; then the others follow
        await later.pass_by(400)
    await phones.expect("hanmeimei", "年假")
    for number in range(3):
        await phones.expect("lilei", f"通知 {number}")
    assert len(await texts(phones, "lilei")) == 3
    assert platform(phones).api.degraded() is None


async def test_p5_a_card_whose_answer_never_came(phones: WeComStage, later: Later) -> None:
    impatient(phones)
    phones.fake.inject(SEND, "stall_after_accept", seconds=5)
    await phones.say("lilei", "我想下周三下午请半天年假")
    await phones.expect("lilei", "请假确认")
    await due(phones)
    await later.pass_by(5)
    assert not await left(phones)
    assert len(phones.fake.seen["lilei"]) == 1, "WeCom knows the request again and shows it once"
    assert len(phones.fake.duplicates) == 1
    await phones.press_label("lilei", "提交")
    await phones.expect("xuli", "李雷的请假")
    changed = (await phones.expect("lilei", "审批中"))["shown"]
    assert changed.updated, "the press brought the code that the lost answer had"


async def due(phones: WeComStage) -> None:
    """Until a message waits for its next try."""
    for _ in range(200):
        if await rows(phones, "select 1 from bot_outbox where state = 'waiting' and due_at is not null"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing waits for a next try")


async def test_p5_a_text_whose_answer_never_came(phones: WeComStage, later: Later) -> None:
    impatient(phones)
    phones.fake.inject(SEND, "stall_after_accept", seconds=5)
    await phones.say("lilei", "改成周四")
    await due(phones)
    await later.pass_by(5)
    assert not await left(phones)
    assert len(phones.fake.seen["lilei"]) == 2, "once more rather than never"


async def test_p5_a_change_whose_answer_never_came(phones: WeComStage, later: Later) -> None:
    mine = await drafted(phones)
    impatient(phones)
    phones.fake.inject(UPDATE, "stall_after_accept", seconds=5)
    await phones.press_label("lilei", "提交")
    await phones.expect("lilei", "审批中", "[撤回]")
    await due(phones)
    await later.pass_by(5)
    assert not await left(phones)
    assert {shown.msgid for shown in phones.fake.screen("lilei")} == {mine.msgid}, "the same card, changed twice"


async def test_p6_one_who_is_out_of_the_apps_range(phones: WeComStage) -> None:
    phones.fake.members.remove("hanmeimei")
    phones.fake.unlicensed.add("machao")
    for who in ("hanmeimei", "machao", "lilei"):
        await phones.say(who, BALANCE)
    await phones.expect("lilei", "可用 5 天")
    await phones.settle()
    dead = await rows(phones, "select recipient, reason from bot_outbox where state = 'dead' order by recipient")
    assert [who for who, _ in dead] == ["hanmeimei", "machao"]
    assert all(reason for _, reason in dead), dead
    assert not phones.fake.seen["hanmeimei"]
    assert not phones.fake.seen["machao"]


async def test_p6_one_message_that_fails_holds_up_nobody_else(phones: WeComStage, later: Later) -> None:
    broken = phones.fake.inject(SEND, "status", None, status=400, when=lambda call: call.body["touser"] == "yangfan")
    await phones.say("yangfan", BALANCE)
    await phones.say("lilei", BALANCE)
    await phones.expect("lilei", "可用 5 天")
    await phones.say("hanmeimei", BALANCE)
    await phones.expect("hanmeimei", "年假")
    for _ in range(100):  # seen a moment before it is recorded
        if len(waiting := await left(phones)) == 1:
            break
        await asyncio.sleep(0.02)
    [(state, attempts)] = waiting
    assert (state, attempts >= 1) == ("waiting", True), "its own fault, so it counts"
    phones.fake.faults.ordered.remove(broken)
    await later.pass_by(60)
    await phones.expect("yangfan", "年假")


# X3: a request that somebody captured


async def test_x3_a_captured_request(phones: WeComStage, later: Later) -> None:
    await submitted(phones)
    captured = phones.fake.callbacks[-1]
    assert (await phones.fake.post(captured.query, captured.body)).status == 200
    await later.pass_by(301)
    late = await phones.fake.post(captured.query, captured.body)
    assert (late.status, late.answer) == (403, b"")
    await later.pass_by(-900)
    early = await phones.fake.post(captured.query, captured.body)
    assert (early.status, early.answer) == (403, b"")
    await phones.settle()
    assert len(await rows(phones, "select 1 from bot_inbox")) == 2
