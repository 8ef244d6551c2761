"""Calls of a minute's budget that lie ready in Redis, and turns within a second, for all processes together.

The database has given out what lies here: what Redis loses is not used, and nothing is used twice. A copy of Redis
that takes over with older figures brings back at most what one process put there. So nothing depends on it: while it
is away, or slow, everybody asks the database, and turns are kept by each process for itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self

import structlog
from prometheus_client import Counter, Gauge

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger()
PATIENCE = 0.05
"""Seconds after which Redis is slower than what it is to save."""
FIRST, LONGEST = 5.0, 60.0
"""Seconds for which it is left alone after a failure, doubling."""
LIFE = 120
"""Seconds that a minute's calls are kept: clocks of processes may differ."""

UP = Gauge("hrbot_redis_up", "1 while Redis answers in time; 0 also when none is set")
LOST = Counter("hrbot_redis_lost_total", "How often Redis was away or too slow, and the database asked instead")

_TAKE = """local n = math.min(tonumber(redis.call('get', KEYS[1]) or '0'), tonumber(ARGV[1]))
if n > 0 then redis.call('decrby', KEYS[1], n) end
return n"""
_PUT = """redis.call('incrby', KEYS[1], ARGV[1])
redis.call('expire', KEYS[1], ARGV[2])
return 1"""
_TURN = """local t = redis.call('time')
local now, step, burst, longest = t[1] * 1000 + t[2] / 1000, tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local turn = math.max(tonumber(redis.call('get', KEYS[1]) or '0'), now - (burst - 1) * step)
local wait = math.max(0, turn - now)
if wait <= longest then redis.call('set', KEYS[1], string.format('%.3f', turn + step), 'px', 10000) end
return tostring(wait)"""


class Pool:
    """One Redis. No method raises for its sake: it answers nothing, and the caller goes on without."""

    def __init__(self, client: Redis, owner: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`owner`: whose figures these are, so that companies can share a Redis."""
        self._client, self._monotonic = client, monotonic
        self._prefix = f"hrbot:{hashlib.sha256(owner.encode()).hexdigest()[:12]}"
        self._away_until = float("-inf")
        self._failures = 0

    @classmethod
    def connect(cls, url: str, owner: str) -> Self:
        """Nothing is connected yet, and nothing fails."""
        from redis.asyncio import Redis  # only where one is set: it takes memory and time

        seconds = PATIENCE * 4  # a new connection takes its time; what is asked on it is cut off at PATIENCE
        return cls(Redis.from_url(url, socket_connect_timeout=seconds, socket_timeout=seconds), owner)

    async def close(self) -> None:
        await self._client.aclose()

    @property
    def up(self) -> bool:
        """Whether it is asked at all just now."""
        return self._monotonic() >= self._away_until

    async def take(self, api: str, minute: int, wanted: int) -> int:
        """So many calls of this minute, at most; 0 when none lie there."""
        found = await self._asked(_TAKE, self._name(api, minute), wanted)
        return int(found or 0)

    async def put(self, api: str, minute: int, count: int) -> bool:
        """Calls for everybody. False when they are not there: they are the caller's."""
        return await self._asked(_PUT, self._name(api, minute), count, LIFE) is not None

    async def turn(self, api: str, step: float, burst: int, longest: float) -> float | None:
        """Seconds until the next turn of all processes, taken unless later than `longest`; None: keep your own."""
        name = f"{self._prefix}:turn:{api}"
        found = await self._asked(_TURN, name, step * 1000, burst, longest * 1000)
        return None if found is None else float(found) / 1000

    def _name(self, api: str, minute: int) -> str:
        return f"{self._prefix}:calls:{api}:{minute}"

    async def _asked(self, script: str, name: str, *given: float) -> Any:
        from redis.exceptions import RedisError

        if not self.up:
            return None
        try:
            async with asyncio.timeout(PATIENCE if self._failures == 0 and self._known else PATIENCE * 4):
                answer: Awaitable[Any] = self._client.eval(script, 1, name, *given)
                found = await answer
        except (RedisError, OSError, TimeoutError) as fault:
            await self._lost(fault)
            return None
        self._found()
        return found

    _known = False
    """It answered on a connection that stands; a first answer may take as long as connecting."""

    def _found(self) -> None:
        if not self._known:
            log.info("redis.back" if self._failures else "redis.there")
        self._known, self._failures = True, 0
        UP.set(1)

    async def _lost(self, fault: Exception) -> None:
        seconds = min(LONGEST, FIRST * 2.0**self._failures)
        self._away_until = self._monotonic() + seconds
        if self._failures == 0:
            log.warning("redis.lost", error=type(fault).__name__, seconds=seconds)
        self._failures, self._known = min(self._failures + 1, 10), False
        LOST.inc()
        UP.set(0)
        # whatever is still under way on a connection must not be read as the answer to something else
        await self._client.connection_pool.disconnect()
