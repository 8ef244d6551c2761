"""The parts that the settings ask for: platforms, the pool that processes share, and what sends to many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from bot.broadcasting.announcements import EARS, Announcements, page_of
from bot.broadcasting.broadcasts import Broadcasts, channels_of
from bot.broadcasting.runner import Runner
from bot.database import Database
from bot.files import FileStore
from bot.outbox import TransactionalOutbox
from bot.platforms.console.client import ConsolePlatform
from bot.platforms.dingtalk.api import DingTalkApi
from bot.platforms.dingtalk.client import Client
from bot.platforms.dingtalk.platform import DingTalkPlatform
from bot.platforms.port import Platform
from bot.platforms.shared.breaker import Peer
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.gate import Gate
from bot.platforms.shared.pool import Pool
from bot.platforms.wecom.api import WeComApi
from bot.platforms.wecom.platform import WeComPlatform
from bot.registry import Registry
from cards.render import Renderer
from config.settings import Settings
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org


@dataclass(frozen=True)
class Wiring:
    """Makes parts that know each other; none of them runs yet."""

    settings: Settings
    database: Database
    registry: Registry
    renderer: Renderer
    real_now: Callable[[], datetime]

    def outbox(self) -> TransactionalOutbox:
        return TransactionalOutbox(self.renderer, self.registry.reactions, self.settings.messengers, self.real_now())

    @cached_property
    def pool(self) -> Pool | None:
        """Of the Redis that is set. Companies that share one are told apart by their database."""
        address = self.settings.redis_url
        owner = self.database.engine.url.render_as_string(hide_password=True)
        return Pool.connect(address.get_secret_value(), owner) if address else None

    def platforms(self, files: FileStore) -> dict[str, Platform]:
        async def members(tx: Tx, group: str) -> list[PersonId]:
            return await org.members(tx, group, tx.today)

        settings, now, most = self.settings, self.real_now, self.settings.max_upload_bytes
        found: dict[str, Platform] = {"console": ConsolePlatform(self.database, self.outbox, members)}
        if settings.wecom:
            engine, budget = self.database.engine, settings.wecom.api_per_minute
            gate = Gate(Peer("WeCom"), engine, budget, Clocks(now), self.pool)
            api = WeComApi(settings.wecom, gate, now)
            found["wecom"] = wecom = WeComPlatform(settings.wecom, api, files, most, now)
            wecom.public_url = settings.public_url
        if settings.dingtalk:
            client = Client(settings.dingtalk, self.database.engine, now)
            client.share(self.pool)
            robot = DingTalkApi(settings.dingtalk, client)
            found["dingtalk"] = dingtalk = DingTalkPlatform(settings.dingtalk, robot, files, most, now)
            dingtalk.public_url = settings.public_url
        return found

    def announcements(self, platforms: Mapping[str, Platform]) -> Announcements:
        """What broadcasts announcements; it reacts to their events."""
        channels = channels_of(platforms, self.database, self.outbox)
        page = partial(page_of, self.settings.public_url)
        runner = Runner(self.database, channels, self.outbox, self.real_now, EARS, page)
        broadcasts = Broadcasts(channels, self.settings.messengers, self.real_now)
        made = Announcements(broadcasts, runner, self.renderer)
        made.add_to(self.registry.reactions)
        return made
