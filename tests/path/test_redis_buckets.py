"""Row S1: shared buckets with Redis there, down at the start, killed, paused, flushed, back at older figures."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.dingtalk.pace import Pace
from bot.platforms.port import TryLater
from bot.platforms.shared.breaker import Peer
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.gate import SHARE, STOCK, Gate
from bot.platforms.shared.pool import FIRST, Pool
from bot.platforms.shared.tables import ApiQuota
from tests.path.redis_server import RedisServer
from tests.wecom.gates import SEND, Time, emptied

BUDGET = 1_200


class Slept:
    """Waiting that takes no time."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    server = RedisServer(tmp_path)
    await server.start()
    yield server
    server.end()


@pytest.fixture
async def process(engine: AsyncEngine, redis: RedisServer) -> AsyncIterator[Callable[[Time], tuple[Gate, Pool]]]:
    """Makes processes: each a gate and a pool of its own, with the clocks of the test."""
    await emptied(engine)
    async with AsyncExitStack() as stack:

        def make(clock: Time) -> tuple[Gate, Pool]:
            pool = Pool(Pool.connect(redis.url, "a company")._client, "a company", clock.monotonic)
            stack.push_async_callback(pool.close)
            clocks = Clocks(clock, clock.monotonic, lambda: 0.0)
            return Gate(Peer("WeCom"), engine, BUDGET, clocks, pool), pool

        yield make


async def called(gate: Gate, most: int = 10_000) -> int:
    """How many calls it lets through before it says later."""
    for count in range(most):
        try:
            async with gate.call(SEND):
                continue
        except TryLater:
            return count
    return most


async def used(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return (await connection.execute(select(ApiQuota.used))).scalar_one()


async def test_processes_share_what_one_took_from_the_database(engine: AsyncEngine, process: Callable) -> None:
    clock = Time()
    (one, _), (other, _) = process(clock), process(clock)
    assert await called(one, 30) == 30
    assert await called(other, 300) == 300
    assert await used(engine) == STOCK, "one stock for both"
    assert await called(one) + await called(other) == BUDGET - 330


async def test_down_at_the_start(process: Callable, redis: RedisServer) -> None:
    redis.kill()
    gate, pool = process(Time())
    assert await called(gate) == BUDGET
    assert not pool.up


async def test_killed_in_the_minute_nothing_is_given_out_twice(process: Callable, redis: RedisServer) -> None:
    clock = Time()
    (one, _), (other, _) = process(clock), process(clock)
    assert await called(one, 100) == 100
    redis.kill()
    rest = await called(one) + await called(other)
    assert BUDGET - STOCK <= 100 + rest <= BUDGET, "what lay in Redis is lost, and no more than that"


async def test_a_paused_one_costs_a_moment_and_comes_back(process: Callable, redis: RedisServer) -> None:
    clock = Time()
    gate, pool = process(clock)
    assert await called(gate, 10) == 10
    redis.pause()
    began = time.monotonic()
    assert await called(gate, 200) == 200
    assert time.monotonic() - began < 1.0, "asked once, then left alone"
    assert not pool.up
    redis.go_on()
    clock.pass_by(FIRST + 60)
    assert await called(gate, 200) == 200
    assert pool.up
    assert await pool.take(SEND, int(clock.now.timestamp() // 60), STOCK) > 0, "it is used again"


async def test_flushed(process: Callable, redis: RedisServer) -> None:
    gate, pool = process(Time())
    assert await called(gate, 100) == 100
    await redis.flush()
    assert BUDGET - STOCK <= 100 + await called(gate) <= BUDGET
    assert pool.up


async def test_older_figures_bring_back_no_more_than_one_stock(process: Callable, redis: RedisServer) -> None:
    """A replica that takes over without the last writes."""
    clock = Time()
    gate, _ = process(clock)
    assert await called(gate, SHARE + 1) == SHARE + 1
    async with Redis.from_url(redis.url) as client:
        (key,) = await client.keys("*:calls:*")
        before = await client.get(key)
        assert await called(gate, 400) == 400
        await client.set(key, before)
    assert SHARE + 1 + 400 + await called(gate) <= BUDGET + STOCK


async def test_another_company_shares_nothing(redis: RedisServer) -> None:
    one, other = Pool.connect(redis.url, "one"), Pool.connect(redis.url, "other")
    assert await one.put(SEND, 1, 50)
    assert await other.take(SEND, 1, 50) == 0
    assert await one.take(SEND, 1, 80) == 50
    await one.close()
    await other.close()


async def test_turns_within_a_second_are_those_of_all_processes(engine: AsyncEngine, redis: RedisServer) -> None:
    await emptied(engine)
    waits: list[float] = []
    for _ in range(2):
        slept = Slept()
        pool, clock = Pool.connect(redis.url, "a company"), Time()
        pace = Pace(engine, 20, Clocks(clock, clock.monotonic, lambda: 0.0, slept))
        pace.share(pool)
        for _ in range(12):
            async with pace.call("robot", "api.example.com"):
                continue
        waits += slept.seconds
        await pool.close()
    assert len(waits) == 24
    assert max(waits) > 1.0, "the second process waits behind the first"
    assert sum(wait == 0 for wait in waits) <= 7
