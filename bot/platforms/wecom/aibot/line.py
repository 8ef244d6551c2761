"""Keeps the bot's one connection: opened and subscribed once, made again when it is cut, given up when replaced.

WeCom lets one connection live and protects subscribing against being tried often (facts/wecom.md §2B).
"""

from __future__ import annotations

import asyncio
import random

import aiohttp
import structlog

from bot.platforms.shared.sockets import pause
from bot.platforms.wecom import errcodes
from bot.platforms.wecom.aibot import frames
from bot.platforms.wecom.aibot.connection import Connection, Heard, NoAnswer, Times
from bot.platforms.wecom.aibot.frames import SUBSCRIBE
from bot.platforms.wecom.errcodes import Kind
from config.settings import WeCom

log = structlog.get_logger()
LONGEST = 30.0
REFUSED, BUSY = 600.0, 60.0
"""Seconds after a subscription that was refused: it takes somebody to mend the settings; busy is not refused."""
REPLACED = "replaced"
"""Why a connection ended that another took the place of."""


class NotConnected(Exception):
    """`reason` is all that may be logged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SubscriptionRefused(Exception):
    """WeCom does not let this bot in."""

    def __init__(self, errcode: int) -> None:
        super().__init__(errcode)
        self.errcode = errcode


class Line:
    """`live` is the connection while it takes messages; `refusal` the errcode of a subscription that was refused."""

    def __init__(self, settings: WeCom, heard: Heard, times: Times | None = None) -> None:
        self.live: Connection | None = None
        self.refusal: int | None = None
        self._settings, self._heard, self._times = settings, heard, times or Times()

    async def keep(self) -> None:
        """Stay connected. Returns when another connection took the place of ours: only the one may make a new one."""
        failures = 0  # in a row: attempts that failed, and connections that ended at once
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as http:
            while True:
                try:
                    reason, good = await self._once(http)
                except SubscriptionRefused as refused:
                    await self._refused(refused.errcode)
                    continue
                except NotConnected as error:
                    reason, good = error.reason, False
                if reason == REPLACED:
                    return
                failures = 1 if good else failures + 1
                log.warning("aibot.away", reason=reason, attempts=failures)
                await asyncio.sleep(pause(failures, LONGEST))

    async def _once(self, http: aiohttp.ClientSession) -> tuple[str, bool]:
        """One connection from its subscription to its end: why it ended, and whether it lived for a while."""
        connection = await self._open(http)
        try:
            await self._subscribe(connection)
            self.live, self.refusal = connection, None
            log.info("aibot.connected")
            await connection.left.wait()
        finally:
            self.live = None
            await connection.finish()
        return connection.reason, connection.good

    async def _open(self, http: aiohttp.ClientSession) -> Connection:
        try:
            async with asyncio.timeout(self._times.open):
                socket = await http.ws_connect(
                    self._settings.bot_url,
                    timeout=aiohttp.ClientWSTimeout(ws_close=self._times.goodbye),
                    max_msg_size=frames.MAX_BYTES,
                )
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
            raise NotConnected(type(error).__name__) from None
        return Connection(socket, self._heard, self._times)

    async def _subscribe(self, connection: Connection) -> None:
        own = self._settings
        secret = own.bot_secret.get_secret_value() if own.bot_secret else ""
        try:
            answer = await connection.ask(SUBSCRIBE, {"bot_id": own.bot_id or "", "secret": secret})
        except NoAnswer as nothing:
            raise NotConnected(nothing.reason) from None
        if answer.errcode != 0:
            raise SubscriptionRefused(answer.errcode)

    async def _refused(self, errcode: int) -> None:
        """The operator is told; whoever may not be let in does not knock again for long."""
        self.refusal = errcode
        found = errcodes.meaning(errcode)
        passing = found.kind in {Kind.BUSY, Kind.RATE}
        log.error("aibot.refused", errcode=errcode, meaning=found.text)
        await asyncio.sleep((BUSY if passing else REFUSED) * random.uniform(1.0, 1.25))  # noqa: S311
