"""A gate on the real database, with clocks that the test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.shared.breaker import Peer
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.gate import Gate
from bot.platforms.shared.tables import ApiPause, ApiQuota

SEND = "message/send"


class Time:
    """Real time and the monotonic clock, moved by the test."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 11, 2, 30, 20, tzinfo=UTC)
        self.ticks = 1000.0

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.ticks

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.ticks += seconds


async def emptied(engine: AsyncEngine) -> AsyncEngine:
    """The database with nothing used and nothing paused."""
    async with engine.begin() as connection:
        await connection.execute(delete(ApiQuota))
        await connection.execute(delete(ApiPause))
    return engine


def gate(engine: AsyncEngine, time: Time, per_minute: int = 9500) -> Gate:
    """One process's gate, with no jitter."""
    return Gate(Peer("WeCom"), engine, per_minute, Clocks(time, time.monotonic, lambda: 0.0))
