"""The way in: updates are stored in batches, one commit for all that queued up, before they are acknowledged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from bot import queue
from bot.failpoints import failpoint
from bot.platforms.port import Update
from domain.kernel.crypto import keyring
from domain.kernel.ids import new_id

PATIENCE_SECONDS = 4.0
"""So long an update waits for its batch, and a batch for its commit: platforms lose patience after five seconds. What
was not stored by then is sent again; what was stored all the same is known by its id."""
CAPACITY = 5_000
_dumps = json.JSONEncoder(ensure_ascii=False).encode
# One statement is one round trip and one commit. A person's messages beyond their patience ($8) are refused and get no
# job, but for the first of them, which is answered with 稍等.
_STORE = f"""
with given as (
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
    with ordinality as t(id, platform, message_id, person, conversation, body, n)
), waiting as (
  select person, count(*) as n from bot_inbox where state = 'waiting' and person = any($4) group by person
), placed as (
  select given.*, coalesce(waiting.n, 0) + row_number() over (partition by given.person order by given.n) as place
  from given left join waiting on waiting.person = given.person
), kept as (
  insert into bot_inbox (id, platform, message_id, person, conversation, body, received_at, state)
  select id, platform, message_id, person, conversation, body, $7,
         case when place > $8 then 'refused' else 'waiting' end
  from placed order by n on conflict (platform, message_id) do nothing returning id
), jobs as (
  select {queue.CHAT!r} as queue, case when place > $8 then 'hold_on' else 'handle' end as task,
         case when place > $8 then null else 'in:' || person end as lock,
         jsonb_build_object('inbox_id', id) as args, null::timestamptz as due, n
  from placed where place <= $8 + 1 and id in (select id from kept)
), deferred as (select {queue.DEFERRED_FROM.format(rows="jobs")})
select array(select id from kept) as kept, (select count(*) from deferred) as deferred"""  # noqa: S608 - our own words


@dataclass(frozen=True)
class Stored:
    """One update with the person it is from, on its way into the table."""

    id: str
    update: Update
    person: str
    since: float
    """The loop's time when it came."""
    done: asyncio.Future[bool]


class InboxFull(Exception):
    """More is waiting to be stored than can be answered in time; the platform sends it again."""


class Inbox:
    """The batching writer. `store` returns after the commit that holds the update."""

    def __init__(
        self, url: str, now: Callable[[], datetime], *, patience: int, seconds: float = PATIENCE_SECONDS
    ) -> None:
        self.url, self.now, self.patience, self.seconds = url, now, patience, seconds
        self.waiting: asyncio.Queue[Stored] = asyncio.Queue(CAPACITY)
        self._writer: asyncio.Task[None] | None = None
        self._connection: asyncpg.Connection | None = None

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
        if self._connection is not None:
            await self._connection.close()

    async def store(self, update: Update, person: str) -> bool:
        """True when new, False when this message id was stored before. Raises InboxFull or the database's error."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()
        try:
            self.waiting.put_nowait(Stored(new_id("in", self.now()), update, person, loop.time(), done))
        except asyncio.QueueFull:
            raise InboxFull from None
        return await done

    async def _write(self) -> None:
        while True:
            batch = [await self.waiting.get()]
            while not self.waiting.empty() and len(batch) < 500:
                batch.append(self.waiting.get_nowait())
            try:
                await self._store(_since(asyncio.get_running_loop().time() - self.seconds, batch))
            finally:
                for _ in batch:
                    self.waiting.task_done()

    async def _store(self, batch: list[Stored]) -> None:
        """One commit for all; when the database refuses one of them, each alone, so that only that one fails."""
        if not batch:
            return
        try:
            _resolve(batch, await self._commit(batch))
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            if len(batch) == 1:
                _resolve(batch, error)
                return
            for item in batch:
                await self._store([item])
        except Exception as error:  # noqa: BLE001 - handed to each caller, who answers for its own message
            _resolve(batch, error)

    async def _commit(self, batch: list[Stored]) -> set[str]:
        """Ids of those that were new."""
        ring = keyring()
        bodies = [ring.encrypt(_dumps(item.update.body()).encode(), "bot_inbox.body") for item in batch]
        connection = await self._connected()
        await failpoint("inbox.before_commit")
        stored = await connection.fetchrow(
            _STORE,
            [item.id for item in batch],
            [item.update.platform for item in batch],
            [item.update.message_id for item in batch],
            [item.person for item in batch],
            [item.update.conversation for item in batch],
            bodies,
            self.now(),
            self.patience,
        )
        await failpoint("inbox.after_commit")
        return set(stored["kept"])

    async def _connected(self) -> asyncpg.Connection:
        """A connection of its own: no handler can keep the writer waiting. It reads by index, also in full tables."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                **queue.for_asyncpg(self.url),
                command_timeout=self.seconds,
                server_settings={"application_name": "hrbot inbox", "enable_seqscan": "off"},
            )
        return self._connection


def _since(earliest: float, batch: list[Stored]) -> list[Stored]:
    """Without those whose platform has lost patience: storing them would keep the others waiting for nothing."""
    _resolve([item for item in batch if item.since < earliest], InboxFull())
    return [item for item in batch if item.since >= earliest]


def _resolve(batch: list[Stored], outcome: set[str] | Exception) -> None:
    for item in batch:
        if item.done.done():
            continue  # its caller gave up waiting
        if isinstance(outcome, Exception):
            item.done.set_exception(outcome)
        else:
            item.done.set_result(item.id in outcome)
