"""Nothing is forgotten: rows that wait without a job get one, and jobs that nobody runs any more are put back.

The queue and its rows commit together, so this finds something only after a lost database connection or an operator's
hand; it is the last line behind process locks and the sweep.
"""

from __future__ import annotations

import structlog
from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import queue
from bot.database import Database
from bot.outbox import Place, wake
from bot.platforms.port import HELD

log = structlog.get_logger()

_UPDATES = text(
    """select i.id, i.person from bot_inbox i
       where i.state = 'waiting' and i.received_at < now() - interval '20 seconds'
       and not exists (select 1 from procrastinate_jobs j where j.status in ('todo', 'doing')
                       and j.task_name in ('handle', 'again') and j.args->>'inbox_id' = i.id)
       order by i.seq limit 500"""
)
_MESSAGES = text(
    """select distinct o.platform, o.recipient from bot_outbox o
       where o.state = 'waiting' and coalesce(o.due_at, o.created_at) < now() - interval '20 seconds'
       and not starts_with(o.recipient, :held)
       and not exists (select 1 from procrastinate_jobs j where j.status in ('todo', 'doing')
                       and j.task_name in ('drain', 'wake')
                       and j.args->>'platform' = o.platform and j.args->>'recipient' = o.recipient)
       limit 500"""
)
_STRANDED = text(
    "select id from procrastinate_jobs where status = 'doing' and worker_id in :workers and id not in :running"
).bindparams(bindparam("workers", expanding=True), bindparam("running", expanding=True))
_PUT_BACK = text("select procrastinate_retry_job_v2(:job, now(), null, null, null)")


async def forgotten(database: Database) -> int:
    """Give waiting rows without a job their job; how many."""
    async with database.engine.begin() as connection:
        updates = (await connection.execute(_UPDATES)).all()
        messages = (await connection.execute(_MESSAGES, {"held": HELD})).all()
        await queue.defer(
            connection,
            [queue.Job(queue.CHAT, "handle", {"inbox_id": row.id}, lock=f"in:{row.person}") for row in updates],
        )
        await wake(connection, *[Place(row.platform, row.recipient) for row in messages])
    if updates or messages:
        log.warning("reconcile.found", updates=len(updates), messages=len(messages))
    return len(updates) + len(messages)


async def stranded(connection: AsyncConnection, workers: list[int], running: list[int]) -> set[int]:
    """Jobs that count as ours but that none of our workers runs."""
    if not workers:
        return set()
    found = await connection.scalars(_STRANDED, {"workers": workers, "running": running or [0]})
    return set(found)


async def put_back(connection: AsyncConnection, jobs: set[int]) -> None:
    for job in sorted(jobs):
        await connection.execute(_PUT_BACK, {"job": job})
    if jobs:
        log.warning("reconcile.stranded", jobs=len(jobs))
