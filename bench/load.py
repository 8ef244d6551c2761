"""The load: its own process, raw sockets, requests made beforehand, the same for everything that is measured.

    python -m bench.load --port 8080 --requests FILE [--skip 500] [--count 20000] [--rate 200] [--client aiohttp]

Without --rate each connection sends its next request when it has its answer. With --rate requests leave at their
planned times whatever the answers do, and a latency counts from the planned time. A connection that the server closes
is opened again, and that is part of the next latency. One line of JSON at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import aiohttp
import uvloop
from yarl import URL

CONNECTIONS = 32
SEPARATOR = b"\0"


@dataclass
class Tally:
    """What came back."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)

    def count(self, status: str, seconds: float) -> None:
        self.seconds.append(seconds)
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def told(self, elapsed: float) -> str:
        ordered = sorted(self.seconds) or [0.0]
        return json.dumps(
            {
                "sent": len(self.seconds),
                "elapsed": elapsed,
                "p50": ordered[len(ordered) // 2],
                "p99": ordered[int(len(ordered) * 0.99)],
                "worst": ordered[-1],
                "not_200": {status: n for status, n in self.statuses.items() if status != "200"},
            }
        )


class Connection(asyncio.Protocol):
    """One connection and the answer that it waits for."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[str] | None = None
        self.got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is not a subclass

    def data_received(self, data: bytes) -> None:
        self.got += data
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        _, sized, rest = lower.partition(b"content-length:")
        if sized and len(body) >= int(rest.partition(b"\r\n")[0]):
            self._answered(head, closing=b"connection: close" in lower or lower.startswith(b"http/1.0"))

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        head, found, _ = self.got.partition(b"\r\n\r\n")
        if found:  # an answer without a length ends with its connection
            self._answered(head, closing=False)
        elif self.answer is not None and not self.answer.done():
            self.answer.set_result("lost")

    def _answered(self, head: bytes, *, closing: bool) -> None:
        self.got = b""
        if closing and self.transport is not None:
            self.transport.close()
            self.transport = None
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(head[9:12].decode("ascii", "replace"))


@dataclass
class Client:
    """Sends one request after the other over one connection at a time."""

    port: int
    connection: Connection = field(default_factory=Connection)

    async def ask(self, request: bytes) -> str:
        """The status, or `lost` or `refused`."""
        if self.connection.transport is None:
            try:
                loop = asyncio.get_running_loop()
                _, self.connection = await loop.create_connection(Connection, "127.0.0.1", self.port)
            except OSError:
                return "refused"
        answer = asyncio.get_running_loop().create_future()
        self.connection.answer = answer
        if self.connection.transport is None:
            return "lost"
        self.connection.transport.write(request)
        return str(await answer)


@dataclass
class OrdinaryClient:
    """The same through aiohttp's client: five times as dear, as a caller's own work would be."""

    port: int
    session: aiohttp.ClientSession | None = None

    async def ask(self, request: bytes) -> str:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        if self.session is None:
            self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1))
        target = URL(f"http://127.0.0.1:{self.port}{first.split(' ')[1]}", encoded=True)
        try:
            async with self.session.post(target, data=body, headers=headers) as answer:
                await answer.read()
                return str(answer.status)
        except aiohttp.ClientError:
            return "lost"


CLIENTS = {"raw": Client, "aiohttp": OrdinaryClient}


async def as_fast_as_it_goes(
    client: Client | OrdinaryClient, requests: Iterator[bytes], tally: Tally, until: float
) -> None:
    for request in requests:
        began = time.perf_counter()
        tally.count(await client.ask(request), time.perf_counter() - began)
        if time.perf_counter() > until:
            return


async def on_time(
    client: Client | OrdinaryClient, requests: Iterator[bytes], tally: Tally, due: float, every: float
) -> None:
    for request in requests:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tally.count(await client.ask(request), time.perf_counter() - due)
        due += every


async def run(chosen: argparse.Namespace, everything: list[bytes]) -> str:
    requests = everything[chosen.skip :][: chosen.count or None]
    clients = [CLIENTS[chosen.client](chosen.port) for _ in range(CONNECTIONS)]
    tally, began = Tally(), time.perf_counter()
    if chosen.rate:
        requests = requests[: int(chosen.seconds * chosen.rate)]
        every = CONNECTIONS / chosen.rate
        await asyncio.gather(
            *(
                on_time(client, iter(requests[n::CONNECTIONS]), tally, began + n / chosen.rate, every)
                for n, client in enumerate(clients)
            )
        )
    else:
        shared = iter(requests)
        await asyncio.gather(*(as_fast_as_it_goes(client, shared, tally, began + chosen.seconds) for client in clients))
    elapsed = time.perf_counter() - began
    for client in clients:
        if isinstance(client, OrdinaryClient) and client.session is not None:
            await client.session.close()
    return tally.told(elapsed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--requests", required=True)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--client", choices=CLIENTS, default="raw")
    arguments = parser.parse_args()
    ready = Path(arguments.requests).read_bytes().split(SEPARATOR)
    sys.stdout.write(uvloop.run(run(arguments, ready)) + "\n")
