"""Sends what waits for one recipient, in order; a failed message holds back the later ones of that recipient only."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select

from bot import queue
from bot.database import Database
from bot.failpoints import failpoint
from bot.outbox import Outgoing, Place, TransactionalOutbox, backoff, outage_backoff, wake
from bot.platforms.port import DIRECT, Delivery, Platform, TryLater, Undeliverable
from bot.tables import InboxRow, OutboxRow
from bot.trace import trace
from cards.card import Card
from domain.kernel.tx import Tx

log = structlog.get_logger()
MAX_ATTEMPTS = 12
OPEN_FIRST = "bot.open_first"
MAX_AGE = timedelta(days=3)
"""What waited out an outage for longer than this says nothing to anybody any more."""


@dataclass(frozen=True)
class Sender:
    """Drains one recipient's messages. Runs under the recipient's lock, so two never work on the same."""

    database: Database
    platforms: Mapping[str, Platform]
    outbox: Callable[[], TransactionalOutbox]
    real_now: Callable[[], datetime]
    account: Callable[[Tx, str, str], Awaitable[str]]
    """What a platform calls a person."""
    tracing: bool = False

    async def drain(self, platform: str, recipient: str) -> None:
        """Send until nothing is due; when the platform asks for patience, wake again later."""
        while await self._send_next(platform, recipient):
            continue

    async def _send_next(self, platform: str, recipient: str) -> bool:
        async with self.database.transaction(self.outbox(), "outbox") as tx:
            row = await self._first(tx, platform, recipient)
            if row is None or (row.due_at and row.due_at > self.real_now()):
                return False
            return await self._send(tx, row)

    async def _delivery(self, tx: Tx, row: OutboxRow) -> Delivery:
        account = row.recipient if row.conversation != DIRECT else await self.account(tx, row.recipient, row.platform)
        return replace(delivery(row), account=account)

    async def _send(self, tx: Tx, row: OutboxRow) -> bool:
        await failpoint("outbox.before_send")
        try:
            await self.platforms[row.platform].send(tx, await self._delivery(tx, row))
        except TryLater as wait:
            return await self._later(tx, row, wait)
        except (Undeliverable, KeyError) as reason:
            row.state, row.reason = "dead", str(reason)[:200]
            log.error("outbox.dead", outbox=row.id, template=row.template, reason=row.reason)
            await self._tell_group(tx, row)
            return True
        except Exception as fault:
            log.exception("outbox.failed", outbox=row.id, template=row.template)
            return await self._later(tx, row, TryLater(type(fault).__name__))
        await failpoint("outbox.after_send")
        row.state, row.sent_at, row.due_at = "sent", self.real_now(), None
        if self.tracing:
            await trace(tx, row.recipient, "sent", row.template, {"platform": row.platform, "outbox": row.id})
        return True

    async def _tell_group(self, tx: Tx, row: OutboxRow) -> None:
        """Who asked in a group and cannot be written to is told there, once, what to do; nothing of the answer."""
        asked = await tx.session.get(InboxRow, row.inbox_id) if row.conversation == DIRECT and row.inbox_id else None
        if asked is None or asked.conversation == DIRECT or asked.person != row.recipient:
            return
        told = select(OutboxRow.id).where(OutboxRow.inbox_id == asked.id, OutboxRow.template == OPEN_FIRST)
        if await tx.session.scalar(told.limit(1)) is None:
            outbox = self.outbox()
            card = outbox.renderer.card(OPEN_FIRST, {"platform": row.platform})
            place = Place(row.platform, asked.person, asked.conversation)
            await outbox.enqueue(tx, Outgoing(place, card, inbox_id=asked.id, answers="words"))

    async def _later(self, tx: Tx, row: OutboxRow, wait: TryLater) -> bool:
        """Due again later. Only the message's own faults count against it; a limit or an outage is waited out."""
        row.attempts += wait.fault
        row.reason = wait.reason[:200]
        age = self.real_now() - row.created_at
        if row.attempts >= MAX_ATTEMPTS or age > MAX_AGE:
            row.state = "dead"
            log.error("outbox.dead", outbox=row.id, template=row.template, reason=row.reason)
            return True
        jitter = random.random()  # noqa: S311 - spreads retries
        patience = backoff(row.attempts, jitter) if wait.fault else outage_backoff(age, jitter)
        row.due_at = self.real_now() + (patience if wait.after is None else timedelta(seconds=wait.after))
        place = Place(row.platform, row.recipient)
        later = queue.Job(
            queue.SEND, "wake", {"platform": place.platform, "recipient": place.recipient}, due=row.due_at
        )
        await queue.defer(tx.session, [later])
        return False

    async def wake(self, platform: str, recipient: str) -> None:
        """The unlocked job that, when due, defers the locked one; or itself, where the database's clock was ahead."""
        async with self.database.transaction(self.outbox(), "outbox") as tx:
            row = await self._first(tx, platform, recipient)
            early = row.due_at - self.real_now() if row and row.due_at else timedelta()
            if early > timedelta():
                args = {"platform": platform, "recipient": recipient}
                database_now = (await tx.session.execute(select(func.now()))).scalar_one()
                await queue.defer(tx.session, [queue.Job(queue.SEND, "wake", args, due=database_now + early)])
                return
            await wake(tx.session, Place(platform, recipient))

    async def _first(self, tx: Tx, platform: str, recipient: str) -> OutboxRow | None:
        """The message whose turn it is."""
        found: OutboxRow | None = await tx.session.scalar(
            select(OutboxRow)
            .where(OutboxRow.platform == platform, OutboxRow.recipient == recipient, OutboxRow.state == "waiting")
            .order_by(OutboxRow.seq)
            .limit(1)
        )
        return found


def delivery(row: OutboxRow) -> Delivery:
    return Delivery(
        id=row.id,
        person=row.recipient,
        conversation=row.conversation,
        card=Card.from_json(json.loads(row.document)),
        card_id=row.card_id,
        updates=row.updates,
        file_id=row.file_id,
        answers=row.answers,
    )
