"""The HTTP server: routes, health, metrics, and an orderly end."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.app import Bot
from bot.entrances import Entrances
from bot.platforms.console.mailbox import Bell
from bot.web import announcements, assets, h5, leaver, login_pages
from bot.web.chat_page import ChatPages
from bot.web.guard import guard
from bot.web.kiosk import KioskPages
from bot.web.who import BOT, DEMO

MAX_BODY = 1024 * 1024


class Health:
    """/healthz: alive. /readyz: a message would be answered now; and how the messengers are, which does not count."""

    def __init__(self, bot: Bot, entrances: Entrances) -> None:
        self.bot, self.entrances = bot, entrances

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/healthz", self.alive),
            web.get("/readyz", self.ready),
            web.get("/metrics", self.metrics),
        ]

    async def alive(self, request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(self, request: web.Request) -> web.Response:
        reason = await self.bot.not_ready()
        told = {"ready": reason is None, "reason": reason, "platforms": await self.entrances.troubles()}
        return web.json_response(told, status=503 if reason else 200)

    async def metrics(self, request: web.Request) -> web.Response:
        await self.bot.measure()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def serve(bot: Bot, entrances: Entrances, *, console: bool) -> tuple[web.AppRunner, Bell]:
    """Start listening. `console`: the web chat speaks as anybody, as only a demo company's may."""
    app = web.Application(middlewares=[guard], client_max_size=bot.settings.max_upload_bytes + MAX_BODY)
    app[BOT], app[DEMO] = bot, console
    app.add_routes(Health(bot, entrances).routes())
    app.add_routes([*login_pages.routes(), *h5.routes(), *announcements.routes(), *leaver.routes(), *assets.routes()])
    await bot.open_platforms()
    entrances.add_to(app)
    bell = Bell(bot.url)
    await bell.start()
    app.add_routes([*ChatPages(bot, bell, demo=console).routes(), *KioskPages(bot).routes()])
    # unpacked bodies are nobody's wish here: a refused gzip bomb would be unpacked all the same while it lingers
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, bot.settings.host, bot.settings.port).start()
    return runner, bell
