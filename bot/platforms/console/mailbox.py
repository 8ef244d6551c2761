"""Reading the web chat's mailboxes, and waking those who wait for them."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from typing import Any

import asyncpg
import structlog
from sqlalchemy import select

from bot import queue
from bot.database import Database
from bot.tables import ConsoleMessage, TraceRow
from domain.kernel.clock import SHANGHAI

log = structlog.get_logger()


class Bell:
    """Rings for one person when something new is in their mailbox (LISTEN on a connection of its own)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.closed = False
        self.waiters: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._connection: asyncpg.Connection | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._listen()
        self._keeper = asyncio.create_task(self._keep(), name="bell")

    async def stop(self) -> None:
        """Everybody who waits is let go."""
        self.closed = True
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()
        for events in self.waiters.values():
            for event in events:
                event.set()

    async def wait(self, person: str, seconds: float) -> None:
        """Until the bell rings for this person, or the time is over."""
        event = asyncio.Event()
        self.waiters[person].add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self.waiters[person].discard(event)

    def _ring(self, *notification: object) -> None:
        for event in self.waiters.get(str(notification[-1]), ()):
            event.set()

    async def _listen(self) -> None:
        given = queue.conninfo(self.url)
        given["database"] = given.pop("dbname")
        self._connection = await asyncpg.connect(**given)
        await self._connection.add_listener("console", self._ring)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            if self._connection is None or self._connection.is_closed():
                try:
                    await self._listen()
                except (OSError, asyncpg.PostgresError) as error:
                    log.warning("bell.lost", reason=type(error).__name__)


async def messages(database: Database, person: str, after: int, limit: int = 200) -> list[dict[str, Any]]:
    """What the person got after this sequence number, oldest first."""
    async with database.sessions() as session:
        rows = await session.scalars(
            select(ConsoleMessage)
            .where(ConsoleMessage.person == person, ConsoleMessage.seq > after)
            .order_by(ConsoleMessage.seq)
            .limit(limit)
        )
        return [
            {
                "seq": row.seq,
                "conversation": row.conversation,
                "at": row.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
                **json.loads(row.document),
            }
            for row in rows
        ]


async def traces(database: Database, person: str, after: int, limit: int = 200) -> list[dict[str, Any]]:
    """The trace entries of a person after number `after`."""
    async with database.sessions() as session:
        rows = await session.scalars(
            select(TraceRow)
            .where(TraceRow.person == person, TraceRow.n > after)
            .order_by(TraceRow.n.desc() if after == 0 else TraceRow.n)
            .limit(limit)
        )
        entries = [
            {
                "n": row.n,
                "at": row.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
                "kind": row.kind,
                "text": row.text,
                "detail": json.loads(row.detail),
            }
            for row in rows
        ]
    return sorted(entries, key=lambda entry: int(str(entry["n"])))
