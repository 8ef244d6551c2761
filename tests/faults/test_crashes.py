"""kill -9 at each failpoint while 200 messages are on their way: nothing lost, no effect twice (rows C1–C5)."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.failpoints import NAMES
from tests.faults.rig import Left, Victim, check, press_all, send_all, settled
from tests.stage import Stage

ASKERS = ("lilei", "hanmeimei", "yangfan", "wangxiaoming", "simaqing", "machao", "hujun", "guotao", "heyu", "linxiao")
KILLS = {
    "inbox.before_commit": 60,
    "inbox.after_commit": 60,
    "handler.before_commit": 60,
    "handler.after_commit": 60,
    "outbox.before_send": 60,
    "outbox.after_send": 60,
    "reaction.before_commit": 4,
}
WITHOUT_MESSAGES = {"schedule.before_commit", "broadcast.before_send", "broadcast.after_send"}
"""See test_schedules and tests/wecom/test_broadcast_killed."""


def test_every_failpoint_is_killed_somewhere() -> None:
    assert set(KILLS) | WITHOUT_MESSAGES == set(NAMES)


def conversation(person: str) -> list[tuple[str, str, str]]:
    """20 messages: one request for leave, confirmed, and the balance asked for all around it."""
    texts = ["我还有几天年假"] * 20
    texts[5:7] = ["下周三下午请半天年假", "提交"]
    return [(f"{person}-{number}", person, text) for number, text in enumerate(texts)]


@pytest.mark.parametrize("point", KILLS)
async def test_killed_while_200_messages_are_on_their_way(
    point: str, victim: Victim, capsys: pytest.CaptureFixture[str]
) -> None:
    await victim.start(f"{point}=kill@{KILLS[point]}")
    acknowledged: set[str] = set()
    for two in range(0, len(ASKERS), 2):  # two people at a time, each in order
        pair = ASKERS[two : two + 2]
        acknowledged |= set().union(*await asyncio.gather(*(send_all(victim, conversation(who)) for who in pair)))
    await settled(victim)
    await agree_to_all(victim)
    await settled(victim)

    left = Left(victim.folder)
    counted = check(left, acknowledged)
    asked = dict(left.rows("select person, state from leave_request where person = any(%s)", list(ASKERS)))
    taken = left.rows(
        """select request_id, count(*) from leave_entry
           where kind = 'take' and person = any(%s) and amount = -50 group by request_id""",  # half a day each
        list(ASKERS),
    )
    with capsys.disabled():
        summary = f"{counted['updates']} updates, {counted['messages']} messages, {len(taken)} leaves taken once"
        print(f"\n  kill -9 at {point}: {summary}, ready again after {victim.ready_after[-1]:.1f} s")  # noqa: T201
    assert victim.starts == 3, "the failpoint was not reached"
    assert point in victim.passed()
    assert len(acknowledged) == 200
    assert asked == dict.fromkeys(ASKERS, "approved")
    assert {times for _, times in taken} == {1}


async def agree_to_all(victim: Victim) -> None:
    """Every manager presses 同意 on every card that waits; each press is delivered twice."""
    async with aiohttp.ClientSession() as http:
        stage = Stage(victim.base, http)
        for manager in sorted({str(person["manager"]) for person in await stage.get("/console/api/people")} - {"None"}):
            await stage.read(manager)
            waiting = [card for card in stage.cards.get(manager, {}).values() if card["state"] == "waiting"]
            await press_all(victim, [(manager, card["id"], "agree") for card in waiting for _ in range(2)])
