"""The callback route in a real server on a TCP port, with a shelf in the place of the inbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
from aiohttp import web
from yarl import URL

from bot.platforms.port import Update
from bot.platforms.wecom.callback import Callback
from bot.web.guard import guard
from tests.wecom.sealed import NOW, Post, wecom


@dataclass
class Shelf:
    """Keeps each message once, as the inbox does; `fails` is raised instead, `slow` waits first (seconds)."""

    kept: dict[str, tuple[Update, str]] = field(default_factory=dict)
    fails: Exception | None = None
    slow: float = 0.0

    async def store(self, update: Update, person: str) -> bool:
        await asyncio.sleep(self.slow)
        if self.fails:
            raise self.fails
        fresh = update.message_id not in self.kept
        self.kept.setdefault(update.message_id, (update, person))
        return fresh


@dataclass(frozen=True)
class Answer:
    """`headers` without Date, as they were sent."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


@dataclass
class Door:
    """What a test holds of the running server; `now` is its clock (Unix seconds)."""

    shelf: Shelf
    session: aiohttp.ClientSession
    port: int = 0
    now: float = NOW

    def clock(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    async def send(self, post: Post) -> Answer:
        return await self.ask("POST", post.path, post.body)

    async def ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """One request; the path is sent as it is written."""
        url = URL(f"http://127.0.0.1:{self.port}{path}", encoded=True)
        async with self.session.request(method, url, data=body) as answer:
            headers = tuple(pair for pair in answer.headers.items() if pair[0] != "Date")
            return Answer(answer.status, await answer.read(), headers)


@asynccontextmanager
async def opened(*, body_seconds: float = 4.0) -> AsyncIterator[Door]:
    shelf = Shelf()
    async with aiohttp.ClientSession() as session:
        door = Door(shelf, session)
        callback = Callback(wecom(), shelf.store, door.clock, body_seconds)
        app = web.Application(middlewares=[guard])
        app.add_routes(callback.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, auto_decompress=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        door.port = runner.addresses[0][1]
        try:
            yield door
        finally:
            await runner.cleanup()
