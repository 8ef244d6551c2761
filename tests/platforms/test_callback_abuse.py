"""X1 with raw sockets: too large, too slow, compressed, many headers, wrong lengths. Nothing is stored."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from tests.platforms.abused import DOORS, Abused
from tests.platforms.metrics import incoming
from tests.platforms.wire import status

MIB = 1024 * 1024


@pytest.fixture(params=DOORS)
async def door(request: pytest.FixtureRequest) -> AsyncIterator[Abused]:
    async with DOORS[request.param]() as running:
        yield running
        assert await running.send() == 200, "the next message is answered"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class Memory:
    """How much more resident memory this process, which holds the server, came to use inside the block (bytes)."""

    def __enter__(self) -> Memory:
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        self.before = self._read("VmRSS")
        return self

    def __exit__(self, *_: object) -> None:
        self.grown = self._read("VmHWM") - self.before

    def _read(self, name: str) -> int:
        line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
        return int(line.split()[1]) * 1024


def bomb(mebibytes: int) -> bytes:
    """A thousandth on the wire."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(b" " * MIB) for _ in range(mebibytes)), packer.flush()])


async def test_a_body_announced_too_large_is_refused_unread(door: Abused) -> None:
    before = incoming(door.platform, "none", "too_large")
    answer = await door.talk(door.good.head(f"Content-Length: {MIB + 1}"), b"<xml>")
    assert (status(answer), answer.rpartition(b"\r\n\r\n")[2]) == (413, b"")
    assert incoming(door.platform, "none", "too_large") == before + 1


async def test_a_chunked_body_is_cut_off_at_the_limit(door: Abused) -> None:
    """It names no size; 64 MiB are offered, not much more than one is taken in."""
    part = chunk(b"<xml>" + b" " * (256 * 1024 - 5))
    with Memory() as memory:
        answer = await door.talk(door.good.head("Transfer-Encoding: chunked"), *[part] * 256)
    assert (status(answer), door.kept) == (413, {})
    assert memory.grown < 16 * MIB


async def test_a_body_of_just_the_limit_is_read(door: Abused) -> None:
    body = door.good.body + b" " * (MIB - len(door.good.body))
    assert status(await door.talk(door.good.head(f"Content-Length: {len(body)}"), body)) == 200


async def test_a_chunked_message_is_read(door: Abused) -> None:
    body = door.good.body
    parts = [chunk(body[place : place + 100]) for place in range(0, len(body), 100)]
    assert status(await door.talk(door.good.head("Transfer-Encoding: chunked"), *parts, b"0\r\n\r\n")) == 200
    assert len(door.kept) == 1


async def test_a_slow_body_is_given_up(door: Abused) -> None:
    before = incoming(door.platform, "none", "refused")
    drips = [bytes([letter]) for letter in door.good.body[:12]]
    answer = await door.talk(door.good.head(f"Content-Length: {len(door.good.body)}"), *drips, pause=0.05)
    assert (status(answer), incoming(door.platform, "none", "refused")) == (408, before + 1)
    assert door.kept == {}


async def test_many_slow_senders_keep_nobody_waiting(door: Abused) -> None:
    slow = [
        asyncio.create_task(door.talk(door.good.head(f"Content-Length: {len(door.good.body)}"), b"<xml>", pause=0.5))
        for _ in range(100)
    ]
    await asyncio.sleep(0.1)
    started = asyncio.get_running_loop().time()
    assert await door.send() == 200
    assert asyncio.get_running_loop().time() - started < 0.5
    assert {status(answer) for answer in await asyncio.gather(*slow)} == {408}


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP", "gzip, identity", "x-odd"])
async def test_a_compressed_body_is_refused(door: Abused, coding: str) -> None:
    packed = zlib.compress(door.good.body) if coding == "deflate" else gzip.compress(door.good.body)
    answer = await door.talk(door.good.head(f"Content-Length: {len(packed)}", f"Content-Encoding: {coding}"), packed)
    assert status(answer) in {400, 415}
    assert door.kept == {}


async def test_a_gzip_bomb_takes_neither_memory_nor_time(door: Abused) -> None:
    """Not even what is read and thrown away after the answer may be unpacked: the server decompresses no body."""
    packed = bomb(512)
    endless = chunk(packed) * 2
    head = door.good.head("Transfer-Encoding: chunked", "Content-Encoding: gzip")
    with Memory() as memory:
        talks = [asyncio.create_task(door.talk(head, endless)) for _ in range(4)]
        waits = []
        for _ in range(20):
            started = time.perf_counter()
            assert await door.send() == 200
            waits.append(time.perf_counter() - started)
        answers = await asyncio.gather(*talks)
    assert {status(answer) for answer in answers} == {415}
    assert memory.grown < 48 * MIB
    assert max(waits) < 0.5


async def test_many_or_long_headers_are_refused(door: Abused) -> None:
    for headers in ([f"X-{number}: a" for number in range(5_000)], ["X: " + "a" * 100_000]):
        assert status(await door.talk(door.good.head(*headers, "Content-Length: 0"))) == 400
    assert door.kept == {}


@pytest.mark.parametrize(
    "lie",
    [
        ["Content-Length: 10"],  # shorter than what follows
        ["Content-Length: -1"],
        ["Content-Length: 1e3"],
        ["Content-Length: 10", "Content-Length: 900"],
        ["Content-Length: 10", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: gzip, chunked"],
        ["Transfer-Encoding: chunked"],  # what follows is no chunk
        [],  # no length: there is no body
    ],
)
async def test_a_wrong_length_is_refused(door: Abused, lie: list[str]) -> None:
    answer = await door.talk(door.good.head(*lie), door.good.body)
    assert status(answer) in {400, door.forged, 408}
    assert b"Traceback" not in answer
    assert door.kept == {}


@pytest.mark.parametrize(
    "broken", [b"zz\r\n", b"5\r\n<xml>zz", b"-5\r\n", b"fffffffffffffffff\r\n", b"5;" + b"x" * 70_000]
)
async def test_a_chunk_that_is_none(door: Abused, broken: bytes) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await door.talk(door.good.head("Transfer-Encoding: chunked"), chunk(b"<xml>"), broken, pause=0.05)
    assert status(answer) in {400, 408}  # aiohttp keeps to itself that the rest will never come
    assert (logs, door.kept) == ([], {})


async def test_a_length_that_promises_more(door: Abused) -> None:
    assert status(await door.talk(door.good.head(f"Content-Length: {len(door.good.body) + 9}"), door.good.body)) == 408
    assert door.kept == {}


async def test_a_sender_who_hangs_up_leaves_nothing(door: Abused) -> None:
    for headers in ([f"Content-Length: {len(door.good.body) + 9}"], ["Transfer-Encoding: chunked"]):
        _, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(door.good.head(*headers) + b"5\r\n<xml>")
        await writer.drain()
        with structlog.testing.capture_logs() as logs:
            await asyncio.sleep(0.05)
            writer.transport.abort()
            await asyncio.sleep(0.05)
        assert (logs, door.kept) == ([], {})
