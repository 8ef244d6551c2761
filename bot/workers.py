"""The workers of this process, the lock that shows it is alive, and the sweep that takes over from the dead."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field

import asyncpg
import structlog
from procrastinate import App
from procrastinate.worker import Worker
from sqlalchemy import text

from bot import queue
from bot.database import Database

log = structlog.get_logger()
POLL_SECONDS = 0.5
SWEEP_SECONDS = 1.0
RESTART_SECONDS = 0.5
HEARTBEAT_PRUNE_SECONDS = 3_600.0  # the sweep recovers in a second; pruning is only house-keeping

_ORPHANS = text(
    """select j.id, p.lock_key from procrastinate_jobs j
       left join bot_worker_process p on p.worker_id = j.worker_id
       where j.status = 'doing' for update of j skip locked"""
)
_STALE_HEARTBEAT = text(
    """select j.id from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id
       where j.id = any(:jobs) and (w.id is null or w.last_heartbeat < now() - interval '30 seconds')"""
)
_REQUEUE = text("select procrastinate_retry_job_v2(:job, now(), null, null, null)")
_FORGET = text("delete from bot_worker_process where lock_key = any(:keys)")
_TRY = text("select pg_try_advisory_xact_lock(:key)")


@dataclass
class ProcessLock:
    """A session advisory lock on a connection of its own: held exactly as long as this process lives."""

    url: str
    key: int = field(default_factory=lambda: secrets.randbits(62))
    _connection: asyncpg.Connection | None = None

    async def take(self) -> None:
        self._connection = await asyncpg.connect(**queue.for_asyncpg(self.url))
        await self._connection.execute("select pg_advisory_lock($1)", self.key)

    async def keep(self) -> None:
        """Take it again after the database restarted; runs until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            if self._connection is None or self._connection.is_closed():
                try:
                    await self.take()
                except (OSError, asyncpg.PostgresError) as error:
                    log.warning("process_lock.lost", reason=type(error).__name__)

    async def release(self) -> None:
        if self._connection is not None:
            await self._connection.close()


@dataclass
class Workers:
    """chat, send and bulk have their own workers, each of concurrency 1: a slow handler never delays an answer."""

    app: App
    counts: dict[str, int]
    grace: float
    running: dict[str, Worker] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    stopping: bool = False

    async def start(self) -> None:
        self.stopping = False
        self.tasks = [
            asyncio.create_task(self._keep(name, f"{name}-{number}"), name=f"worker {name}")
            for name, count in self.counts.items()
            for number in range(count)
        ]

    @property
    def ready(self) -> bool:
        """Every worker is registered."""
        registered = [worker for worker in self.running.values() if worker.worker_id is not None]
        return bool(self.tasks) and len(registered) == len(self.tasks)

    async def stop(self) -> None:
        """Stop taking jobs, finish those that run."""
        self.stopping = True
        for worker in self.running.values():
            worker.stop()  # type: ignore[no-untyped-call]
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def at_work(self) -> tuple[list[int], list[int]]:
        """Ids of our workers, and of the jobs that they really run now."""
        live = [worker for worker in self.running.values() if worker.worker_id is not None]
        jobs = [context.job.id for worker in live for context in worker._running_jobs.values()]
        return [worker.worker_id for worker in live if worker.worker_id], [job for job in jobs if job is not None]

    async def _keep(self, name: str, slot: str) -> None:
        """Run one worker; one that ended over a lost database is followed by another."""
        while not self.stopping:
            self.running[slot] = self._worker(name)
            try:
                await self.running[slot].run()  # type: ignore[no-untyped-call]
            except Exception:
                log.exception("worker.ended", queue=name)
            if not self.stopping:
                await asyncio.sleep(RESTART_SECONDS)

    def _worker(self, name: str) -> Worker:
        return Worker(
            app=self.app,
            queues=[name],
            concurrency=1,
            fetch_job_polling_interval=POLL_SECONDS,
            shutdown_graceful_timeout=self.grace,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=5.0,
            stalled_worker_timeout=HEARTBEAT_PRUNE_SECONDS,
        )


async def sweep(database: Database) -> int:
    """Put back the jobs whose process is gone: its advisory lock is free. The number of jobs put back."""
    async with database.engine.begin() as connection:
        doing = (await connection.execute(_ORPHANS)).all()
        keys = {row.lock_key for row in doing if row.lock_key is not None}
        dead = [key for key in sorted(keys) if await connection.scalar(_TRY, {"key": key})]
        unowned = [row.id for row in doing if row.lock_key is None]
        stale = list(await connection.scalars(_STALE_HEARTBEAT, {"jobs": unowned})) if unowned else []
        orphans = [row.id for row in doing if row.lock_key in dead] + stale
        for job in orphans:
            await connection.execute(_REQUEUE, {"job": job})
        if dead:
            await connection.execute(_FORGET, {"keys": dead})
    if orphans:
        log.warning("sweep.requeued", jobs=len(orphans))
    return len(orphans)
