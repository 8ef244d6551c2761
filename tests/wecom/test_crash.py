"""Row C5 on WeCom: kill -9 after WeCom took a message and before we recorded it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import pytest

from tests.fakes.wecom import FakeWeCom, shown_text
from tests.faults.rig import Left, Victim, settled

AFTER = "outbox.after_send"


async def killed(victim: Victim) -> None:
    for _ in range(400):
        if victim.dead:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the failpoint was not reached")


async def test_killed_after_each_kind_of_send(victim: Victim, monkeypatch: pytest.MonkeyPatch) -> None:
    """First on 李雷's draft; then on the first of what the submission sends: the changed draft, 徐丽's card."""
    async with FakeWeCom() as fake:
        for name, value in fake.environment().items():
            monkeypatch.setenv(name, value)
        try:
            await victim.start(f"{AFTER}=kill@1")
            fake.callback_url = f"{victim.base}/callback/wecom"
            async with aiohttp.ClientSession() as http, http.get(f"{victim.base}/console/api/people") as people:
                fake.members |= {person["id"] for person in await people.json()}
            assert (await fake.say("lilei", "我想下周三下午请半天年假")).status == 200
            draft = await fake.expect("lilei", "请假确认", "[提交]")
            await killed(victim)

            await victim.start(f"{AFTER}=kill@2")  # the draft once more is the first
            await until(lambda: len(fake.duplicates) == 1)
            assert len(fake.seen["lilei"]) == 1, "WeCom knows the request again"
            assert (await fake.press("lilei", draft.task_id or "", "submit")).status == 200
            await killed(victim)

            await victim.start()
            await fake.expect("xuli", "李雷的请假", "[同意]")
            await fake.expect("lilei", "请假申请", "审批中", "[撤回]")
            await settled(victim)
            assert len(fake.seen["xuli"]) == 1
            assert len(fake.screen("lilei")) <= 2, "a change that was not recorded comes at most as one more card"
            assert (await fake.press_label("xuli", "同意")).status == 200
            await fake.expect("lilei", "请假结果", "年假已批准")
            await settled(victim)
            assert sum("请假结果" in shown_text(shown) for shown in fake.seen["lilei"]) == 1
            assert not fake.dropped
        finally:
            if not victim.dead:
                victim.terminate()
    nothing_lost(Left(victim.folder))


def nothing_lost(left: Left) -> None:
    assert left.rows("select state, count(*) from bot_inbox group by state") == [("done", 3)]
    assert left.rows("select count(*) from bot_outbox where state <> 'sent'") == [(0,)]
    taken = "select count(*) from leave_entry where kind = 'take' and person = 'lilei'"
    assert left.rows(taken) == [(1,)]


async def until(happened: Callable[[], bool]) -> None:
    for _ in range(400):
        if happened():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen")
