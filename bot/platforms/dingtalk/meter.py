"""What a month has used of the organisation's quotas: counted here, written together, shared by all processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as midnight

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.dingtalk.metrics import LIMIT, MONTH
from bot.platforms.dingtalk.tables import Usage
from config.settings import DingTalk
from domain.kernel.clock import SHANGHAI, business_date

log = structlog.get_logger()
BATCH, EVERY_SECONDS, REST = 20, 30.0, 1.0
"""Written when so many wait or so long after the last time, but not within REST of it; a crash loses that much."""
LEVELS = (95, 80)
"""Per cent of a quota at which a warning is logged, once by each process."""


@dataclass(frozen=True)
class MonthUsage:
    """What a month (`2026-03`) has used, and what it has."""

    month: str
    calls: int
    pushes: int
    calls_limit: int
    pushes_limit: int

    @property
    def percent(self) -> int:
        """Of the quota that is nearer to its end."""
        return max(100 * self.calls // self.calls_limit, 100 * self.pushes // self.pushes_limit)


def month_of(instant: datetime) -> str:
    """The month that DingTalk counts it in: `2026-03`."""
    return f"{business_date(instant):%Y-%m}"


class Meter:
    """Counts paid calls and pushes of real time's month. Counting never fails: what cannot be written waits."""

    def __init__(
        self,
        engine: AsyncEngine,
        settings: DingTalk,
        real_now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._settings, self._real_now, self._monotonic = engine, settings, real_now, monotonic
        self._waiting: dict[str, list[int]] = {}
        """By month: calls, pushes."""
        self._written = float("-inf")
        self._warned: set[tuple[str, str, int]] = set()
        LIMIT.labels("calls").set(settings.monthly_calls)
        LIMIT.labels("pushes").set(settings.monthly_pushes)

    async def called(self) -> None:
        """One paid call."""
        await self._count(0)

    async def pushed(self) -> None:
        """One message or event that DingTalk pushed to us."""
        await self._count(1)

    async def usage(self) -> MonthUsage:
        """This month's, with what waits here; of the other processes as last written. Raises what the database does."""
        await self._write()
        return await self._add(self._month(), 0, 0)

    async def flush(self) -> None:
        """Write what waits. A database that is away is logged, and asked again at the next count."""
        try:
            await self._write()
        except (SQLAlchemyError, OSError) as error:
            log.error("dingtalk.usage_unwritten", error=type(error).__name__)

    def rest_of_month(self) -> float:
        """Seconds until the quotas are full again."""
        now = self._real_now()
        following = (business_date(now).replace(day=28) + timedelta(days=4)).replace(day=1)
        return (datetime.combine(following, midnight(), SHANGHAI) - now).total_seconds()

    def _month(self) -> str:
        return month_of(self._real_now())

    async def _count(self, place: int) -> None:
        self._waiting.setdefault(self._month(), [0, 0])[place] += 1
        since = self._monotonic() - self._written
        many = since >= REST and sum(map(sum, self._waiting.values())) >= BATCH
        if many or since >= EVERY_SECONDS:
            self._written = self._monotonic()
            await self.flush()

    async def _write(self) -> None:
        taken, self._waiting = self._waiting, {}
        try:
            for month in sorted(taken):
                await self._add(month, *taken[month])
                taken[month] = [0, 0]
        except (SQLAlchemyError, OSError):
            for month, (calls, pushes) in taken.items():
                waiting = self._waiting.setdefault(month, [0, 0])
                waiting[0] += calls
                waiting[1] += pushes
            raise

    async def _add(self, month: str, calls: int, pushes: int) -> MonthUsage:
        row = insert(Usage).values(month=month, calls=calls, pushes=pushes)
        added = row.on_conflict_do_update(
            index_elements=["month"], set_={"calls": Usage.calls + calls, "pushes": Usage.pushes + pushes}
        ).returning(Usage.calls, Usage.pushes)
        async with self._engine.begin() as connection:
            total = (await connection.execute(added)).one()
        limits = self._settings
        self._tell("calls", month, total.calls, limits.monthly_calls)
        self._tell("pushes", month, total.pushes, limits.monthly_pushes)
        return MonthUsage(month, total.calls, total.pushes, limits.monthly_calls, limits.monthly_pushes)

    def _tell(self, kind: str, month: str, used: int, limit: int) -> None:
        MONTH.labels(kind).set(used)
        level = next((level for level in LEVELS if 100 * used >= level * limit), None)
        if level and (month, kind, level) not in self._warned:
            self._warned |= {(month, kind, each) for each in LEVELS if each <= level}
            log.warning("dingtalk.quota", month=month, kind=kind, used=used, limit=limit, percent=level)
