"""kill -9 at each failpoint while 200 messages are on their way: nothing lost, no effect twice (rows C1–C5)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import batched

import aiohttp
import pytest

from tests.faults.rig import Left, Victim, check, press_all, send_all, settled
from tests.stage import Stage

ASKERS = ("lilei", "hanmeimei", "yangfan", "wangxiaoming", "liuyang", "machao", "hujun", "guotao", "heyu", "linxiao")
KILLS = (
    "inbox.before_commit=kill@60",
    "inbox.after_commit=kill@60",
    "handler.before_commit=kill@60",
    "handler.after_commit=kill@60",
    "outbox.before_send=kill@60",
    "outbox.after_send=kill@60",
    "reaction.before_commit=kill@4",
)


def conversations() -> dict[str, list[tuple[str, str, str]]]:
    """200 messages: each of ten people asks for leave once and for the balance in between, 20 messages each."""
    found = {}
    for person in ASKERS:
        texts = ["我还有几天年假"] * 20
        texts[5:7] = ["下周三下午请半天事假,家里有事", "提交"]
        found[person] = [(f"{person}-{number}", person, text) for number, text in enumerate(texts)]
    return found


async def one_after_the_other(victim: Victim, messages: Iterable[tuple[str, str, str]]) -> set[str]:
    return await send_all(victim, messages)


@pytest.mark.parametrize("kill", KILLS)
async def test_killed_while_200_messages_are_on_their_way(
    kill: str, victim: Victim, capsys: pytest.CaptureFixture[str]
) -> None:
    await victim.start(kill)
    acknowledged: set[str] = set()
    for pair in batched(conversations().values(), 2):  # two people at a time, each in order
        acknowledged |= set().union(*await asyncio.gather(*(send_all(victim, messages) for messages in pair)))
    await settled(victim)
    assert len(acknowledged) == 200
    assert victim.starts == 3, "the failpoint was not reached"

    await agree_to_all(victim, twice=True)
    await settled(victim)
    left = Left(victim.folder)
    counted = check(left, acknowledged)
    requests = left.rows("select state, count(*) from leave_request group by state order by state")
    cases = left.rows("select count(*) from approvals_case c join leave_request r on r.id = c.subject")[0][0]
    bookings = left.rows("select count(*) from leave_booking where live and person = any(%s)", list(ASKERS))[0][0]
    with capsys.disabled():
        print(f"\n  {kill}: {counted}, ready again after {victim.ready_after[-1]:.1f} s, {cases} cases, {requests}")
    assert victim.ready_after[-1] <= 5.0
    assert kill.split("=")[0] in victim.passed()


async def agree_to_all(victim: Victim, *, twice: bool) -> None:
    """Every manager presses 同意 on every card that waits, each press delivered twice."""
    async with aiohttp.ClientSession() as http:
        stage = Stage(victim.base, http)
        for manager in {str(person["manager"]) for person in await stage.get("/console/api/people")} - {"None"}:
            await stage.read(manager)
            waiting = [card for card in stage.cards.get(manager, {}).values() if card["state"] == "waiting"]
            presses = [(manager, card["id"], "agree") for card in waiting for _ in range(2 if twice else 1)]
            await press_all(victim, presses)
