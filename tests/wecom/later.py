"""Real time as the application sees it, moved by a test: the fake's clock and the queue's due times go along."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.wecom.platform import WeComPlatform
from tests.wecom.stage import WeComStage

COME = text(
    "update procrastinate_jobs set scheduled_at = now()"
    " where status = 'todo' and scheduled_at <= now() + make_interval(secs => :offset)"
)
"""The application says when in its own time; the database's does not move."""
LOOK = text("""select pg_notify('procrastinate_queue_v1#' || name, '{"type": "job_inserted", "job_id": 0}')
    from unnest(array['chat', 'send']) as name""")
"""Workers look now instead of at their next turn."""
DUE = text(
    "select count(*) from procrastinate_jobs"
    " where status in ('todo', 'doing') and coalesce(scheduled_at, now()) <= now()"
)


class Later:
    """Given to the application in the place of its real time, before it is built."""

    def __init__(self) -> None:
        self.offset = 0.0
        self.stage: WeComStage | None = None

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def monotonic(self) -> float:
        return time.monotonic() + self.offset

    def watch(self, stage: WeComStage) -> None:
        """The circuit breaker measures with a clock of its own; it goes along as well."""
        self.stage = stage
        gate: Any = platform(stage).api._gate
        gate._monotonic = gate._breaker._monotonic = self.monotonic

    async def pass_by(self, seconds: float) -> None:
        """So much time goes by at once, for the application, the fake, and whatever is due; that is done then."""
        assert self.stage is not None
        self.offset += seconds
        self.stage.fake.advance(seconds)
        async with self._engine.begin() as connection:
            await connection.execute(COME, {"offset": self.offset})
            await connection.execute(LOOK)
        await self.calm()

    async def hasten(self) -> None:
        """The queue brings everything at once, whatever its time."""
        async with self._engine.begin() as connection:
            await connection.execute(COME, {"offset": 86_400.0})
            await connection.execute(LOOK)
        await self.calm()

    async def calm(self) -> None:
        """Until nothing is left to do now; what waits for its time goes on waiting."""
        for _ in range(400):
            async with self._engine.connect() as connection:
                if not (await connection.execute(DUE)).scalar_one():
                    return
            await asyncio.sleep(0.02)
        raise AssertionError("there is still something to do")

    @property
    def _engine(self) -> AsyncEngine:
        assert self.stage is not None
        assert self.stage.bot is not None
        return self.stage.bot.database.engine


@contextmanager
def movable() -> Iterator[Later]:
    """The application that is built within has its real time moved by `pass_by`."""
    later = Later()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.real_now", later)
        patch.setattr("bot.entrances.real_now", later)
        patch.setattr("bot.aibot.real_now", later)
        yield later


def platform(stage: WeComStage) -> WeComPlatform:
    assert stage.bot is not None
    found = stage.bot.sender.platforms["wecom"]
    assert isinstance(found, WeComPlatform)
    return found


async def rows(stage: WeComStage, sql: str, **values: Any) -> list[Any]:
    """What the database holds; the first column only when there is but one."""
    assert stage.bot is not None
    async with stage.bot.database.engine.connect() as connection:
        found = (await connection.execute(text(sql), values)).all()
    return [row[0] if len(row) == 1 else tuple(row) for row in found]
