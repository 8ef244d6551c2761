"""Sends a broadcast batch after batch: small transactions around each call, so that it can be killed anywhere.

Before a call the batch is marked and committed as being tried; what became of it is committed after. A process that
dies in between leaves it marked: the very same request is made again, which WeCom knows and hides.
"""

from __future__ import annotations

import math
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select

from bot import queue
from bot.broadcasting import store
from bot.broadcasting.channels import Addressee, Channel, Counting, Outcome, Parcel
from bot.broadcasting.store import CANCELLED, DONE, FAILED, LEFT, SENDING, TRYING, WAITING, Message
from bot.broadcasting.tables import Batch, Broadcast
from bot.database import Database
from bot.failpoints import failpoint
from bot.outbox import TransactionalOutbox, backoff
from bot.platforms.port import TryLater, Undeliverable
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

log = structlog.get_logger()
TURN = 5.0
"""Seconds after which a job gives others of its queue a turn."""
LATEST = timedelta(hours=24)
"""What waited out limits and outages for longer is told as failed."""
MAX_ATTEMPTS = 12
STEP = 5.0
"""Seconds between two words about its progress, at least; and no more than a few in all."""
STEPS = 4
UNKNOWN, REFUSED, TOO_LATE, FAULT = "unknown", "refused", "too_late", "fault"
TOGETHER = 30.0
CONTROLLED = 60.0
"""Seconds after which those are tried again of whom the platform said that they had too much."""


@dataclass(frozen=True)
class Ears:
    """Who is told how a broadcast goes: of each batch who has it, at steps how far it is, and its end."""

    delivered: Callable[[Tx, str, list[PersonId]], Awaitable[None]]
    progressed: Callable[[Tx, Broadcast], Awaitable[None]]
    finished: Callable[[Tx, Broadcast], Awaitable[None]]


@dataclass(frozen=True)
class Taken:
    """A batch that is being tried. `reserved`: when its people were counted as sent to; `began`: monotonic seconds."""

    number: int
    parcel: Parcel
    reserved: datetime
    began: float


@dataclass(frozen=True)
class Runner:
    """Runs on queue `bulk`, one job for each broadcast and platform at a time."""

    database: Database
    channels: Mapping[str, Channel]
    outbox: Callable[[], TransactionalOutbox]
    real_now: Callable[[], datetime]
    ears: Ears
    link: Callable[[str], str | None]
    """The page of the whole message by its subject."""

    async def run(self, id: str, platform: str) -> None:
        """Send what is due, for a while; then ask for another turn, or to be woken when more is due."""
        try:
            await self._turn(id, platform)
        except Exception:
            log.exception("broadcast.stumbled", broadcast=id, platform=platform)
            await self._stumbled(id, platform)

    async def _turn(self, id: str, platform: str) -> None:
        until = time.monotonic() + TURN
        while time.monotonic() < until:
            taken = await self._take(id, platform)
            if taken is None:
                return
            if isinstance(taken, Taken):
                await self._send(id, platform, taken)
        async with self._transaction() as tx:
            await queue.defer(tx.session, [job(id, platform)])

    async def wake(self, id: str, platform: str) -> None:
        """The unlocked job that, when due, defers the locked one."""
        async with self._transaction() as tx:
            await queue.defer(tx.session, [job(id, platform)])

    async def give_up(self, id: str, platform: str) -> None:
        """Our process died over it again and again: who waits on this platform is told as failed."""
        async with self._transaction() as tx:
            row = await store.locked(tx, id)
            if row is not None:
                batches = [one for one in await store.open_batches(tx, id) if one.platform == platform]
                await store.end(tx, batches, FAILED, FAULT)
                await self._settle(tx, row)

    async def cancel(self, tx: Tx, subject: str) -> bool:
        """Begin no batch any more; False when there is no such broadcast. One that is being sent comes to its end."""
        id = await tx.session.scalar(select(Broadcast.id).where(Broadcast.subject == subject))
        row = await store.locked(tx, id) if id else None
        if row is None:
            return False
        if row.state == SENDING:
            row.state = CANCELLED
            await store.end(tx, await store.open_batches(tx, row.id, WAITING), LEFT)
            await self._settle(tx, row)
        return True

    def _transaction(self) -> AbstractAsyncContextManager[Tx]:
        return self.database.transaction(self.outbox(), "broadcast")

    async def _take(self, id: str, platform: str) -> Taken | bool | None:
        """Mark the next batch as being tried. True: look again. None: nothing is due; whoever comes later was asked."""
        began = time.monotonic()
        async with self._transaction() as tx:
            row, now = await store.locked(tx, id), self.real_now()
            batch = await store.next_batch(tx, id, platform) if row else None
            if row is None:
                return None
            if batch is None:
                await self._settle(tx, row)
                return None
            if batch.due_at is not None and batch.due_at > now:
                await self._wake_later(tx, batch, now)
                return None
            if (reason := self._hopeless(row, batch, now)) is not None:
                await store.end(tx, [batch], FAILED, reason)
                await self._settle(tx, row)
                return True
            taken = await self._begin(tx, row, batch, now)
            return replace(taken, began=began) if isinstance(taken, Taken) else taken

    def _hopeless(self, row: Broadcast, batch: Batch, now: datetime) -> str | None:
        """Why it is not tried (again): it was cancelled, a repeat would show, it is too late, it failed too often."""
        if batch.state == TRYING and batch.tried_at is not None:
            known_for = self.channels[batch.platform].known_for
            if row.state == CANCELLED or (known_for is not None and now - batch.tried_at > known_for):
                return UNKNOWN
        if now - row.planned_at > LATEST:
            return TOO_LATE
        return REFUSED if batch.attempts >= MAX_ATTEMPTS else None

    async def _stumbled(self, id: str, platform: str) -> None:
        """A fault of ours: again later, and not for ever. Nobody is left waiting without a word."""
        async with self._transaction() as tx:
            batch, now = await store.next_batch(tx, id, platform), self.real_now()
            if batch is not None:
                batch.attempts += 1
                batch.due_at = now + backoff(batch.attempts, random.random())  # noqa: S311 - spreads retries
                await self._wake_later(tx, batch, now)

    async def revive(self) -> None:
        """Broadcasts that have something to send and no job to do it get one: theirs failed, or was lost."""
        async with self._transaction() as tx:
            forgotten = await store.forgotten(tx)
            await queue.defer(tx.session, [job(id, platform) for id, platform in forgotten])

    async def _begin(self, tx: Tx, row: Broadcast, batch: Batch, now: datetime) -> Taken | bool:
        channel, to = self.channels[batch.platform], await store.addressees(tx, batch)
        held = await channel.hold_back(tx, [one.account for one in to], now) if isinstance(channel, Counting) else {}
        if held and batch.state == TRYING:  # it must be the same request: all of them wait
            batch.due_at = now + timedelta(seconds=max(held.values()))
            return True
        for wait, accounts in _together(held):
            await store.put_off(tx, batch, accounts, now + timedelta(seconds=wait))
        to = [one for one in to if one.account not in held]
        if not to:
            batch.state = DONE
            return True
        if batch.state == WAITING:
            batch.state, batch.tried_at = TRYING, now
        row.started_at = row.started_at or now
        message = Message.read(row.document)
        if message.card.actions:
            ids = await store.cards(tx, row, batch.platform, [one.person for one in to])
            to = [replace(one, card_id=ids[one.person]) for one in to]
        return Taken(batch.number, self._parcel(row, batch, message, to), now, 0.0)

    def _parcel(self, row: Broadcast, batch: Batch, message: Message, to: list[Addressee]) -> Parcel:
        return Parcel(f"{row.id}:{batch.number}", message.card, to, self.link(row.subject))

    async def _send(self, id: str, platform: str, taken: Taken) -> None:
        await failpoint("broadcast.before_send")
        try:
            outcome = await self.channels[platform].send(taken.parcel)
        except TryLater as wait:
            await self._later(id, taken, wait)
        except Undeliverable as refusal:
            log.error("broadcast.refused", broadcast=id, batch=taken.number, reason=str(refusal)[:200])
            everybody = dict.fromkeys((one.lower() for one in taken.parcel.accounts), REFUSED)
            await self._noted(id, platform, taken, Outcome(everybody))
        except Exception as fault:
            log.exception("broadcast.failed", broadcast=id, batch=taken.number)
            await self._later(id, taken, TryLater(type(fault).__name__))
        else:
            await failpoint("broadcast.after_send")
            await self._noted(id, platform, taken, outcome)

    async def _noted(self, id: str, platform: str, taken: Taken, outcome: Outcome) -> None:
        """What became of the batch, and whether that was the last one."""
        async with self._transaction() as tx:
            row, batch = await store.locked(tx, id), await tx.session.get(Batch, (id, taken.number))
            if row is None or batch is None or batch.state == DONE:
                return
            now = self.real_now()
            if isinstance(channel := self.channels[platform], Counting):
                await channel.settle(tx, taken.parcel.accounts, taken.reserved, now)
            batch.reason = None
            if outcome.later and row.state == SENDING:
                await store.put_off(tx, batch, outcome.later, now + timedelta(seconds=CONTROLLED))
            failed = dict(outcome.failed)
            if row.state == CANCELLED:
                failed |= dict.fromkeys(outcome.later, REFUSED)
            await self.ears.delivered(tx, row.subject, await store.note(tx, batch, failed))
            batch.seconds = time.monotonic() - taken.began
            await self._settle(tx, row)

    async def _later(self, id: str, taken: Taken, wait: TryLater) -> None:
        """Due again later: the same request when it was perhaps taken, else like new. Cancelled, it is not tried."""
        async with self._transaction() as tx:
            row, batch = await store.locked(tx, id), await tx.session.get(Batch, (id, taken.number))
            if row is None or batch is None or batch.state == DONE:
                return
            batch.attempts += wait.fault
            batch.reason = wait.reason[:200]
            log.warning("broadcast.later", broadcast=id, batch=batch.number, reason=batch.reason, after=wait.after)
            patience = backoff(batch.attempts, random.random())  # noqa: S311 - spreads retries
            batch.due_at = self.real_now() + (patience if wait.after is None else timedelta(seconds=wait.after))
            if wait.after is not None:
                batch.state, batch.tried_at = WAITING, None
                if row.state == CANCELLED:
                    await store.end(tx, [batch], LEFT)
                    await self._settle(tx, row)

    async def _wake_later(self, tx: Tx, batch: Batch, now: datetime) -> None:
        assert batch.due_at is not None
        database_now = (await tx.session.execute(select(func.now()))).scalar_one()
        args = {"broadcast_id": batch.broadcast, "platform": batch.platform}
        due = database_now + (batch.due_at - now)
        await queue.defer(tx.session, [queue.Job(queue.BULK, "broadcast_wake", args, due=due)])

    async def _settle(self, tx: Tx, row: Broadcast) -> None:
        """Count; tell how far it is when that was not told for a while; and its end, once."""
        if row.finished_at is not None:
            return
        await tx.session.flush()
        counted, now = await store.counted(tx, row.id), self.real_now()
        row.sent, row.failed = counted.get("sent", 0), counted.get("failed", 0)
        if not await store.open_batches(tx, row.id):
            row.finished_at = now
            row.state = row.state if row.state == CANCELLED else DONE
            log.info("broadcast.finished", **store.facts(row))
            await self.ears.finished(tx, row)
            return
        step = max(STEP, row.planned_seconds / STEPS)
        if row.state == SENDING and (now - (row.told_at or row.planned_at)).total_seconds() >= step:
            row.told_at = now
            await self.ears.progressed(tx, row)


def _together(held: Mapping[str, float]) -> Iterator[tuple[float, list[str]]]:
    """Those who wait about as long wait in one batch: few calls, and nobody an hour for another one's sake."""
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for account, wait in held.items():
        groups[math.ceil(wait / TOGETHER)].append(account)
    for accounts in groups.values():
        yield max(held[one] for one in accounts), sorted(accounts)


def job(id: str, platform: str) -> queue.Job:
    """Sends what is due of one broadcast on one platform."""
    args = {"broadcast_id": id, "platform": platform}
    return queue.Job(queue.BULK, "broadcast", args, lock=f"bc:{id}:{platform}")
