"""Raw bytes over a TCP connection."""

from __future__ import annotations

import asyncio


async def talk(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Write raw bytes, part by part, and read until the server closes or has nothing more to say."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        while more := await asyncio.wait_for(reader.read(65_536), 0.1 if heard else 2.0):
            heard += more
    except (TimeoutError, ConnectionError):
        return heard
    finally:
        writer.close()
    return heard


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])
