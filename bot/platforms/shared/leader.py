"""One of all processes does what only one may do: it holds a PostgreSQL advisory lock on a connection of its own.

The server ends that connection, and with it the lock, when nothing is heard on it for a while: so the lock outlives
neither a crash, nor a cut, nor a process that stands still. The holder counts the time too, and stops earlier.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

log = structlog.get_logger()
FAULTS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""Of a database that is away."""


@dataclass(frozen=True)
class Pace:
    """Seconds. Another takes over at the latest `silence` + `again` after the holder was last heard."""

    beat: float = 1.5
    """Between two signs of life."""
    lease: float = 5.0
    """So long after its last sign of life the holder counts as one; less than `silence`."""
    silence: float = 6.0
    """After which the server gives the lock to another."""
    again: float = 2.0
    """Between two tries to get it."""


class Leadership:
    """`lead` returns while the lock is held; `held` is asked before each thing that only the holder may do.

    `connect`: opens a connection of asyncpg. `heard`: called for each notification on `channel`.
    """

    def __init__(
        self, connect: dict[str, Any], key: int, channel: str, heard: Callable[[], None], pace: Pace | None = None
    ) -> None:
        self._connect, self._key, self._channel, self._heard = connect, key, channel, heard
        self._pace = pace or Pace()
        self._confirmed: float | None = None

    @property
    def held(self) -> bool:
        """Whether this process may still act as the one; a process that stood still learns here that it may not."""
        return self._confirmed is not None and time.monotonic() - self._confirmed < self._pace.lease

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[asyncio.Event]:
        """Waits until it is this process's turn; the event is set when it is over."""
        connection = await self._taken()
        over = asyncio.Event()
        beating = asyncio.create_task(self._beat(connection, over), name="leader beat")
        try:
            yield over
        finally:
            self._confirmed = None
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await _closed(connection)

    async def _taken(self) -> asyncpg.Connection:
        connection = None
        try:
            while True:
                try:
                    connection = connection or await self._connected()
                    if await self._took(connection):
                        return connection
                except FAULTS as error:
                    log.warning("leader.unknown", reason=type(error).__name__)
                    await _closed(connection)
                    connection = None
                await asyncio.sleep(self._pace.again)
        except BaseException:
            await _closed(connection)
            raise

    async def _connected(self) -> asyncpg.Connection:
        connection = await asyncpg.connect(**self._connect, timeout=self._pace.lease)
        await connection.execute(f"set idle_session_timeout = {round(self._pace.silence * 1000)}")
        return connection

    async def _took(self, connection: asyncpg.Connection) -> bool:
        since = time.monotonic()
        taken = await connection.fetchval("select pg_try_advisory_lock($1)", self._key, timeout=self._pace.lease)
        if taken:
            await connection.add_listener(self._channel, lambda *_: self._heard())
            self._confirmed = since
        return bool(taken)

    async def _beat(self, connection: asyncpg.Connection, over: asyncio.Event) -> None:
        """Signs of life, until one is not answered in time. It counts from when it was sent."""
        try:
            while True:
                await asyncio.sleep(self._pace.beat)
                if not self.held:
                    log.warning("leader.stood_still")
                    return
                since = time.monotonic()
                await connection.execute("select 1", timeout=self._pace.lease - self._pace.beat)
                self._confirmed = since
        except FAULTS as error:
            log.warning("leader.lost", reason=type(error).__name__)
        finally:
            self._confirmed = None
            over.set()


async def _closed(connection: asyncpg.Connection | None) -> None:
    """Politely if that is quick: the lock is free in either case."""
    if connection is None or connection.is_closed():
        return
    try:
        await connection.close(timeout=1.0)
    except FAULTS:
        connection.terminate()
