"""Orderly and disorderly ends of the whole process: SIGTERM under load (C8), poison (Q1), a restart after kill -9."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.faults.rig import Left, Victim, check, send_all, settled
from tests.stage import Stage


async def test_sigterm_under_load_loses_nothing(victim: Victim) -> None:
    await victim.start()
    sending = [
        asyncio.create_task(send_all(victim, [(f"{who}-{n}", who, "我还有几天年假") for n in range(20)]))
        for who in ("lilei", "hanmeimei", "wangxiaoming", "yangfan")  # 20 each: nobody is asked for patience
    ]
    await asyncio.sleep(0.5)
    code, seconds = await asyncio.to_thread(victim.terminate)
    assert code == 0, victim.log()
    assert seconds <= 10
    acknowledged = set().union(*await asyncio.gather(*sending))  # starts it again
    await settled(victim)
    check(Left(victim.folder), acknowledged)
    assert len(acknowledged) == 80


async def test_a_message_that_kills_its_process_is_given_up_and_the_rest_goes_on(victim: Victim) -> None:
    await victim.start("handler.before_commit=kill@1")
    await send_all_once(victim, "lilei", "帮助", "poison")
    for _ in range(3):
        for _ in range(200):
            if victim.dead:
                break
            await asyncio.sleep(0.05)
        assert victim.dead
        await victim.start("handler.before_commit=kill@1" if victim.starts < 4 else "")
    await settled(victim)
    left = Left(victim.folder)
    [(state, reason)] = left.rows("select state, reason from bot_inbox where message_id = 'poison'")
    assert (state, reason) == ("dead", "the process died while handling it")
    async with aiohttp.ClientSession() as http:
        stage = Stage(victim.base, http)
        await stage.expect("lilei", "编号 E-")
        await stage.say("lilei", "帮助")
        await stage.expect("lilei", "直接说就行")


async def send_all_once(victim: Victim, person: str, text: str, message_id: str) -> None:
    async with aiohttp.ClientSession() as http:
        await Stage(victim.base, http).say(person, text, message_id=message_id)


async def test_killed_and_restarted_it_answers_again(victim: Victim, capsys: pytest.CaptureFixture[str]) -> None:
    await victim.start()
    await send_all(victim, [("before", "lilei", "我还有几天年假")])
    await settled(victim)
    victim.kill()
    began = asyncio.get_running_loop().time()
    await victim.start()
    async with aiohttp.ClientSession() as http:
        stage = Stage(victim.base, http)
        await stage.expect("lilei", "年假")
        await stage.say("lilei", "帮助")
        await stage.expect("lilei", "直接说就行")
    seconds = asyncio.get_running_loop().time() - began
    with capsys.disabled():
        print(f"\n  kill -9 to the next answer: {seconds:.1f} s")  # noqa: T201
    # the target is 5 s on a machine of its own; the suite shares its two cores
    assert seconds <= 15.0
