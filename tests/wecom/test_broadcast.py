"""10,000 people get one announcement within WeCom's limits, each once and nobody not at all."""

from __future__ import annotations

import asyncio
import time
from collections import deque

import pytest
from sqlalchemy import text

from bot.failpoints import POINTS
from tests.wecom.crowd import add, announced, bulk_calls, got, kept
from tests.wecom.later import Later, rows
from tests.wecom.stage import WeComStage

EVERYBODY, MANY = 10_000, 3_000
STATES = "select state, reason, count(*) from bot_broadcast_person group by 1, 2 order by 1, 2"


async def test_ten_thousand_people_in_ten_calls(phones: WeComStage, capsys: pytest.CaptureFixture[str]) -> None:
    await add(phones, EVERYBODY)
    await announced(phones)
    await phones.expect("wangfang", "发完了", "10,000 人已发到", patience=30)
    row = await kept(phones)
    real = (row["finished_at"] - row["planned_at"]).total_seconds()
    with capsys.disabled():
        print(f"\n10,000 people: planned {row['planned_seconds']:.1f} s, took {real:.1f} s")  # noqa: T201
    times = got(phones.fake)
    assert len(bulk_calls(phones.fake)) == 10
    assert sum(times.values()) == len(times) == EVERYBODY
    assert phones.fake.dropped == phones.fake.warnings == []
    assert real <= 3 * row["planned_seconds"], "the plan is no promise, and no fiction"
    assert await rows(phones, "select count(*), count(got_at) from announcements_receiver") == [(EVERYBODY, EVERYBODY)]


async def test_limits_strangers_and_answers_that_are_lost(phones: WeComStage, later: Later) -> None:
    """45009 at the second call; 7 people whom WeCom does not know; an answer that does not arrive; members that are
    at their limit. Everybody who can get it gets it once, and HR is told of the others."""
    fake = phones.fake
    await add(phones, MANY)
    fake.members -= {f"crowd{n}" for n in range(1, 8)}
    await at_their_limit(phones, [f"crowd{n}" for n in range(2_000, 2_020)])
    second = {"n": 0}

    def is_second(call: object) -> bool:
        second["n"] += "|" in call.body["touser"]  # type: ignore[attr-defined]
        return second["n"] == 2 and "|" in call.body["touser"]  # type: ignore[attr-defined]

    fake.inject("message/send", "half", when=lambda call: "|" in call.body["touser"])
    fake.inject("message/send", "errcode", code=45009, when=is_second)
    await announced(phones)
    await until_waiting(phones)
    await later.pass_by(75)
    await phones.expect("wangfang", "公告已发送", "2,993/3,000 人", "7 人", "同事1、同事2", "账号不存在", patience=20)
    times = got(fake)
    assert sum(times.values()) == len([member for member, count in times.items() if count]) == MANY - 7
    assert fake.dropped == []
    assert len(fake.duplicates) == 1, "the lost answer was asked for again, and shown once"
    assert fake.limits.blocked_calls == {}, "nobody calls during the pause"
    assert await rows(phones, STATES) == [("failed", "invalid", 7), ("sent", None, MANY - 7)]


async def test_a_fault_between_the_call_and_its_record_repeats_the_very_request(
    phones: WeComStage, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(POINTS.actions, "broadcast.after_send", ("raise", 1))
    monkeypatch.setattr(POINTS, "passed", type(POINTS.passed)())
    await announced(phones)
    await until_waiting(phones)
    await later.pass_by(10)
    await phones.expect("wangfang", "发完了", "31 人已发到")
    first, second = bulk_calls(phones.fake)
    assert first.raw == second.raw
    assert set(got(phones.fake).values()) == {1}


async def test_stopped_midway_the_rest_is_not_sent(phones: WeComStage, later: Later) -> None:
    """The second call is told to wait; meanwhile HR stops it."""
    await add(phones, MANY)
    phones.fake.inject("message/send", "errcode", times=None, code=45009, when=lambda call: first_is_over(phones, call))
    await announced(phones)
    await until_waiting(phones)
    await phones.press_label("wangfang", "停止发送")
    await phones.settle()
    phones.fake.faults.clear()
    await later.pass_by(75)
    await phones.expect("wangfang", "已停止发送", "1,000 人已发到", "2,000 人没有发")
    assert sum(got(phones.fake).values()) == 1_000
    states = await rows(phones, STATES)
    assert states == [("left", None, 2_000), ("sent", None, 1_000)]
    assert await rows(phones, "select count(got_at) from announcements_receiver") == [1_000]


async def test_stopped_while_an_answer_is_lost_nothing_is_asked_again(phones: WeComStage, later: Later) -> None:
    """Whether those people have it is not known: HR is told so, and it is not sent again to find out."""
    await add(phones, MANY)
    phones.fake.inject("message/send", "half", times=None, when=lambda call: first_is_over(phones, call))
    await announced(phones)
    await until_waiting(phones)
    await phones.press_label("wangfang", "停止发送")
    await phones.settle()
    asked = len(bulk_calls(phones.fake))
    await later.pass_by(75)
    await phones.expect("wangfang", "公告已停止发送", "1,000/3,000 人", "2,000 人", "没有回音，可能已收到")
    assert len(bulk_calls(phones.fake)) == asked
    assert await rows(phones, STATES) == [("failed", "unknown", 2_000), ("sent", None, 1_000)]


def first_is_over(stage: WeComStage, call: object) -> bool:
    several = "|" in call.body["touser"]  # type: ignore[attr-defined]
    return several and len(bulk_calls(stage.fake)) > 1


async def at_their_limit(stage: WeComStage, members: list[str]) -> None:
    """They got 28 messages just now, and the fake remembers 30."""
    assert stage.bot is not None
    now = time.time() + stage.fake.offset
    for member in members:
        stage.fake.member_limits.sent[member] = deque([now - 1] * 30)
    made = "insert into wecom_member (person, sent) select m, array_fill(now(), array[28]) from unnest(:who) as m"
    async with stage.bot.database.engine.begin() as connection:
        await connection.execute(text(made.replace(":who", "cast(:who as text[])")), {"who": members})


async def until_waiting(stage: WeComStage) -> None:
    """Until what is left of the broadcast waits for its time."""
    for _ in range(1_000):
        waiting = await rows(stage, "select count(*) from bot_broadcast_batch where state <> 'done' and due_at > now()")
        if waiting != [0]:
            await stage.settle()
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing waits")
