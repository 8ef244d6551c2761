"""One WebSocket of the Stream gateway, from its first frame to an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType

from bot.platforms.dingtalk import frames
from bot.platforms.dingtalk.desk import Answer, Desk
from bot.platforms.dingtalk.frames import DISCONNECT, PING, SYSTEM, Frame
from bot.platforms.dingtalk.incoming_metrics import ACK_SECONDS, CONNECTIONS, ENDS
from bot.platforms.dingtalk.intake import NONE
from bot.platforms.shared.documents import Unreadable
from bot.platforms.shared.sockets import ENDED, farewell

log = structlog.get_logger()


@dataclass(frozen=True)
class Times:
    """Seconds. A ping of ours every `ping`; after `silence` without any frame, even a pong, nobody is there."""

    ping: float = 30.0
    silence: float = 90.0
    drain: float = 0.5
    """For answers that are still on their way when a connection is given up."""
    goodbye: float = 0.5
    """Until the other side has closed too."""
    settled: float = 3.0
    """A connection that lived so long, or brought a frame, was a good one: it is replaced at once."""


class Connection:
    """`left` is set when no more pushes are to be expected: told to disconnect, cut, or silent for too long."""

    def __init__(self, socket: ClientWebSocketResponse, desk: Desk, times: Times) -> None:
        self.left = asyncio.Event()
        self.frames = 0
        self.reason = "cut"
        self._socket, self._desk, self._times = socket, desk, times
        self._clock: Callable[[], float] = asyncio.get_running_loop().time
        self._since = self._clock()
        self._saying: set[asyncio.Task[None]] = set()
        self._farewell = False
        self._reader = asyncio.create_task(self._read(), name="dingtalk connection")

    @property
    def good(self) -> bool:
        return self.frames > 0 or self._clock() - self._since >= self._times.settled

    async def finish(self) -> None:
        """Send the answers that are due, then say goodbye; what arrives meanwhile is still taken."""
        if self._saying:
            await asyncio.wait(self._saying, timeout=self._times.drain)
        self._farewell = True  # after a goodbye nothing may be sent
        if not self.left.is_set():
            self.reason = "stopped"
            self._leave()
        await farewell(self._socket, self._times.goodbye)
        await asyncio.wait({self._reader}, timeout=self._times.goodbye)
        for task in (self._reader, *self._saying):
            task.cancel()
        await asyncio.gather(self._reader, *self._saying, return_exceptions=True)

    async def _read(self) -> None:
        CONNECTIONS.inc()
        pinging = asyncio.create_task(self._ping(), name="dingtalk pings")
        try:
            async with asyncio.timeout(self._times.silence) as patience:
                while (message := await self._socket.receive()).type not in ENDED:
                    patience.reschedule(self._clock() + self._times.silence)
                    if message.type is WSMsgType.TEXT:
                        self._frame(message.data)
                    elif message.type is WSMsgType.PING:
                        self._say(self._pong(message.data))
        except TimeoutError:
            self.reason = "silent"
        except (ClientError, ConnectionError) as error:
            log.info("dingtalk.connection_broke", error=type(error).__name__)
        finally:
            pinging.cancel()
            self._leave()
            ENDS.labels(self.reason).inc()
            await asyncio.gather(pinging, self._socket.close(), return_exceptions=True)

    def _leave(self) -> None:
        if not self.left.is_set():
            CONNECTIONS.dec()
            self.left.set()

    async def _ping(self) -> None:
        with suppress(ClientError, ConnectionError):  # the reader notices
            while True:
                await asyncio.sleep(self._times.ping)
                await self._socket.ping()

    async def _pong(self, opaque: bytes) -> None:
        with suppress(ClientError, ConnectionError):
            await self._socket.pong(opaque)

    def _frame(self, raw: str) -> None:
        self.frames += 1
        intake = self._desk.intake
        try:
            frame = frames.read(raw)
            if frame.type == SYSTEM and frame.topic == DISCONNECT:
                intake.count(DISCONNECT, "acked")
                self.reason = DISCONNECT
                self._leave()
            elif frame.type == SYSTEM and frame.topic == PING:
                intake.count(PING, "acked")
                self._say(self._answer(_pong(frame), self._clock()))
            elif (answer := self._desk.receive(frame)) is not None:
                self._say(self._answer(answer, self._clock()))
        except Unreadable:
            intake.count(NONE, "malformed")
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not end the connection
            intake.count(NONE, "fault")
            log.error("dingtalk.frame_failed", error=type(error).__name__)

    def _say(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name="dingtalk answer")
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def _answer(self, answer: Answer, since: float) -> None:
        """Send an answer once it is known; with the connection gone there is nobody to send it to."""
        try:
            said = await answer
            if not self._farewell:
                await self._socket.send_str(said)
                ACK_SECONDS.labels("stream").observe(self._clock() - since)
        except (ClientError, ConnectionError):
            log.info("dingtalk.answer_unsent")
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not end the connection
            self._desk.intake.count(NONE, "fault")
            log.error("dingtalk.answer_failed", error=type(error).__name__)


async def _pong(frame: Frame) -> str:
    return frames.pong(frame)
