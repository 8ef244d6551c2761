"""APIs that all processes leave alone for a while, because their messenger asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.shared.gate import owner
from bot.platforms.shared.tables import ApiPause

LONG_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True)
class Pause:
    """An API that is not called, and for how long yet."""

    api: str
    left: timedelta

    @property
    def long(self) -> bool:
        return self.left > LONG_PAUSE


async def resting(engine: AsyncEngine, now: datetime) -> dict[str, tuple[Pause, ...]]:
    """By messenger; `now` is real time. Raises what the database does."""
    asked = select(ApiPause.api, ApiPause.until).where(ApiPause.until > now).order_by(ApiPause.api)
    async with engine.connect() as connection:
        rows = (await connection.execute(asked)).all()
    found: dict[str, tuple[Pause, ...]] = {}
    for row in rows:
        pause = Pause(row.api.partition(":")[2] or row.api, row.until - now)
        found[owner(row.api)] = (*found.get(owner(row.api), ()), pause)
    return found
