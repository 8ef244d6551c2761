"""What may be called now: the company's budget, pauses that WeCom asked for, the circuit, and one member's limit."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.port import TryLater
from bot.platforms.wecom.breaker import Breaker, Unreachable
from bot.platforms.wecom.tables import WeComPause, WeComQuota

log = structlog.get_logger()
LEASE = 50
KEPT_MINUTES = 5  # of old quota rows: processes' clocks may differ by that much
PAUSES_FRESH = 1.0
LONGEST_PAUSE = 3600.0
LONGEST_QUESTION = 5.0  # to the database


class Gate:
    """Asked before every call. Budget and pauses are shared by all processes through PostgreSQL, in real time.

    `monotonic` (seconds) and `jitter` (0…1) are given by tests.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        per_minute: int,
        real_now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._engine, self._real_now, self._monotonic, self.jitter = engine, real_now, monotonic, jitter
        self._per_minute = per_minute
        self._leases: dict[str, _Lease] = {}
        self._leasing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._pauses: dict[str, datetime] = {}
        self._pauses_read: float | None = None
        self._reading = asyncio.Lock()
        self._breaker = Breaker(monotonic, jitter)

    @asynccontextmanager
    async def call(self, api: str) -> AsyncIterator[None]:
        """Around one call of the network. Raises TryLater when it may not be made; Unreachable from within is counted.

        TryLater too when the database does not say what is allowed.
        """
        self._breaker.check()
        try:
            async with asyncio.timeout(LONGEST_QUESTION):
                await self._not_paused(api)
                await self._take(api)
        except (SQLAlchemyError, OSError) as error:
            raise TryLater(f"the limits of {api} cannot be read: {type(error).__name__}", fault=False) from error
        probe = self._breaker.enter()
        try:
            yield
        except Unreachable:
            self._breaker.failed(probe)
            raise
        except BaseException:
            self._breaker.abandoned(probe)
            raise
        self._breaker.succeeded(probe)

    async def pause(self, api: str, seconds: float) -> None:
        """Nobody calls this API for so long (at most an hour). A longer pause that stands is kept."""
        until = self._real_now() + timedelta(seconds=min(seconds, LONGEST_PAUSE))
        self._pauses[api] = max(until, self._pauses.get(api, until))
        log.warning("wecom.paused", api=api, seconds=round(seconds))
        row = insert(WeComPause).values(api=api, until=until)
        later = row.on_conflict_do_update(
            index_elements=["api"], set_={"until": func.greatest(WeComPause.until, row.excluded.until)}
        )
        try:
            async with self._engine.begin() as connection:
                await connection.execute(later)
        except (SQLAlchemyError, OSError) as error:  # this process keeps to it all the same
            log.error("wecom.pause_unshared", api=api, error=type(error).__name__)

    def degraded(self) -> str | None:
        """For the health page: why messages may be late, None when nothing is known to be wrong."""
        if not self._breaker.closed:
            return "WeCom cannot be reached"
        now = self._real_now()
        paused = sorted(api for api, until in self._pauses.items() if until > now)
        return f"WeCom asked for a pause of {', '.join(paused)}" if paused else None

    async def _not_paused(self, api: str) -> None:
        async with self._reading:
            now = self._monotonic()
            if self._pauses_read is None or not 0 <= now - self._pauses_read < PAUSES_FRESH:
                await self._read_pauses()
                self._pauses_read = now
        until = self._pauses.get(api)
        left = (until - self._real_now()).total_seconds() if until else 0.0
        if 0 < left <= LONGEST_PAUSE:  # longer: a clock jumped
            raise TryLater(f"{api} is paused", left + self.jitter() * 5, fault=False)

    async def _read_pauses(self) -> None:
        """What others were told; our own that could not be shared stay."""
        now = self._real_now()
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(WeComPause.api, WeComPause.until).where(WeComPause.until > now))
            shared = {row.api: row.until for row in rows}
        standing = {api: until for api, until in self._pauses.items() if until > now}
        self._pauses = {
            api: max(found for found in (shared.get(api), standing.get(api)) if found)
            for api in shared.keys() | standing.keys()
        }

    async def _take(self, api: str) -> None:
        """One call of the budget; raises TryLater until the next minute when all of it was given out."""
        async with self._leasing[api]:
            minute, second = divmod(self._real_now().timestamp(), 60)
            lease = self._leases.get(api)
            if lease is None or lease.minute != int(minute) or not lease.left:
                lease = self._leases[api] = await self._lease(api, int(minute))
            if not lease.left:
                raise TryLater(f"the budget of {api} is used up", 60 - second + self.jitter() * 5, fault=False)
            lease.left -= 1

    async def _lease(self, api: str, minute: int) -> _Lease:
        """Some calls of this minute, taken in one atomic statement."""
        known = self._leases.get(api)
        if known and known.minute == minute and known.last:
            return known
        wanted = min(LEASE, self._per_minute)
        row = insert(WeComQuota).values(api=api, minute=minute, used=wanted)
        take = row.on_conflict_do_update(
            index_elements=["api", "minute"],
            set_={"used": WeComQuota.used + wanted},
            where=WeComQuota.used < self._per_minute,
        ).returning(WeComQuota.used)
        async with self._engine.begin() as connection:
            used = (await connection.execute(take)).scalar()
            if used == wanted:  # the first of this minute tidies up
                await connection.execute(
                    delete(WeComQuota).where(WeComQuota.api == api, WeComQuota.minute < minute - KEPT_MINUTES)
                )
        if used is None:
            return _Lease(minute, 0, last=True)
        return _Lease(minute, min(wanted, self._per_minute - (used - wanted)), last=used >= self._per_minute)


@dataclass
class _Lease:
    """Calls that this process may still make in a minute; `last`: the database has no more of this minute."""

    minute: int
    left: int
    last: bool


class MemberLimit:
    """How often one member may be sent something: more is dropped by WeCom without a word."""

    MARGIN = timedelta(seconds=1)
    """Between our recording of a message and its arrival."""

    @classmethod
    def delay(cls, sent_at: Sequence[datetime], now: datetime, per_minute: int, per_hour: int) -> timedelta | None:
        """How long to wait before the next message to this member; None: it may go now.

        `sent_at`: when messages were sent to them in the last hour and a second, or longer, in any order. No window
        of 60 or 3600 seconds, its ends counted, then holds more than its limit. Times in the future count as now.
        """
        past = sorted(min(at, now) for at in sent_at)
        waits = [
            past[-limit] + window + cls.MARGIN - now
            for limit, window in ((per_minute, timedelta(minutes=1)), (per_hour, timedelta(hours=1)))
            if len(past) >= limit
        ]
        longest = max(waits, default=timedelta())
        return longest if longest > timedelta() else None
