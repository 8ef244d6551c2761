"""What becomes of each frame that WeCom pushes. Messages are stored before anything is answered; no fault ends it."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog

from bot.platforms.port import DIRECT, Update
from bot.platforms.shared.documents import Document, mapping, text
from bot.platforms.shared.keeper import Full, Keeper
from bot.platforms.wecom.aibot import frames
from bot.platforms.wecom.aibot.answers import streamed
from bot.platforms.wecom.aibot.connection import Connection, NoAnswer
from bot.platforms.wecom.aibot.frames import EVENT, MESSAGE, Frame
from bot.platforms.wecom.aibot.line import REPLACED
from bot.platforms.wecom.aibot.messages import Foreign, Reader
from bot.platforms.wecom.aibot.metrics import FEEDBACK, INCOMING
from domain.kernel.clock import SHANGHAI

log = structlog.get_logger()
OPINIONS = {"1": "good", "2": "bad", "3": "taken back"}
ENTERED, OPINION, CARD, LEFT = "enter_chat", "feedback_event", "template_card_event", "disconnected_event"
EVENTS = frozenset({ENTERED, OPINION, CARD, LEFT})
MOST_A_MINUTE = 20
"""Words of ours in one person's chat with the bot; WeCom takes 30 in all."""
REMEMBERED = 10_000
"""People whose welcome of today is remembered."""


@dataclass(frozen=True)
class Words:
    """What is said in a person's chat with the bot itself: nothing of anybody."""

    welcome: str
    elsewhere: str
    """The answer stands in the app's chat."""
    unknown: str
    """To somebody whom WeCom does not name."""


@dataclass
class Desk:
    """`knows`: whether the app can write to this sender; it may take its time."""

    reader: Reader
    keeper: Keeper
    words: Words
    knows: Callable[[str], Awaitable[bool]]
    real_now: Callable[[], datetime]
    _beside: set[asyncio.Task[None]] = field(default_factory=set)
    _welcomed: dict[str, date] = field(default_factory=dict)
    _said: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def heard(self, frame: Frame, connection: Connection) -> None:
        """Take a frame; what follows from it happens beside."""
        try:
            if frame.cmd == MESSAGE:
                self._message(frame, connection)
            elif frame.cmd == EVENT:
                self._event(frame, connection)
            else:
                INCOMING.labels("unknown", "ignored").inc()
        except Foreign:
            INCOMING.labels("unknown", "foreign").inc()
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not end the connection
            INCOMING.labels("unknown", "fault").inc()
            log.error("aibot.frame_failed", error=type(error).__name__)

    async def stop(self, seconds: float) -> None:
        """Store what was taken."""
        await self.keeper.stop(seconds)
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    def _message(self, frame: Frame, connection: Connection) -> None:
        incoming = self.reader.read(frame.body, frame.req_id, self.real_now().timestamp())
        if incoming.update is None:
            INCOMING.labels(incoming.kind, "ignored").inc()
            return
        try:
            storing = self.keeper.keep(incoming.kind, incoming.update)
        except Full:
            return
        if incoming.update.conversation == DIRECT:
            self._run(self._elsewhere(frame, connection, incoming.update, storing))

    async def _elsewhere(
        self, frame: Frame, connection: Connection, update: Update, storing: asyncio.Task[str]
    ) -> None:
        """Once it is stored: where its answer will stand."""
        if await storing != "stored" or not self._may_say(update.sender):
            return
        words = self.words.elsewhere if await self.knows(update.sender) else self.words.unknown
        await connection.ask(frames.RESPOND, streamed(update.message_id, words), frame.req_id)

    def _event(self, frame: Frame, connection: Connection) -> None:
        event = mapping(frame.body, "event")
        kind = text(event, "eventtype")
        INCOMING.labels(kind if kind in EVENTS else "unknown", "acked" if kind in EVENTS else "ignored").inc()
        if kind == ENTERED:
            self._run(self._welcome(frame, connection))
        elif kind == OPINION:
            self._opinion(event)
        elif kind == LEFT:
            connection.reason = REPLACED
            self._run(connection.finish(REPLACED))

    def _opinion(self, event: Document) -> None:
        said = mapping(event, OPINION) or event
        FEEDBACK.labels(OPINIONS.get(text(said, "type"), "unknown")).inc()

    async def _welcome(self, frame: Frame, connection: Connection) -> None:
        """Once a day."""
        sender = text(mapping(frame.body, "from"), "userid").lower()
        today = self.real_now().astimezone(SHANGHAI).date()
        if not sender or self._welcomed.get(sender) == today or not self._may_say(sender):
            return
        if len(self._welcomed) >= REMEMBERED:
            self._welcomed = {one: day for one, day in self._welcomed.items() if day == today}
        self._welcomed[sender] = today
        said = {"msgtype": "text", "text": {"content": self.words.welcome}}
        await connection.ask(frames.WELCOME, said, frame.req_id)

    def _may_say(self, sender: str) -> bool:
        """Words that only point somewhere are left out when there are too many; no answer is lost by that."""
        now = asyncio.get_running_loop().time()
        said = self._said[sender]
        while said and said[0] <= now - 60:
            said.popleft()
        if len(said) >= MOST_A_MINUTE:
            return False
        said.append(now)
        return True

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(_guarded(work), name="aibot words")
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


async def _guarded(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except NoAnswer as nothing:
        log.info("aibot.unsaid", reason=nothing.reason)
    except Exception as error:  # noqa: BLE001 - beside the message, which is stored all the same
        log.error("aibot.words_failed", error=type(error).__name__)
