"""One process leads: real processes on a real PostgreSQL, killed, paused, cut off from the database."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import queue
from bot.platforms.shared.leader import Leadership, Pace

KEY = 7_300_777
PACE = Pace(beat=0.2, lease=1.0, silence=1.5, again=0.2)
HOLDER = """
import asyncio, sys
from bot import queue
from bot.platforms.shared.leader import Leadership, Pace

async def main():
    pace = Pace(beat=0.2, lease=1.0, silence=1.5, again=0.2)
    leadership = Leadership(queue.for_asyncpg(sys.argv[1]), int(sys.argv[2]), "bell", lambda: None, pace)
    while True:
        async with leadership.lead() as over:
            sys.stderr.write("leads\\n")
            sys.stderr.flush()
            await over.wait()
            sys.stderr.write(f"over {leadership.held}\\n")
            sys.stderr.flush()
            await asyncio.sleep(60)

asyncio.run(main())
"""


def leadership(url: str, rung: list[int] | None = None) -> Leadership:
    bells = rung if rung is not None else []
    return Leadership(queue.for_asyncpg(url), KEY, "bell", lambda: bells.append(1), PACE)


@asynccontextmanager
async def holder(url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process that leads."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, url, str(KEY), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        assert await said(process) == "leads"
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.wait()


async def said(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    return (await asyncio.wait_for(process.stderr.readline(), 20)).decode().strip()


@pytest.fixture
def url(schema_url: str) -> str:
    return schema_url


async def seconds_until_ours(own: Leadership) -> float:
    began = time.monotonic()
    async with asyncio.timeout(10), own.lead() as over:
        assert own.held
        assert not over.is_set()
        return time.monotonic() - began


async def test_one_leads_and_hands_over(url: str) -> None:
    first, second = leadership(url), leadership(url)
    async with first.lead():
        waiting = asyncio.create_task(seconds_until_ours(second))
        await asyncio.sleep(1.0)
        assert (first.held, second.held) == (True, False)
    assert await waiting < 2.0
    assert not second.held, "its turn is over as well"


async def test_after_a_kill_another_takes_over(url: str) -> None:
    async with holder(url) as process:
        process.kill()
        assert await seconds_until_ours(leadership(url)) < 5.0


async def test_a_process_that_stands_still_loses_its_turn_and_stops_itself(url: str) -> None:
    async with holder(url) as process:
        process.send_signal(signal.SIGSTOP)
        assert await seconds_until_ours(leadership(url)) < 5.0
        process.send_signal(signal.SIGCONT)
        assert await said(process) == "over False"


async def test_who_is_cut_off_from_the_database_leads_no_more(url: str, engine: AsyncEngine) -> None:
    own = leadership(url)
    async with own.lead() as over:
        async with engine.begin() as connection:
            cut = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = :key"
            await connection.execute(text(cut), {"key": KEY})
        await asyncio.wait_for(over.wait(), 2)
        assert not own.held


async def test_an_idle_leader_stays_one(url: str) -> None:
    own = leadership(url)
    async with own.lead() as over:
        await asyncio.sleep(2.5)
        assert own.held
        assert not over.is_set()


async def test_a_notification_rings(url: str, engine: AsyncEngine) -> None:
    rung: list[int] = []
    async with leadership(url, rung).lead():
        async with engine.begin() as connection:
            await connection.execute(text("select pg_notify('bell', '')"))
        await asyncio.sleep(0.3)
    assert rung == [1]


async def test_whoever_waits_can_be_stopped(url: str) -> None:
    async with leadership(url).lead():
        waiting = asyncio.create_task(seconds_until_ours(leadership(url)))
        await asyncio.sleep(0.3)
        waiting.cancel()
        assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], asyncio.CancelledError)
