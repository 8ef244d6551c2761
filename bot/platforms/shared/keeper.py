"""Stores what a messenger will not send again: in the order it came, and again for a while when it cannot be stored."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from bot.platforms.port import Update
from bot.platforms.shared.metrics import INCOMING, KEPT

log = structlog.get_logger()
Store = Callable[[Update, str], Awaitable[bool]]
"""True for a new update, False for one that was there; raises when it cannot store now."""
FIRST, LONGEST, ENDING = 0.2, 5.0, 0.1
"""Seconds between two tries; while the process stops."""


class Full(Exception):
    """More waits in memory than should."""


@dataclass
class Keeper:
    """Updates on their way into the inbox. One person's wait for each other, so that order holds."""

    store: Store
    platform: str
    """As it stands in logs and metrics."""
    patience: float = 60.0
    """Seconds for which an update is tried."""
    capacity: int = 10_000
    _running: set[asyncio.Task[str]] = field(default_factory=set)
    _last: dict[str, asyncio.Task[str]] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def keep(self, kind: str, update: Update) -> asyncio.Task[str]:
        """Begin storing; the task ends with stored, duplicate or lost and never raises. Raises Full."""
        if len(self._running) >= self.capacity:
            self._count(kind, "lost")
            raise Full
        before = self._last.get(update.sender)
        task = asyncio.create_task(self._kept(kind, update, before), name=f"{self.platform} keeper")
        self._running.add(task)
        self._last[update.sender] = task
        KEPT.labels(self.platform).inc()
        task.add_done_callback(lambda done: self._forget(update.sender, done))
        return task

    @property
    def waiting(self) -> int:
        return len(self._running)

    async def stop(self, seconds: float) -> None:
        """What was taken gets so long to be stored; the rest is lost."""
        self._stopping.set()
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _kept(self, kind: str, update: Update, before: asyncio.Task[str] | None) -> str:
        deadline = asyncio.get_running_loop().time() + self.patience
        try:
            if before is not None:
                await asyncio.wait({before})
            outcome = await self._tried(kind, update, deadline)
        except asyncio.CancelledError:
            outcome = "lost"
            log.error(f"{self.platform}.lost", kind=kind, message=update.message_id, error="stopped")
            self._count(kind, outcome)
            raise
        self._count(kind, outcome)
        return outcome

    async def _tried(self, kind: str, update: Update, deadline: float) -> str:
        clock = asyncio.get_running_loop().time
        pause = FIRST
        while True:
            try:
                async with asyncio.timeout_at(max(deadline, clock() + FIRST)):
                    return "stored" if await self.store(update, update.sender) else "duplicate"
            except Exception as error:  # noqa: BLE001 - whatever it was: not stored, and it is sent only once
                wait = pause * random.uniform(0.75, 1.25)  # noqa: S311
                if clock() + wait > deadline:
                    log.error(f"{self.platform}.lost", kind=kind, message=update.message_id, error=type(error).__name__)
                    return "lost"
                if pause == FIRST:
                    log.warning(f"{self.platform}.not_stored", kind=kind, error=type(error).__name__)
            await self._pause(wait)
            pause = min(2 * pause, LONGEST)

    async def _pause(self, seconds: float) -> None:
        if self._stopping.is_set():
            seconds = ENDING
            await asyncio.sleep(seconds)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _count(self, kind: str, outcome: str) -> None:
        INCOMING.labels(self.platform, kind, outcome).inc()

    def _forget(self, sender: str, done: asyncio.Task[str]) -> None:
        KEPT.labels(self.platform).dec()
        self._running.discard(done)
        if self._last.get(sender) is done:
            del self._last[sender]
