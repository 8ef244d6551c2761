"""Row C5 for many: kill -9 after WeCom took a batch and before that was recorded."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot import embedded
from tests.fakes.wecom import FakeWeCom
from tests.faults.rig import Left, Victim, settled
from tests.wecom.crowd import ASKED, MADE, bulk_calls, got

PEOPLE = 2_500
STATES = "select state, count(*) from bot_broadcast_person group by 1"


def add(victim: Victim, count: int) -> set[str]:
    server = embedded.start(victim.folder)
    with server.connect(embedded.DATABASE) as connection:
        for statement in MADE:
            connection.execute(statement.replace(":count", str(count)).encode())
    return {f"crowd{n}" for n in range(1, count + 1)}


async def dead(victim: Victim) -> None:
    for _ in range(600):
        if victim.dead:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the failpoint was not reached")


async def test_killed_between_two_batches(victim: Victim, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeWeCom() as fake:
        for name, value in fake.environment().items():
            monkeypatch.setenv(name, value)
        try:
            await victim.start("broadcast.after_send=kill@2")
            fake.callback_url = f"{victim.base}/callback/wecom"
            async with aiohttp.ClientSession() as http, http.get(f"{victim.base}/console/api/people") as people:
                fake.members |= {person["id"] for person in await people.json()}
            fake.members |= add(victim, PEOPLE - len(fake.members))
            assert (await fake.say("wangfang", ASKED)).status == 200
            await fake.expect("wangfang", "公告预览", "[发送]", patience=30)
            assert (await fake.press_label("wangfang", "发送")).status == 200
            await dead(victim)

            await victim.start()
            await fake.expect("wangfang", "公告已发送", patience=30)
            await settled(victim)
            calls = bulk_calls(fake)
            assert len(calls) == 4, "three batches, one of them asked for again"
            assert len({call.raw for call in calls}) == 3
            assert len(fake.duplicates) == 1
            assert set(got(fake).values()) == {1}
            assert len(got(fake)) == PEOPLE
            assert not fake.dropped
        finally:
            if not victim.dead:
                victim.terminate()
    assert Left(victim.folder).rows(STATES) == [("sent", PEOPLE)]
