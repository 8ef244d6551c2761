"""Procrastinate, used as it is: the only module that knows its SQL function, its app and its workers' settings.

Jobs are deferred through the session, in the business transaction: that is the outbox.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from procrastinate import App, PsycopgConnector
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

CHAT, SEND, BULK = "chat", "send", "bulk"

DEFERRED_FROM = """procrastinate_defer_jobs_v1(array(
  select row(queue, task, 0, lock, null, args::jsonb, due)::procrastinate_job_to_defer_v1 from {rows} order by n))"""
"""SQL that defers what `rows` say (queue, task, lock, args, due, n), for a statement that does more than that."""
_DEFER = text(
    "select "
    + DEFERRED_FROM.format(
        rows="""unnest(cast(:queues as text[]), cast(:tasks as text[]), cast(:locks as text[]),
                       cast(:args as text[]), cast(:dues as timestamptz[]))
                with ordinality as t(queue, task, lock, args, due, n)"""
    )
)


@dataclass(frozen=True)
class Job:
    """A job to defer. A job with a lock never gets a due time: it would hold back everything behind it."""

    queue: str
    task: str
    args: Mapping[str, Any]
    lock: str | None = None
    due: datetime | None = None

    def __post_init__(self) -> None:
        if self.lock and self.due:
            raise ValueError("a locked job is never scheduled into the future")


async def defer(session: AsyncSession | AsyncConnection, jobs: Iterable[Job]) -> None:
    """Defer jobs in the caller's transaction."""
    batch = list(jobs)
    if not batch:
        return
    await session.execute(
        _DEFER,
        {
            "queues": [job.queue for job in batch],
            "tasks": [job.task for job in batch],
            "locks": [job.lock for job in batch],
            "args": [json.dumps(dict(job.args), ensure_ascii=False, default=str) for job in batch],
            "dues": [job.due for job in batch],
        },
    )


def conninfo(url: str | URL) -> dict[str, Any]:
    """psycopg's parameters for the same database as the SQLAlchemy URL."""
    parsed = make_url(url)
    host = parsed.query.get("host") or parsed.host
    given = {
        "host": host,
        "port": parsed.port,
        "dbname": parsed.database,
        "user": parsed.username,
        "password": parsed.password,
    }
    return {name: value for name, value in given.items() if value is not None}


def for_asyncpg(url: str | URL) -> dict[str, Any]:
    """asyncpg's parameters for the same database."""
    given = conninfo(url)
    given["database"] = given.pop("dbname")
    return given


def connector(url: str | URL, *, lock_key: int, pool_size: int) -> PsycopgConnector:
    """A connector whose connections carry the process's lock key, for the trigger that records worker → process.

    What they write is the engine's own book-keeping. Lost in a power cut, a job runs again and finds its work done; so
    they need not wait for the disk, and keep it free for those who must.
    """
    given = {**conninfo(url), "application_name": f"hrbot:{lock_key}", "options": "-c synchronous_commit=off"}
    return PsycopgConnector(kwargs=given, min_size=1, max_size=pool_size)


def engine_app(url: str | URL, *, lock_key: int, pool_size: int) -> App:
    return App(connector=connector(url, lock_key=lock_key, pool_size=pool_size))
