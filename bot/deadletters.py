"""Dead letters: updates, messages and jobs that were given up. They can be listed and put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from bot import queue
from bot.database import Database
from bot.handling import handle_job
from bot.outbox import Place, wake
from bot.tables import InboxRow, OutboxRow
from domain.kernel.clock import SHANGHAI

_FAILED = text(
    """select j.id, j.task_name, max(e.at) as at from procrastinate_jobs j
       left join procrastinate_events e on e.job_id = j.id
       where j.status = 'failed' group by j.id, j.task_name order by j.id"""
)
_RETRY = text(
    """update procrastinate_jobs set status = 'todo', attempts = 0, scheduled_at = null
       where status = 'failed' and (cast(:all as boolean) or id = cast(:id as bigint)) returning id"""
)


@dataclass(frozen=True)
class Letter:
    """One dead letter. kind: update, message or job. `what` names no person and no words."""

    id: str
    kind: str
    at: datetime
    what: str
    reason: str


async def found(database: Database) -> list[Letter]:
    """All dead letters, oldest first."""
    async with database.sessions() as session:
        updates = await session.scalars(select(InboxRow).where(InboxRow.state == "dead"))
        letters = [
            Letter(row.id, "update", row.received_at, f"{row.platform} {row.reference}", row.reason or "")
            for row in updates
        ]
        messages = await session.scalars(select(OutboxRow).where(OutboxRow.state == "dead"))
        letters += [
            Letter(row.id, "message", row.created_at, f"{row.platform} {row.template}", row.reason or "")
            for row in messages
        ]
        letters += [
            Letter(f"job_{row.id}", "job", row.at, row.task_name, "failed; the log tells why")
            for row in await session.execute(_FAILED)
        ]
    return sorted(
        (Letter(item.id, item.kind, item.at.astimezone(SHANGHAI), item.what, item.reason) for item in letters),
        key=lambda item: item.at,
    )


async def replay(database: Database, letter: str) -> int:
    """Put one letter, or `all`, back into its queue; how many were put back."""
    every = letter == "all"
    async with database.sessions() as session, session.begin():
        updates = select(InboxRow).where(InboxRow.state == "dead").order_by(InboxRow.seq).with_for_update()
        dead = (await session.scalars(updates if every else updates.where(InboxRow.id == letter))).all()
        for row in dead:
            row.state, row.reason, row.reference = "waiting", None, None
        messages = select(OutboxRow).where(OutboxRow.state == "dead").order_by(OutboxRow.seq).with_for_update()
        unsent = (await session.scalars(messages if every else messages.where(OutboxRow.id == letter))).all()
        for message in unsent:
            message.state, message.attempts, message.due_at, message.reason = "waiting", 0, None, None
        await session.flush()
        await queue.defer(session, [handle_job(row) for row in dead])
        await wake(session, *[Place(row.platform, row.recipient, row.conversation) for row in unsent])
        number = int(letter.removeprefix("job_")) if letter.removeprefix("job_").isdigit() else 0
        jobs = (await session.execute(_RETRY, {"all": every, "id": number})).all()
    return len(dead) + len(unsent) + len(jobs)
