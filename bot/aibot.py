"""WeCom's intelligent bot as this process has it: its turn among the processes, its connection, what waits to be said.

Rows of the outbox for its groups have no jobs (docs/adr/0008). Whoever holds the connection looks for them: woken by a
notification, and every second all the same, so that nothing waits for a notification that was lost.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial

import structlog
from sqlalchemy import or_, select

from bot import queue
from bot.app import Bot, real_now
from bot.outbox import BELL
from bot.platforms.port import HELD
from bot.platforms.shared.keeper import Keeper
from bot.platforms.shared.leader import Leadership, Pace
from bot.platforms.shared.sockets import pause
from bot.platforms.wecom.aibot.connection import Connection, Times
from bot.platforms.wecom.aibot.desk import Desk, Words
from bot.platforms.wecom.aibot.line import Line
from bot.platforms.wecom.aibot.messages import Reader
from bot.platforms.wecom.aibot.metrics import LEADER
from bot.platforms.wecom.aibot.probe import LOCK
from bot.platforms.wecom.platform import WeComPlatform
from bot.tables import OutboxRow
from config.settings import WeCom

log = structlog.get_logger()
LOOK_SECONDS = 1.0
AT_ONCE = 8
"""Groups that are spoken to at the same time."""
REPLACED, LONGEST, LONG_LIVED = 5.0, 600.0, 600.0
"""Seconds before the next turn after another connection took our place: the first, the longest; and for how long a
connection must have lived for it to be the first time again."""
STOP_SECONDS = 1.5


class Aibot:
    """Runs in every process that takes messages; in one of them at a time it does something."""

    def __init__(self, bot: Bot, platform: WeComPlatform, times: Times | None = None, pace: Pace | None = None) -> None:
        self.bot, self.platform = bot, platform
        own = platform.settings
        self.desk = Desk(_reader(own, platform), Keeper(bot.receive, "aibot"), _words(bot), self._knows, real_now)
        self.line = Line(own, self.desk.heard, times)
        self._bell = asyncio.Event()
        self.leadership = Leadership(queue.for_asyncpg(bot.url), LOCK, BELL, self._bell.set, pace)
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._running: asyncio.Task[None] | None = None
        platform.answers.voice = self.voice

    @classmethod
    def of(cls, bot: Bot) -> Aibot | None:
        """None where no bot is configured."""
        own, platform = bot.settings.wecom, bot.sender.platforms.get("wecom")
        configured = own is not None and own.bot_id and own.bot_secret
        return cls(bot, platform) if configured and isinstance(platform, WeComPlatform) else None

    async def start(self) -> None:
        """Returns at once."""
        await self.bot.open_platforms()
        self._running = asyncio.create_task(self._run(), name="aibot")

    async def stop(self) -> None:
        """What was taken is stored, what is being said is said; within 2 s."""
        if self._sending:
            await asyncio.wait(self._sending.values(), timeout=STOP_SECONDS / 3)
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self.desk.stop(STOP_SECONDS / 3)

    def voice(self) -> Connection | None:
        """The connection, while it is this process's turn."""
        return self.line.live if self.leadership.held else None

    def degraded(self) -> str | None:
        """What is wrong, in words for the operator; None when all is well or it is another process's turn."""
        if self.line.refusal is not None:
            return f"WeCom refuses the intelligent bot's subscription: {self.line.refusal}"
        if self.leadership.held and self.line.live is None:
            return "no connection to WeCom's intelligent bot"
        return None

    async def _run(self) -> None:
        kicked = 0  # in a row, soon after it was connected
        while True:
            async with self.leadership.lead() as over:
                LEADER.set(1)
                log.info("aibot.leads")
                began = time.monotonic()
                try:
                    replaced = await self._lead(over)
                finally:
                    LEADER.set(0)
            if replaced:
                kicked = 1 if time.monotonic() - began > LONG_LIVED else kicked + 1
                seconds = pause(kicked, LONGEST, REPLACED)
                log.error("aibot.replaced", again_in=round(seconds), times=kicked)
                await asyncio.sleep(seconds)

    async def _lead(self, over: asyncio.Event) -> bool:
        """Until the turn is over; whether that is because another connection took the place of ours."""
        keeping = asyncio.create_task(self.line.keep(), name="aibot line")
        looking = asyncio.create_task(self._look(), name="aibot outbox")
        waiting = asyncio.create_task(over.wait(), name="aibot turn")
        try:
            await asyncio.wait({keeping, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if keeping.done() and (fault := keeping.exception()) is not None:
                log.error("aibot.failed", error=type(fault).__name__)
            return keeping.done()
        finally:
            tasks = [keeping, looking, waiting, *self._sending.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            self._bell.clear()
            if self.voice() is not None:
                await self._begin()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):  # not wait_for: a bell that rings at the end would undo it
                    await self._bell.wait()

    async def _begin(self) -> None:
        """Begin to send what is due, to each group one after the other."""
        for recipient in await self._due():
            if recipient not in self._sending and len(self._sending) < AT_ONCE:
                task = asyncio.create_task(self._send(recipient), name="aibot send")
                self._sending[recipient] = task
                task.add_done_callback(partial(self._sent, recipient))

    async def _due(self) -> list[str]:
        due = or_(OutboxRow.due_at.is_(None), OutboxRow.due_at <= real_now())
        waiting = select(OutboxRow.recipient).where(
            OutboxRow.platform == self.platform.name, OutboxRow.state == "waiting", due
        )
        try:
            async with self.bot.database.sessions() as session:
                return list(await session.scalars(waiting.where(OutboxRow.recipient.startswith(HELD)).distinct()))
        except Exception as error:  # noqa: BLE001 - the database is away: it is asked again in a second
            log.warning("aibot.not_looked", error=type(error).__name__)
            return []

    async def _send(self, recipient: str) -> None:
        try:
            await self.bot.sender.drain(self.platform.name, recipient)
        except Exception as error:  # noqa: BLE001 - its rows wait, and are found again in a second
            log.warning("aibot.not_sent", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    def _sent(self, recipient: str, _: asyncio.Task[None]) -> None:
        """Something may have come while the last row was sent."""
        self._sending.pop(recipient, None)
        self._bell.set()

    async def _knows(self, account: str) -> bool:
        """Whether the app can write to this sender; who cannot be asked about is taken for somebody."""
        if account.lower() in self.bot.accounts.known.get(self.platform.name, {}):
            return True
        try:
            async with self.bot.database.transaction(self.bot.outbox(), "aibot") as tx:
                return await self.platform.named(tx, account) is not None
        except Exception as error:  # noqa: BLE001 - only which sentence is said hangs on it
            log.info("aibot.unknown", error=type(error).__name__)
            return True


def _reader(own: WeCom, platform: WeComPlatform) -> Reader:
    name = platform.wording.source
    return Reader(own.bot_id or "", (name, "".join(name.split())))


def _words(bot: Bot) -> Words:
    said = (bot.renderer.card(f"bot.aibot_{name}", {}).text for name in ("welcome", "elsewhere", "unknown"))
    return Words(*said)
