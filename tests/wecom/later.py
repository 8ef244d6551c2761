"""Real time as the application sees it, moved by a test: the fake's clock and the queue's due times go along."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.platforms.wecom.platform import WeComPlatform
from tests.wecom.stage import WeComStage

EARLIER = text(
    "update procrastinate_jobs set scheduled_at = scheduled_at - make_interval(secs => :seconds)"
    " where scheduled_at is not null"
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
        """So much time goes by at once, for the application, the fake, and whatever is due."""
        assert self.stage is not None
        self.offset += seconds
        self.stage.fake.advance(seconds)
        await self.wake(seconds)

    async def wake(self, seconds: float = 3_600.0) -> None:
        """What the queue keeps for later comes so much earlier; by itself that lets no message pass."""
        assert self.stage is not None
        assert self.stage.bot is not None
        async with self.stage.bot.database.engine.begin() as connection:
            await connection.execute(EARLIER, {"seconds": seconds})


@contextmanager
def movable() -> Iterator[Later]:
    """The application that is built within has its real time moved by `pass_by`."""
    later = Later()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.real_now", later)
        patch.setattr("bot.web.server.real_now", later)
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
