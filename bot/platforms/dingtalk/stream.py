"""DingTalk over Stream: several connections that replace themselves, and nothing lost when one goes.

Pushes go to one connection at random and robot messages are never sent again (facts/dingtalk.md §0, §2.1). So a
connection that is told to leave is replaced before it is closed, and one that is cut is replaced at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import aiohttp
import structlog

from bot.platforms.dingtalk.connection import Connection, Times
from bot.platforms.dingtalk.desk import Desk
from bot.platforms.dingtalk.gateway import Gateway, NotOpened
from bot.platforms.dingtalk.intake import Hooks, Intake
from bot.platforms.shared.keeper import Store
from bot.platforms.shared.sockets import pause
from config.settings import DingTalk

log = structlog.get_logger()
LONGEST = 60.0
"""Seconds before a late try; the first is at once."""
STOP_SECONDS = 1.9
PATIENCE = 10.0
"""Seconds without a connection after which it is worth a word: a cut is healed within them."""


class Stream:
    """The way in of a process that takes messages. `store` as `Bot.receive`; `real_now` is the time of day."""

    def __init__(
        self,
        settings: DingTalk,
        store: Store,
        real_now: Callable[[], datetime],
        hooks: Hooks | None = None,
        times: Times | None = None,
    ) -> None:
        self.settings = settings
        self.intake = Intake(settings, store, real_now, hooks or Hooks())
        self.desk = Desk(self.intake)
        self._times = times or Times()
        self._connections: set[Connection] = set()
        self._slots: list[asyncio.Task[None]] = []
        self._farewells: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._refusal: str | None = None
        self._alone_since = 0.0

    async def start(self) -> None:
        """Begin to connect and come back at once: DingTalk may be away for long."""
        loop = asyncio.get_running_loop()
        self._alone_since = loop.time()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        gateway = Gateway(self.settings, self._session)
        self._slots = [
            asyncio.create_task(self._slot(gateway), name=f"dingtalk stream {number}")
            for number in range(self.settings.connections)
        ]

    async def stop(self) -> None:
        """Take no more, answer and store what was taken; within 2 seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + STOP_SECONDS
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        farewells = [each.finish() for each in list(self._connections)]
        await asyncio.gather(*farewells, *self._farewells, return_exceptions=True)
        await self.intake.stop(max(0.1, deadline - loop.time()))
        if self._session is not None:
            await self._session.close()

    @property
    def up(self) -> int:
        """Connections that take pushes."""
        return sum(not each.left.is_set() for each in self._connections)

    def degraded(self) -> str | None:
        """What is wrong with the way in, in words for the operator; None when all is well."""
        if self._refusal is not None:
            return f"DingTalk refuses the Stream connection: {self._refusal}"
        if not self.up and asyncio.get_running_loop().time() - self._alone_since > PATIENCE:
            return "no Stream connection to DingTalk"
        if self.intake.exhausted:
            return "DingTalk's pushes of this month are used up: messages come without their content"
        return None

    async def _slot(self, gateway: Gateway) -> None:
        """Keep one place taken. The one that leaves stays until its successor is there."""
        before: Connection | None = None
        refused = short = 0  # in a row: attempts that failed, and connections that ended at once
        while True:
            try:
                socket = await gateway.open()
            except NotOpened as error:
                refused += 1
                self._refusal = error.reason if error.hopeless else None
                log.warning("dingtalk.not_connected", reason=error.reason, attempts=refused)
                await asyncio.sleep(pause(99 if error.hopeless else refused, LONGEST))
                continue
            refused, self._refusal = 0, None
            connection = Connection(socket, self.desk, self._times)
            self._connections.add(connection)
            if before is not None:
                self._farewell(before)
            await connection.left.wait()
            self._alone_since = asyncio.get_running_loop().time()
            before = connection
            short = 0 if connection.good else short + 1
            log.info("dingtalk.connection_left", reason=connection.reason, frames=connection.frames)
            if short > 1:
                await asyncio.sleep(pause(short - 1, LONGEST))

    def _farewell(self, connection: Connection) -> None:
        task = asyncio.create_task(self._finished(connection), name="dingtalk farewell")
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def _finished(self, connection: Connection) -> None:
        await connection.finish()
        self._connections.discard(connection)
