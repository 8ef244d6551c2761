"""The body of a callback: small, whole, in time, as it was sent."""

from __future__ import annotations

import asyncio

from aiohttp import web


class Refused(Exception):
    """Not taken: the status of the answer and the outcome that is counted."""

    def __init__(self, status: int, outcome: str) -> None:
        super().__init__(outcome)
        self.status, self.outcome = status, outcome


async def read(request: web.Request, most: int, seconds: float) -> bytes:
    """At most so many bytes within so many seconds. Raises Refused: 408 slow, 413 too large, 415 compressed."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(415, "refused")
    if (request.content_length or 0) > most:
        raise Refused(413, "too_large")
    if request.content.is_eof():  # it came with the head: nothing to wait for
        return _within(request.content.read_nowait(), most)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            while chunk := await request.content.readany():
                size += len(chunk)
                if size > most:
                    raise Refused(413, "too_large")
                chunks.append(chunk)
    except TimeoutError:
        raise Refused(408, "refused") from None
    return b"".join(chunks)


def _within(body: bytes, most: int) -> bytes:
    if len(body) > most:
        raise Refused(413, "too_large")
    return body
