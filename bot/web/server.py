"""The HTTP server: routes, health, metrics, and an orderly end."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.app import Bot
from bot.entrances import Entrances
from bot.platforms.console.mailbox import Bell
from bot.web.console import Console
from bot.web.guard import guard

MAX_BODY = 1024 * 1024


class Health:
    """/healthz: alive. /readyz: a message would be answered now."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

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
        return web.json_response({"ready": reason is None, "reason": reason}, status=503 if reason else 200)

    async def metrics(self, request: web.Request) -> web.Response:
        await self.bot.measure()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def serve(bot: Bot, entrances: Entrances, *, console: bool) -> tuple[web.AppRunner, Bell | None]:
    """Start listening. The console speaks as anybody, so it is there only for a demo company."""
    app = web.Application(middlewares=[guard], client_max_size=bot.settings.max_upload_bytes + MAX_BODY)
    app.add_routes(Health(bot).routes())
    entrances.add_to(app)
    bell = None
    if console:
        bell = Bell(bot.url)
        await bell.start()
        app.add_routes(Console(bot, bell).routes())
    # unpacked bodies are nobody's wish here: a refused gzip bomb would be unpacked all the same while it lingers
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, bot.settings.host, bot.settings.port).start()
    return runner, bell
