"""A shelf in the place of the inbox, and the two ways in that lead to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web
from pydantic import SecretStr

from bot.platforms.dingtalk.callback import Callback
from bot.platforms.dingtalk.events import Event
from bot.platforms.dingtalk.intake import Hooks
from bot.platforms.dingtalk.messages import Incoming
from bot.platforms.dingtalk.stream import Stream
from bot.platforms.port import Update
from bot.web.guard import guard
from config.settings import DingTalk
from tests.fakes.dingtalk import Account, FakeDingTalk

GROUP = "cidGroup=="
Connect = Callable[..., Awaitable[Stream]]
"""Of how many connections, with which Times; a stream that is connected."""


def settings(account: Account, base: str, connections: int = 2) -> DingTalk:
    return DingTalk(
        client_id=account.client_id,
        client_secret=SecretStr(account.client_secret),
        robot_code=account.robot_code,
        corp_id=account.corp_id,
        event_token=SecretStr(account.event_token),
        event_aes_key=SecretStr(account.event_aes_key),
        connections=connections,
        api_base=base,
        oapi_base=base,
    )


@dataclass
class Shelf:
    """Keeps each message once, as the inbox does; `fails` is raised instead, `slow` waits first (seconds)."""

    kept: dict[str, Update] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    nobody: list[Incoming] = field(default_factory=list)
    pushes: int = 0
    tries: int = 0
    fails: Exception | None = None
    slow: float = 0.0

    async def store(self, update: Update, person: str) -> bool:
        await self._obey()
        assert person == update.sender
        fresh = update.message_id not in self.kept
        self.kept.setdefault(update.message_id, update)
        return fresh

    async def report(self, event: Event) -> bool:
        await self._obey()
        fresh = event.message_id not in self.events
        self.events.setdefault(event.message_id, event)
        return fresh

    async def unnamed(self, incoming: Incoming) -> None:
        self.nobody.append(incoming)

    async def pushed(self) -> None:
        self.pushes += 1

    async def _obey(self) -> None:
        self.tries += 1
        await asyncio.sleep(self.slow)
        if self.fails:
            raise self.fails

    @property
    def hooks(self) -> Hooks:
        return Hooks(self.report, self.unnamed, self.pushed)

    @property
    def texts(self) -> list[str]:
        return [update.text for update in self.kept.values()]

    async def until(self, count: int, patience: float = 5.0) -> None:
        """Wait until so many messages are kept."""
        async with asyncio.timeout(patience):
            while len(self.kept) < count:
                await asyncio.sleep(0.005)


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Door:
    """The route on a TCP port; `now` shifts its clock (seconds)."""

    fake: FakeDingTalk
    shelf: Shelf
    callback: Callback = field(init=False)
    shift: float = 0.0
    body_seconds: float = 1.0
    runner: web.AppRunner | None = None

    def clock(self) -> datetime:
        return datetime.fromtimestamp(real_now().timestamp() + self.shift, UTC)

    async def __aenter__(self) -> Door:
        self.callback = Callback(
            settings(self.fake.account, self.fake.base),
            self.shelf.store,
            self.clock,
            self.shelf.hooks,
            self.body_seconds,
            0.5,
        )
        app = web.Application(middlewares=[guard])
        app.add_routes(self.callback.routes())
        app.on_shutdown.append(self.callback.stop)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, auto_decompress=False)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/callback/dingtalk"
        self.fake.mode = "http"
        self.fake.robot_url = self.fake.event_url = self.fake.card_url = url
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.runner is not None
        await self.runner.cleanup()
