"""What may be called now: the company's budget, pauses that a messenger asked for, and the circuit."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.port import TryLater, Undeliverable
from bot.platforms.shared.breaker import Breaker, Peer, Unreachable
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.pool import Pool
from bot.platforms.shared.tables import ApiPause, ApiQuota

log = structlog.get_logger()
LEASE = 50
STOCK, SHARE = 500, 20
"""With a pool: what one process takes from the database at once, and what of it for itself."""
KEPT_MINUTES = 5  # of old quota rows: processes' clocks may differ by that much
PAUSES_FRESH = 1.0
LONGEST_PAUSE = 3600.0
LONGEST_QUESTION = 5.0  # to the database


def owner(api: str) -> str:
    """Whose API a row of the shared tables is about: `dingtalk:…` says so, WeCom's have no prefix."""
    name, colon, _ = api.partition(":")
    return name if colon else "wecom"


class Gate:
    """Asked before every call. Budget and pauses are shared by all processes through PostgreSQL, in real time."""

    def __init__(
        self, peer: Peer, engine: AsyncEngine, per_minute: int, clocks: Clocks, pool: Pool | None = None
    ) -> None:
        self._peer, self._engine, self.jitter = peer, engine, clocks.jitter
        self._real_now, self._monotonic = clocks.real_now, clocks.monotonic
        self._per_minute, self._pool = per_minute, pool
        self._leases: dict[str, _Lease] = {}
        self._leasing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._pauses: dict[str, datetime] = {}
        self._pauses_read: float | None = None
        self._reading = asyncio.Lock()
        self._breaker = Breaker(peer, clocks)

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
        log.warning(f"{self._peer.key}.paused", api=api, seconds=round(seconds))
        row = insert(ApiPause).values(api=api, until=until)
        later = row.on_conflict_do_update(
            index_elements=["api"], set_={"until": func.greatest(ApiPause.until, row.excluded.until)}
        )
        try:
            async with self._engine.begin() as connection:
                await connection.execute(later)
        except (SQLAlchemyError, OSError) as error:  # this process keeps to it all the same
            log.error(f"{self._peer.key}.pause_unshared", api=api, error=type(error).__name__)

    async def spend(self, what: str, amount: int, limit: int, minutes: int = 1) -> None:
        """Take so much of a budget that counts something else than calls: `limit` in each so many minutes.

        Raises TryLater until the next ones, Undeliverable for more than there ever is.
        """
        if amount > limit:
            raise Undeliverable(f"{amount} of {what}, {limit} are possible")
        number, gone = divmod(self._real_now().timestamp(), minutes * 60)
        row = insert(ApiQuota).values(api=what, minute=int(number), used=amount)
        take = row.on_conflict_do_update(
            index_elements=["api", "minute"],
            set_={"used": ApiQuota.used + amount},
            where=ApiQuota.used + amount <= limit,
        ).returning(ApiQuota.used)
        try:
            async with asyncio.timeout(LONGEST_QUESTION), self._engine.begin() as connection:
                used = (await connection.execute(take)).scalar()
                await connection.execute(
                    delete(ApiQuota).where(ApiQuota.api == what, ApiQuota.minute < int(number) - KEPT_MINUTES)
                )
        except (SQLAlchemyError, OSError) as error:
            raise TryLater(f"the budget of {what} cannot be read: {type(error).__name__}", fault=False) from error
        if used is None:
            raise TryLater(f"the budget of {what} is used up", minutes * 60 - gone + self.jitter() * 5, fault=False)

    def degraded(self) -> str | None:
        """For the health page: why messages may be late, None when nothing is known to be wrong."""
        if not self._breaker.closed:
            return f"{self._peer.name} cannot be reached"
        now = self._real_now()
        paused = sorted(api for api, until in self._pauses.items() if until > now and owner(api) == self._peer.key)
        return f"{self._peer.name} asked for a pause of {', '.join(paused)}" if paused else None

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
            rows = await connection.execute(select(ApiPause.api, ApiPause.until).where(ApiPause.until > now))
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
        """Some calls of this minute: those that lie in the pool, else from the database, with a stock for the pool."""
        if self._pool is not None and (ready := await self._pool.take(api, minute, SHARE)):
            return _Lease(minute, ready, last=False)
        known = self._leases.get(api)
        if known and known.minute == minute and known.last:
            return known
        pooled = self._pool is not None and self._pool.up
        lease = await self._from_database(api, minute, min(STOCK if pooled else LEASE, self._per_minute))
        spare = lease.left - SHARE
        if self._pool is not None and pooled and spare > 0 and await self._pool.put(api, minute, spare):
            lease.left = SHARE
        return lease

    async def _from_database(self, api: str, minute: int, wanted: int) -> _Lease:
        """Taken in one atomic statement; the truth of what was given out."""
        row = insert(ApiQuota).values(api=api, minute=minute, used=wanted)
        take = row.on_conflict_do_update(
            index_elements=["api", "minute"],
            set_={"used": ApiQuota.used + wanted},
            where=ApiQuota.used < self._per_minute,
        ).returning(ApiQuota.used)
        async with self._engine.begin() as connection:
            used = (await connection.execute(take)).scalar()
            if used == wanted:  # the first of this minute tidies up
                await connection.execute(
                    delete(ApiQuota).where(ApiQuota.api == api, ApiQuota.minute < minute - KEPT_MINUTES)
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
