"""The intelligent bot in tests: lines to the fake with short times, and replicas of the whole shell on one database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.aibot import Aibot
from bot.app import Bot, build
from bot.platforms.port import Update
from bot.platforms.shared.leader import Pace
from bot.platforms.wecom.aibot.connection import Times
from bot.platforms.wecom.platform import WeComPlatform
from config.settings import Settings, WeCom
from domain.kernel.clock import SystemClock
from tests.fakes.wecom import FakeWeCom

QUICK = Times(ping=5.0, ack=1.0, open=2.0, goodbye=0.2, settled=0.05)
BEATS = Pace(beat=0.2, lease=1.0, silence=1.5, again=0.2)


def settings(fake: FakeWeCom, secret: str | None = None) -> WeCom:
    account, bot = fake.account, fake.aibot
    return WeCom(
        corp_id=account.corp_id,
        agent_id=account.agent_id,
        secret=SecretStr(account.secret),
        token=SecretStr(account.token),
        aes_key=SecretStr(account.aes_key),
        api_base=fake.base,
        bot_id=bot.bot_id,
        bot_secret=SecretStr(secret or bot.secret),
        bot_url=bot.url,
    )


@dataclass
class Shelf:
    """Stands in the inbox's place: what was stored, once by message id."""

    kept: dict[str, Update] = field(default_factory=dict)
    fails: Exception | None = None
    slow: float = 0.0

    async def store(self, update: Update, sender: str) -> bool:
        await asyncio.sleep(self.slow)
        if self.fails is not None:
            raise self.fails
        new = update.message_id not in self.kept
        self.kept.setdefault(update.message_id, update)
        return new

    @property
    def texts(self) -> list[str]:
        return [update.text for update in self.kept.values()]


@dataclass
class Replica:
    """A process that takes messages, without its HTTP server."""

    bot: Bot
    aibot: Aibot

    @property
    def leads(self) -> bool:
        return self.aibot.leadership.held


@asynccontextmanager
async def replica(url: str, folder: object, fake: FakeWeCom, secret: str | None = None) -> AsyncIterator[Replica]:
    own = Settings.model_validate({"data_dir": folder, "wecom": settings(fake, secret)})
    bot = await build(own, url, SystemClock())
    platform = bot.sender.platforms["wecom"]
    assert isinstance(platform, WeComPlatform)
    aibot = Aibot(bot, platform, QUICK, BEATS)
    try:
        await bot.start_inbox()
        await aibot.start()
        yield Replica(bot, aibot)
    finally:
        await aibot.stop()
        await bot.stop()


async def until(true: Callable[[], object], patience: float = 5.0) -> float:
    """Seconds until it is so."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < patience, "it did not come about"
        await asyncio.sleep(0.01)
    return time.monotonic() - began
