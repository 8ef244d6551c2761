"""The clock of the jobs: a planned time is claimed by a row, so any number of replicas is safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import structlog
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from bot import queue
from bot.database import Database
from bot.failpoints import failpoint
from bot.outbox import TransactionalOutbox
from bot.tables import ScheduleFiring
from domain.kernel.clock import SHANGHAI, business_date
from domain.kernel.tx import Tx
from jobs.schedule import Entry, Misfire

log = structlog.get_logger()
LATE = timedelta(minutes=10)
MOST = 400


@lru_cache(maxsize=256)
def trigger(cron: str) -> CronTrigger:
    return CronTrigger.from_crontab(cron, timezone=SHANGHAI)


def planned_times(entry: Entry, after: datetime, until: datetime) -> list[datetime]:
    """The planned times in (after, until], by the entry's misfire policy; at most a year of daily runs."""
    found: list[datetime] = []
    at = after
    while len(found) < MOST:
        following = trigger(entry.cron).get_next_fire_time(None, (at + timedelta(microseconds=1)).astimezone(SHANGHAI))
        if following is None or following > until:
            break
        found.append(following.astimezone(UTC))
        at = following
    late = [time for time in found if until - time > LATE]
    on_time = [time for time in found if until - time <= LATE]
    if entry.misfire is Misfire.ALL:
        return found
    if entry.misfire is Misfire.ONCE:
        return on_time or late[-1:]
    return on_time


@dataclass(frozen=True)
class Scheduler:
    """Looks at the clock, claims what is due, defers one job for each planned time."""

    database: Database
    entries: Mapping[str, Entry]
    outbox: Callable[[], TransactionalOutbox]

    async def settle(self) -> None:
        """A fresh company starts silent: every schedule counts as run up to now."""
        async with self.database.transaction(self.outbox(), "scheduler") as tx:
            for name in self.entries:
                await tx.session.execute(
                    insert(ScheduleFiring).values(name=name, planned=tx.now, done_at=tx.now).on_conflict_do_nothing()
                )

    async def tick(self) -> int:
        """Defer what became due since the last planned time of each schedule; how many."""
        fired = 0
        async with self.database.transaction(self.outbox(), "scheduler") as tx:
            last = await self._last(tx)
            for name, entry in self.entries.items():
                if name not in last:
                    await self._claim(tx, name, tx.now, silent=True)
                    continue
                for planned in planned_times(entry, last[name], tx.now):
                    fired += await self._claim(tx, name, planned, silent=False)
            if fired:
                await failpoint("schedule.before_commit")
        return fired

    async def _last(self, tx: Tx) -> dict[str, datetime]:
        rows = await tx.session.execute(
            select(ScheduleFiring.name, func.max(ScheduleFiring.planned)).group_by(ScheduleFiring.name)
        )
        return dict(rows.tuples().all())

    async def _claim(self, tx: Tx, name: str, planned: datetime, *, silent: bool) -> int:
        claimed = await tx.session.scalar(
            insert(ScheduleFiring)
            .values(name=name, planned=planned, done_at=planned if silent else None)
            .on_conflict_do_nothing()
            .returning(ScheduleFiring.name)
        )
        if claimed is None or silent:
            return 0
        job = queue.Job(queue.BULK, "scheduled", {"name": name, "planned": planned.isoformat()})
        await queue.defer(tx.session, [job])
        return 1

    async def run(self, name: str, planned: str) -> None:
        """Run one firing, once: the row is locked and marked done in the job's own transaction."""
        at = datetime.fromisoformat(planned)
        if name not in self.entries:
            log.warning("job.gone", name=name)  # queued by a release that still had it
            return
        async with self.database.transaction(self.outbox(), f"job:{name}") as tx:
            row = await tx.session.get(ScheduleFiring, (name, at), with_for_update=True)
            if row is None or row.done_at is not None:
                return
            try:
                await self.entries[name].run(tx, business_date(at))
            except Exception:
                log.exception("job.failed", name=name, planned=planned)
                raise
            row.done_at = tx.now
            await tx.audit("job.ran", name, planned=planned)
        log.info("job.ran", name=name, planned=planned)
