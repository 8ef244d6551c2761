"""The gate on the real database: one budget and one set of pauses for many processes, and the circuit of each."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.platforms.port import TryLater
from bot.platforms.shared.breaker import Unreachable
from bot.platforms.shared.gate import Gate
from bot.platforms.shared.tables import ApiQuota
from bot.platforms.wecom.member_limit import MemberLimit
from tests.wecom.gates import SEND, Time, emptied, gate


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def shared(engine: AsyncEngine) -> AsyncEngine:
    return await emptied(engine)


async def calls(gate: Gate, wanted: int, api: str = SEND) -> int:
    """How many of so many calls may be made."""
    made = 0
    for _ in range(wanted):
        with suppress(TryLater):
            async with gate.call(api):
                made += 1
    return made


async def failing(gate: Gate) -> None:
    with pytest.raises(Unreachable):
        async with gate.call(SEND):
            raise Unreachable("reset")


# ---- the budget


async def test_many_processes_together_keep_to_the_budget(shared: AsyncEngine, time: Time) -> None:
    processes = [gate(shared, time, per_minute=430) for _ in range(6)]
    # each wants more than all have, so that no lease is left over
    made = await asyncio.gather(*(calls(process, 440) for process in processes))
    assert sum(made) == 430

    time.pass_by(40)  # the next minute
    assert sum(await asyncio.gather(*(calls(process, 440) for process in processes))) == 430


async def test_apis_have_budgets_of_their_own(shared: AsyncEngine, time: Time) -> None:
    process = gate(shared, time, per_minute=3)
    assert [await calls(process, 5), await calls(process, 5, "media/upload")] == [3, 3]


async def test_what_is_over_the_budget_waits_for_the_next_minute(shared: AsyncEngine, time: Time) -> None:
    process = gate(shared, time, per_minute=1)
    assert await calls(process, 1) == 1
    with pytest.raises(TryLater) as wait:
        async with process.call(SEND):
            raise AssertionError("not to be called")
    assert (wait.value.after, wait.value.fault) == (40.0, False)


async def test_a_lease_is_one_statement_for_fifty_calls_at_once(shared: AsyncEngine, time: Time) -> None:
    process = gate(shared, time)
    assert sum(await asyncio.gather(*(calls(process, 1) for _ in range(51)))) == 51
    assert await used(shared) == [100]


async def test_a_lease_ends_with_its_minute(shared: AsyncEngine, time: Time) -> None:
    process, other = gate(shared, time, per_minute=60), gate(shared, time, per_minute=60)
    assert await calls(process, 1) == 1
    time.pass_by(60)
    assert await calls(other, 60) == 60
    assert await calls(process, 10) == 0, "49 calls of the last minute are not taken along"


async def test_old_rows_are_cleared_away(shared: AsyncEngine, time: Time) -> None:
    process = gate(shared, time)
    for _ in range(9):
        await calls(process, 1)
        time.pass_by(60)
    assert len(await used(shared)) <= 6


async def used(engine: AsyncEngine) -> list[int]:
    async with engine.connect() as connection:
        return list(await connection.scalars(select(ApiQuota.used)))


async def test_without_the_database_nothing_is_called(time: Time) -> None:
    nowhere = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(TryLater) as wait:
        async with gate(nowhere, time).call(SEND):
            raise AssertionError("not to be called")
    assert wait.value.fault is False


# ---- pauses


async def test_a_pause_holds_for_every_process_and_ends(shared: AsyncEngine, time: Time) -> None:
    told, other = gate(shared, time), gate(shared, time)
    assert await calls(other, 1) == 1
    await told.pause(SEND, 60)
    assert await calls(told, 3) == 0
    time.pass_by(1)  # pauses are read once a second
    assert [await calls(other, 3), await calls(other, 3, "media/upload")] == [0, 3]
    assert told.degraded() == f"WeCom asked for a pause of {SEND}"
    assert other.degraded() == f"WeCom asked for a pause of {SEND}"
    time.pass_by(59)
    assert [await calls(told, 3), await calls(other, 3)] == [3, 3]
    assert (told.degraded(), other.degraded()) == (None, None)


async def test_a_shorter_pause_does_not_end_a_longer_one(shared: AsyncEngine, time: Time) -> None:
    told = gate(shared, time)
    await told.pause(SEND, 60)
    await told.pause(SEND, 10)
    time.pass_by(30)
    fresh = gate(shared, time)
    assert [await calls(told, 1), await calls(fresh, 1)] == [0, 0]


async def test_what_is_paused_is_told_for_how_long(shared: AsyncEngine, time: Time) -> None:
    told = gate(shared, time)
    await told.pause(SEND, 60)
    time.pass_by(15)
    with pytest.raises(TryLater) as wait:
        async with told.call(SEND):
            raise AssertionError("not to be called")
    assert (wait.value.after, wait.value.fault) == (45.0, False)


# ---- the circuit


async def test_five_failures_open_the_circuit_and_one_probe_closes_it(shared: AsyncEngine, time: Time) -> None:
    process = gate(shared, time)
    for _ in range(5):
        assert process.degraded() is None
        await failing(process)
    assert process.degraded() == "WeCom cannot be reached"
    assert REGISTRY.get_sample_value("hrbot_platform_circuit_open", {"platform": "wecom", "host": ""}) == 1
    assert await calls(process, 20) == 0

    time.pass_by(5)
    async with process.call(SEND):
        assert await calls(process, 20) == 0, "one probe, and nobody beside it"
    assert process.degraded() is None
    assert REGISTRY.get_sample_value("hrbot_platform_circuit_open", {"platform": "wecom", "host": ""}) == 0
    assert await calls(process, 20) == 20


async def test_every_failed_probe_doubles_the_time_to_a_minute(shared: AsyncEngine, time: Time) -> None:
    process = gate(shared, time)
    for _ in range(5):
        await failing(process)
    waits = []
    for _ in range(6):
        waited = 0
        while await probe_refused(process):
            time.pass_by(1)
            waited += 1
        waits.append(waited)
    assert waits == [5, 10, 20, 40, 60, 60]


async def probe_refused(process: Gate) -> bool:
    """Whether the circuit is shut to a call; a call that is let through fails."""
    try:
        async with process.call(SEND):
            raise Unreachable("timeout")
    except TryLater:
        return True
    except Unreachable:
        return False


async def test_a_success_between_failures_starts_the_count_anew(shared: AsyncEngine, time: Time) -> None:
    process = gate(shared, time)
    for _ in range(4):
        await failing(process)
    assert await calls(process, 1) == 1
    for _ in range(4):
        await failing(process)
    assert process.degraded() is None


async def test_a_cancelled_probe_leaves_the_place_to_the_next(shared: AsyncEngine, time: Time) -> None:
    process = gate(shared, time)
    for _ in range(5):
        await failing(process)
    time.pass_by(5)
    with pytest.raises(asyncio.CancelledError):
        async with process.call(SEND):
            raise asyncio.CancelledError
    assert await calls(process, 1) == 1
    assert process.degraded() is None


async def test_failures_of_calls_begun_before_do_not_lengthen_it(shared: AsyncEngine, time: Time) -> None:
    process, go = gate(shared, time), asyncio.Event()

    async def late() -> None:
        with suppress(Unreachable):
            async with process.call(SEND):
                await go.wait()
                raise Unreachable("timeout")

    waiting = [asyncio.create_task(late()) for _ in range(40)]
    await asyncio.sleep(0.2)
    go.set()
    await asyncio.gather(*waiting)
    time.pass_by(5)
    assert await calls(process, 1) == 1


def test_the_limit_of_one_member_stands_at_the_gate() -> None:
    """The rest is in test_member_limit.py."""
    assert MemberLimit.delay([], datetime(2026, 3, 11, tzinfo=UTC), 28, 950) is None
