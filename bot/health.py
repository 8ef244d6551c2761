"""Whether a message would be answered now, and the gauges of /metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.database import Database
from bot.platforms.shared.resting import resting

Judge = Callable[[], str | None]
"""Says what is wrong with a part of a messenger's connection, in words for an operator; None when all is well."""

WAITING = Gauge("hrbot_waiting", "Rows that wait", ["what"])
DEAD = Gauge("hrbot_dead", "Dead letters", ["what"])

_COUNTS = text(
    """select 'inbox' as what, count(*) filter (where state = 'waiting') as waiting,
              count(*) filter (where state = 'dead') as dead from bot_inbox
       union all
       select 'outbox', count(*) filter (where state = 'waiting'), count(*) filter (where state = 'dead')
       from bot_outbox
       union all
       select 'jobs', count(*) filter (where status = 'todo'), count(*) filter (where status = 'failed')
       from procrastinate_jobs
       union all
       select 'broadcasts', count(*), 0 from bot_broadcast_batch where state <> 'done'"""
)
_WORKING = text(
    """select exists (select 1 from bot_worker_process p join pg_locks l
       on l.locktype = 'advisory' and l.granted and l.objsubid = 1
       and ((l.classid::bigint << 32) | l.objid::bigint) = p.lock_key)"""
)


async def some_worker_lives(database: Database) -> bool:
    """Some process, this or another, holds the lock of registered workers."""
    try:
        async with database.engine.connect() as connection:
            return bool(await connection.scalar(_WORKING))
    except (SQLAlchemyError, OSError):
        return False


async def troubles(database: Database, judges: Mapping[str, Sequence[Judge]], now: datetime) -> dict[str, str | None]:
    """Of each messenger why it may be slow or silent, None when nothing is known to be wrong. `now` is real time.

    What other processes found is known of pauses only.
    """
    try:
        pauses = await resting(database.engine, now)
    except (SQLAlchemyError, OSError):
        pauses = {}
    rests = {name: f"it asked for a pause of {', '.join(one.api for one in found)}" for name, found in pauses.items()}
    said = {name: next((wrong for judge in each if (wrong := judge())), None) for name, each in judges.items()}
    return {name: wrong or rests.get(name) for name, wrong in said.items()}


async def measure(database: Database) -> None:
    """Refresh the gauges."""
    async with database.engine.connect() as connection:
        for row in await connection.execute(_COUNTS):
            WAITING.labels(row.what).set(row.waiting)
            DEAD.labels(row.what).set(row.dead)
