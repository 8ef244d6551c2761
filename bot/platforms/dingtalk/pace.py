"""What may be called now: so many calls of an API in a second, the budgets shared by all processes, the circuits.

DingTalk counts by second. Each process keeps to the limit by itself; processes together can pass it for a moment, are
refused, which costs nothing, and then all pause for a second, by the shared pause of the gate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.dingtalk.errors import Kind
from bot.platforms.port import TryLater
from bot.platforms.shared.breaker import Peer
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.gate import Gate
from bot.platforms.shared.pool import Pool

PREFIX = "dingtalk:"
LONGEST_WAIT = 1.5
"""Seconds that a call waits for its turn in the second; else it is tried later."""
BANNED_SECONDS, LONGEST_GLOBAL = 300.0, 64.0


class Turns:
    """At most `per_second` calls of one API in any second: a few at once, then evenly. Seconds of a monotonic clock."""

    def __init__(self, per_second: int, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self.burst = max(1, per_second // 4)
        self.step = 1 / max(1, per_second - self.burst) if per_second > 1 else 1.0
        self._next = float("-inf")

    def take(self) -> float:
        """Seconds to wait for the turn that was taken. Raises TryLater when they are too many."""
        now = self._monotonic()
        turn = max(self._next, now - (self.burst - 1) * self.step)
        wait = max(0.0, turn - now)
        self.bearable(wait)
        self._next = turn + self.step
        return wait

    def bearable(self, wait: float) -> float:
        """The wait itself. Raises TryLater when it is too long."""
        if wait > LONGEST_WAIT:
            raise TryLater("too many calls wait for their turn", wait, fault=False)
        return wait


class Pace:
    """Asked before every call."""

    def __init__(self, engine: AsyncEngine, per_second: int, clocks: Clocks) -> None:
        self._clocks, self._monotonic, self.jitter = clocks, clocks.monotonic, clocks.jitter
        self._engine, self._per_minute = engine, per_second * 60
        self._gates: dict[str, Gate] = {}
        self._turns: defaultdict[str, Turns] = defaultdict(lambda: Turns(per_second, clocks.monotonic))
        self._overloads: defaultdict[str, int] = defaultdict(int)
        self._banned_until = float("-inf")
        self._pool: Pool | None = None

    def share(self, pool: Pool | None) -> None:
        """Keep to the limits together with the other processes, as long as the pool answers."""
        self._pool = pool

    @asynccontextmanager
    async def call(self, api: str, host: str) -> AsyncIterator[None]:
        """Around one call. Each host has a circuit of its own. Raises TryLater when it may not be made."""
        left = self._banned_until - self._monotonic()
        if left > 0:
            raise TryLater("DingTalk shut out this server's address", left + self.jitter() * 10, fault=False)
        async with self._gate(host).call(PREFIX + api):
            await self._clocks.sleep(await self._turn(api))
            yield

    async def _turn(self, api: str) -> float:
        """Seconds to wait. Raises TryLater when they are too many."""
        own = self._turns[api]
        wait = await self._pool.turn(PREFIX + api, own.step, own.burst, LONGEST_WAIT) if self._pool else None
        if wait is None:
            return own.take()
        return own.bearable(wait)

    async def slow_down(self, api: str, host: str, kind: Kind) -> float:
        """Keep to what an answer asked for, all processes; how many seconds the refused call should wait."""
        if kind is Kind.BANNED:
            self._banned_until = self._monotonic() + BANNED_SECONDS
            return BANNED_SECONDS + self.jitter() * 30
        seconds = self._pause(api, kind)
        await self._gate(host).pause(PREFIX + api, seconds)
        return seconds + self.jitter() * max(1.0, seconds / 10)

    def went_well(self, api: str) -> None:
        self._overloads.pop(api, None)

    def degraded(self) -> str | None:
        """For the health page: why messages may be late, None when nothing is known to be wrong."""
        if self._banned_until > self._monotonic():
            return "DingTalk shut out this server's address"
        found = (gate.degraded() for gate in self._gates.values())
        return next((said for said in found if said), None)

    def _gate(self, host: str) -> Gate:
        if host not in self._gates:
            self._gates[host] = Gate(Peer("DingTalk", host), self._engine, self._per_minute, self._clocks, self._pool)
        return self._gates[host]

    def _pause(self, api: str, kind: Kind) -> float:
        match kind:
            case Kind.MINUTE:
                return 61.0 - self._clocks.real_now().timestamp() % 60
            case Kind.GLOBAL:
                self._overloads[api] = min(self._overloads[api] + 1, 7)
                return min(LONGEST_GLOBAL, 2.0 ** (self._overloads[api] - 1))
            case _:
                return 1.0
