"""What every WebSocket of a messenger needs: how it ends, and how long to wait before the next one."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType

GOODBYE = (1000).to_bytes(2, "big")
ENDED = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})
"""Messages after which nothing comes."""


async def farewell(socket: ClientWebSocketResponse, seconds: float) -> None:
    """Say goodbye; the reader hears the other side's."""
    with suppress(ClientError, ConnectionError, TimeoutError):
        async with asyncio.timeout(seconds):
            await socket.send_frame(GOODBYE, WSMsgType.CLOSE)


def pause(failures: int, longest: float, first: float = 1.0) -> float:
    """Seconds before the next try: `first`, doubling with each failure in a row, give or take a quarter."""
    return min(first * 2.0 ** min(failures - 1, 10), longest) * random.uniform(0.75, 1.25)  # noqa: S311
