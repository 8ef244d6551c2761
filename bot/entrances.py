"""Where messengers bring what people say: WeCom's and DingTalk's callbacks, and DingTalk's Stream."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from bot.aibot import Aibot
from bot.app import Bot, real_now
from bot.contacts import LEFT, Contacts
from bot.health import Judge, troubles
from bot.platforms.dingtalk.callback import Callback as DingTalkCallback
from bot.platforms.dingtalk.intake import Hooks
from bot.platforms.dingtalk.messages import Incoming
from bot.platforms.dingtalk.meter import Meter
from bot.platforms.dingtalk.platform import DingTalkPlatform
from bot.platforms.dingtalk.render import TEXT, Message
from bot.platforms.dingtalk.stream import Stream
from bot.platforms.wecom.callback import Callback as WeComCallback
from bot.platforms.wecom.platform import WeComPlatform


@dataclass
class Entrances:
    """The ways in that are configured. Stopped before the inbox, for what was taken in is stored first."""

    bot: Bot
    stream: Stream | None = None
    aibot: Aibot | None = None
    meter: Meter | None = None
    _contacts: Contacts = field(init=False)
    _hooks: Hooks = field(default_factory=Hooks)

    def __post_init__(self) -> None:
        self.aibot = Aibot.of(self.bot)
        self._contacts = Contacts(self.bot.database, self.bot.outbox, real_now)
        if (own := self.bot.settings.dingtalk) is not None:
            self.meter = Meter(self.bot.database.engine, own, real_now)
            self._hooks = Hooks(self._contacts.dingtalk, self._unnamed, self.meter.pushed, kinds=LEFT)
            if own.mode == "stream":
                self.stream = Stream(own, self.bot.receive, real_now, self._hooks)

    def add_to(self, app: web.Application) -> None:
        """The callbacks' routes."""
        settings = self.bot.settings
        if settings.wecom:
            wecom = WeComCallback(settings.wecom, self.bot.receive, real_now, report=self._contacts.wecom)
            app.add_routes(wecom.routes())
        if settings.dingtalk:
            callback = DingTalkCallback(settings.dingtalk, self.bot.receive, real_now, self._hooks)
            app.add_routes(callback.routes())
            app.on_shutdown.append(callback.stop)

    async def troubles(self) -> dict[str, str | None]:
        """Of each messenger that is configured, in words for an operator; None when nothing is known to be wrong."""
        judges: dict[str, list[Judge]] = {}
        for name, platform in self.bot.sender.platforms.items():
            if isinstance(platform, WeComPlatform | DingTalkPlatform):
                judges[name] = [platform.api.degraded]
        if self.aibot is not None:
            judges["wecom"].append(self.aibot.degraded)
        if self.stream is not None:
            judges["dingtalk"].insert(0, self.stream.degraded)
        return await troubles(self.bot.database, judges, real_now())

    async def _unnamed(self, incoming: Incoming) -> None:
        """One sentence that holds nothing of anybody, where somebody whom DingTalk does not name wrote."""
        platform = self.bot.sender.platforms.get("dingtalk")
        if incoming.reply_to is not None and isinstance(platform, DingTalkPlatform):
            said = Message(TEXT, {"content": self.bot.renderer.card("bot.unnamed", {}).text})
            await platform.api.send_webhook(incoming.reply_to[0], said.webhook)

    async def start(self) -> None:
        """Returns at once; connections are made, and made again, beside."""
        if self.stream is not None:
            await self.stream.start()
        if self.aibot is not None:
            await self.aibot.start()

    async def stop(self) -> None:
        """Within 2 s. Safe when nothing was started."""
        ways = [way.stop() for way in (self.stream, self.aibot) if way is not None]
        await asyncio.gather(*ways)
        if self.meter is not None:
            await self.meter.flush()
