"""The way in: updates are stored in batches, one commit for all that queued up, before they are acknowledged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import queue
from bot.failpoints import failpoint
from bot.platforms.port import Update
from domain.kernel.crypto import keyring
from domain.kernel.ids import new_id

_COUNT = text(
    "select person, count(*) as waiting from bot_inbox "
    "where state = 'waiting' and person = any(:people) group by person"
)
_INSERT = text(
    """insert into bot_inbox (id, platform, message_id, person, conversation, body, received_at, state)
       select * from unnest(cast(:ids as text[]), cast(:platforms as text[]), cast(:messages as text[]),
         cast(:people as text[]), cast(:conversations as text[]), cast(:bodies as bytea[]),
         cast(:times as timestamptz[]), cast(:states as text[]))
       on conflict (platform, message_id) do nothing returning id"""
)


@dataclass(frozen=True)
class Stored:
    """One update with the person it is from, on its way into the table."""

    id: str
    update: Update
    person: str
    done: asyncio.Future[bool]


class InboxFull(Exception):
    """More is waiting to be stored than can be answered in time; the platform sends it again."""


class Inbox:
    """The batching writer. `store` returns after the commit that holds the update."""

    def __init__(
        self, engine: AsyncEngine, now: Callable[[], datetime], *, patience: int, capacity: int = 5_000
    ) -> None:
        self.engine, self.now, self.patience = engine, now, patience
        self.waiting: asyncio.Queue[Stored] = asyncio.Queue(capacity)
        self._writer: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self._writer is not None and not self._writer.done()

    async def start(self) -> None:
        self._writer = asyncio.create_task(self._write(), name="inbox writer")

    async def stop(self) -> None:
        """Stores what was taken in, then stops."""
        await self.waiting.join()
        if self._writer:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    async def store(self, update: Update, person: str) -> bool:
        """True when new, False when this message id was stored before. Raises InboxFull or the database's error."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        try:
            self.waiting.put_nowait(Stored(new_id("in", self.now()), update, person, done))
        except asyncio.QueueFull:
            raise InboxFull from None
        return await done

    async def _write(self) -> None:
        while True:
            batch = [await self.waiting.get()]
            while not self.waiting.empty() and len(batch) < 500:
                batch.append(self.waiting.get_nowait())
            try:
                await self._store(batch)
            finally:
                for _ in batch:
                    self.waiting.task_done()

    async def _store(self, batch: list[Stored]) -> None:
        """One commit for all; when the database refuses one of them, each alone, so that only that one fails."""
        try:
            _resolve(batch, await self._commit(batch))
        except (DataError, IntegrityError) as error:
            if len(batch) == 1:
                _resolve(batch, error)
                return
            for item in batch:
                await self._store([item])
        except Exception as error:  # noqa: BLE001 - handed to each caller, who answers for its own message
            _resolve(batch, error)

    async def _commit(self, batch: list[Stored]) -> set[str]:
        async with self.engine.begin() as connection:
            busy = await self._busy(connection, batch)
            kept = await connection.execute(_INSERT, self._rows(batch, busy))
            fresh = set(kept.scalars())
            await queue.defer(connection, [_handle(item) for item in batch if item.id in fresh and item.id not in busy])
            first_refused = _first_refused(batch, busy, fresh)
            await queue.defer(connection, first_refused)
            await failpoint("inbox.before_commit")
        await failpoint("inbox.after_commit")
        return fresh

    async def _busy(self, connection: AsyncConnection, batch: list[Stored]) -> dict[str, int]:
        """Ids of messages beyond the person's patience → how many are beyond it."""
        people = sorted({item.person for item in batch})
        counted = {row.person: row.waiting for row in await connection.execute(_COUNT, {"people": people})}
        over: dict[str, int] = {}
        for item in batch:
            counted[item.person] = counted.get(item.person, 0) + 1
            if counted[item.person] > self.patience:
                over[item.id] = counted[item.person] - self.patience
        return over

    def _rows(self, batch: list[Stored], busy: dict[str, int]) -> dict[str, object]:
        ring = keyring()
        return {
            "ids": [item.id for item in batch],
            "platforms": [item.update.platform for item in batch],
            "messages": [item.update.message_id for item in batch],
            "people": [item.person for item in batch],
            "conversations": [item.update.conversation for item in batch],
            "bodies": [
                ring.encrypt(json.dumps(item.update.body(), ensure_ascii=False).encode(), "bot_inbox.body")
                for item in batch
            ],
            "times": [self.now()] * len(batch),
            "states": ["refused" if item.id in busy else "waiting" for item in batch],
        }


def _resolve(batch: list[Stored], outcome: set[str] | Exception) -> None:
    for item in batch:
        if item.done.done():
            continue  # its caller gave up waiting
        if isinstance(outcome, Exception):
            item.done.set_exception(outcome)
        else:
            item.done.set_result(item.id in outcome)


def _handle(item: Stored) -> queue.Job:
    return queue.Job(queue.CHAT, "handle", {"inbox_id": item.id}, lock=f"in:{item.person}")


def _first_refused(batch: list[Stored], busy: dict[str, int], fresh: set[str]) -> list[queue.Job]:
    """稍等, said once: for the first message beyond the patience, outside the person's lock."""
    return [
        queue.Job(queue.CHAT, "hold_on", {"inbox_id": item.id})
        for item in batch
        if item.id in fresh and busy.get(item.id) == 1
    ]
