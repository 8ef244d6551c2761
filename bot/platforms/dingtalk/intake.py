"""Everything that comes from DingTalk, over Stream or HTTP: read, checked, counted, handed on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.platforms.dingtalk import messages, presses
from bot.platforms.dingtalk.events import Event
from bot.platforms.dingtalk.incoming_metrics import EXHAUSTED, PUSHES
from bot.platforms.dingtalk.messages import Foreign, Incoming
from bot.platforms.shared.documents import Document, Unreadable
from bot.platforms.shared.keeper import Full, Keeper, Store
from config.settings import DingTalk
from domain.kernel.clock import SHANGHAI

log = structlog.get_logger()
NONE = "none"
"""The kind of what could not be read, or is not for us."""
KEPT = "kept"
"""Not stored yet; it is in memory and tried again."""
REMEMBERED = 1_000
"""Messages of people without userId that are known again; they are answered and not stored."""


@dataclass(frozen=True)
class Hooks:
    """Who else wants to know. `report` stores an event, as `store` does an update: new, there before, or it raises.

    `unnamed` gets messages of people without userId; `pushed` hears of each push that counts against the month.
    Both run beside the answer, and what they raise is logged and forgotten.
    """

    report: Callable[[Event], Awaitable[bool]] | None = None
    unnamed: Callable[[Incoming], Coroutine[None, None, None]] | None = None
    pushed: Callable[[], Coroutine[None, None, None]] | None = None
    kinds: frozenset[str] | None = None
    """Of the events that are reported; None: all."""


@dataclass
class Intake:
    settings: DingTalk
    store: Store
    real_now: Callable[[], datetime]
    hooks: Hooks
    keeper: Keeper = field(init=False)
    _exhausted: datetime | None = None
    _beside: set[asyncio.Task[None]] = field(default_factory=set)
    _unnamed: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.store, "dingtalk")

    def robot(self, payload: Document) -> asyncio.Task[str] | None:
        """Begin to store a robot message; None when there is nothing to store. Raises Foreign, Full."""
        self._pushed()
        return self._begin(messages.parse(payload, self.settings, self.real_now()))

    def press(self, payload: Document, delivery: str) -> asyncio.Task[str] | None:
        """Begin to store a press. Raises Foreign, Full."""
        self._pushed()
        return self._begin(presses.parse(payload, self.settings, delivery))

    async def event(self, event: Event, seconds: float) -> str:
        """Hand on an event: stored, duplicate, ignored, or later when it could not be stored within so many seconds."""
        if not event.free:
            self._pushed()
        outcome = await self._reported(event, seconds)
        self.count(event.kind, outcome)
        return outcome

    def count(self, kind: str, outcome: str) -> None:
        PUSHES.labels(kind, outcome).inc()

    async def stop(self, seconds: float) -> None:
        """Store what was taken."""
        await self.keeper.stop(seconds)
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    @property
    def exhausted(self) -> bool:
        """A message of this month came without its content, and none since came with it."""
        if self._exhausted is None:
            return False
        then, now = (at.astimezone(SHANGHAI) for at in (self._exhausted, self.real_now()))
        return (then.year, then.month) == (now.year, now.month)

    def _begin(self, incoming: Incoming) -> asyncio.Task[str] | None:
        if incoming.kind == messages.EXHAUSTED:
            EXHAUSTED.inc()
            if not self.exhausted:
                log.error("dingtalk.pushes_exhausted")
            self._exhausted = self.real_now()
        elif incoming.kind != presses.CARD:
            self._exhausted = None
        if incoming.update is not None:
            return self.keeper.keep(incoming.kind, incoming.update)
        self.count(incoming.kind, self._nobodys(incoming) if incoming.unnamed else "ignored")
        return None

    def _nobodys(self, incoming: Incoming) -> str:
        """A message that is not stored, handed on once: whoever captured it could have it answered again and again."""
        if incoming.message_id in self._unnamed:
            return "duplicate"
        self._unnamed.append(incoming.message_id)
        if self.hooks.unnamed:
            self._run(self.hooks.unnamed(incoming))
        return "unnamed"

    async def _reported(self, event: Event, seconds: float) -> str:
        if self.hooks.report is None or event.kind not in (self.hooks.kinds or {event.kind}):
            return "ignored"
        try:
            async with asyncio.timeout(seconds):
                return "stored" if await self.hooks.report(event) else "duplicate"
        except Exception as error:  # noqa: BLE001 - whatever it was: DingTalk is asked to send it again
            log.warning("dingtalk.event_later", kind=event.kind, id=event.message_id, error=type(error).__name__)
            return "later"

    def _pushed(self) -> None:
        if self.hooks.pushed:
            self._run(self.hooks.pushed())

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(_guarded(work), name="dingtalk hook")
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


async def _guarded(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - beside the message, which is stored all the same
        log.error("dingtalk.hook_failed", error=type(error).__name__)


async def settled(storing: asyncio.Task[str] | None, seconds: float) -> str:
    """What became of it so far: its outcome, or KEPT after so many seconds."""
    if storing is None:
        return "ignored"
    await asyncio.wait({storing}, timeout=seconds)
    if not storing.done():
        return KEPT
    return "lost" if storing.cancelled() else storing.result()


__all__ = ["KEPT", "NONE", "Foreign", "Full", "Hooks", "Intake", "Unreadable", "settled"]
