"""One WebSocket to WeCom's bot service: questions with their acknowledgements, signs of life, an orderly end."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType

from bot.platforms.shared.sockets import ENDED, farewell
from bot.platforms.wecom.aibot import frames
from bot.platforms.wecom.aibot.frames import PING, Frame, Unreadable
from bot.platforms.wecom.aibot.metrics import CONNECTIONS, ENDS, commanded

log = structlog.get_logger()


Heard = Callable[[Frame, "Connection"], None]
"""Called for each frame that WeCom pushes, in the order of arrival; it must not wait."""


@dataclass(frozen=True)
class Times:
    """Seconds, as WeCom's own client has them."""

    ping: float = 30.0
    ack: float = 5.0
    """For an acknowledgement."""
    missed: int = 2
    """Pings in a row without one, after which nobody is there."""
    open: float = 10.0
    goodbye: float = 0.5
    settled: float = 10.0
    """A connection that lived so long was a good one."""


class NoAnswer(Exception):
    """Nothing came back: whether it was taken is not known. `reason` may be logged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Connection:
    """`left` is set when it is over; `reason` says why: cut, silent, replaced, stopped."""

    def __init__(self, socket: ClientWebSocketResponse, heard: Heard, times: Times) -> None:
        self.left = asyncio.Event()
        self.reason = "cut"
        self._socket, self._heard, self._times = socket, heard, times
        self._clock = asyncio.get_running_loop().time
        self._since = self._clock()
        self._pending: dict[str, asyncio.Future[Frame]] = {}
        self._reader = asyncio.create_task(self._read(), name="aibot connection")

    @property
    def good(self) -> bool:
        return self._clock() - self._since >= self._times.settled

    async def ask(self, cmd: str, body: Mapping[str, Any] | None = None, req_id: str | None = None) -> Frame:
        """Send a command and wait for its acknowledgement; of one req_id one is on its way at a time.

        Raises NoAnswer when none comes in time or the connection ends.
        """
        req_id = req_id or f"{cmd}_{secrets.token_hex(12)}"
        while (before := self._pending.get(req_id)) is not None:
            await asyncio.wait({before})
        try:
            frame = await self._asked(cmd, body, req_id)
        except NoAnswer:
            commanded(cmd, None)
            raise
        commanded(cmd, frame.errcode)
        return frame

    async def _asked(self, cmd: str, body: Mapping[str, Any] | None, req_id: str) -> Frame:
        if self.left.is_set():
            raise NoAnswer("no connection")
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._pending[req_id] = answer
        try:
            async with asyncio.timeout(self._times.ack):
                await self._socket.send_str(frames.written(cmd, req_id, body))
                return await answer
        except TimeoutError:
            raise NoAnswer("no acknowledgement") from None
        except (ClientError, ConnectionError) as error:
            raise NoAnswer(type(error).__name__) from None
        finally:
            del self._pending[req_id]

    async def finish(self, reason: str = "stopped") -> None:
        """Say goodbye; what waits for an answer gets none."""
        if not self.left.is_set():
            self.reason = reason
        await farewell(self._socket, self._times.goodbye)
        await asyncio.wait({self._reader}, timeout=self._times.goodbye)
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self) -> None:
        CONNECTIONS.inc()
        pinging = asyncio.create_task(self._ping(), name="aibot pings")
        try:
            while (message := await self._socket.receive()).type not in ENDED:
                if message.type is WSMsgType.TEXT:
                    self._frame(message.data)
        except (ClientError, ConnectionError) as error:
            log.info("aibot.connection_broke", error=type(error).__name__)
        finally:
            pinging.cancel()
            self.left.set()
            CONNECTIONS.dec()
            ENDS.labels(self.reason).inc()
            for answer in self._pending.values():
                if not answer.done():
                    answer.set_exception(NoAnswer("the connection ended"))
            await asyncio.gather(pinging, self._socket.close(), return_exceptions=True)

    def _frame(self, raw: str) -> None:
        try:
            frame = frames.read(raw)
        except Unreadable:
            log.warning("aibot.frame_unread")
            return
        if frame.cmd:
            self._heard(frame, self)
        elif (answer := self._pending.get(frame.req_id)) is not None and not answer.done():
            answer.set_result(frame)

    async def _ping(self) -> None:
        missed = 0
        while missed < self._times.missed:
            await asyncio.sleep(self._times.ping)
            try:
                await self.ask(PING)
            except NoAnswer:
                missed += 1
            else:
                missed = 0
        self.reason = "silent"
        with suppress(ClientError, ConnectionError):
            async with asyncio.timeout(self._times.goodbye):
                await self._socket.close()
        self._reader.cancel()
