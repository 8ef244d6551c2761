"""The web chat's pages: /console, and /kiosk/chat on a shared device. Both are one page; the API says who it is for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.app import Bot
from bot.platforms.console.mailbox import Bell
from bot.web import kiosk_devices
from bot.web.console import Console
from bot.web.speakers import Anybody, LoggedIn
from bot.web.who import DEMO, is_secure, require, session_of

STATIC = Path(__file__).parent / "static"
ON_KIOSK = "/kiosk/chat"


@dataclass(frozen=True)
class ChatPages:
    """A demo speaks as anybody at /console; everywhere else, and at a kiosk, the logged-in person is spoken for."""

    bot: Bot
    bell: Bell
    demo: bool

    def routes(self) -> list[web.AbstractRouteDef]:
        speaker = Anybody(self.bot) if self.demo else LoggedIn(self.bot, ("chat", "kiosk"))
        chats = [
            Console(self.bot, self.bell, speaker),
            Console(self.bot, self.bell, LoggedIn(self.bot, ("kiosk",)), ON_KIOSK),
        ]
        return [
            web.get("/", home),
            web.get("/console", page),
            web.get(ON_KIOSK, page_on_kiosk),
            web.static("/console/static", STATIC),
            *(route for chat in chats for route in chat.routes()),
        ]


async def home(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/console")


async def page(request: web.Request) -> web.StreamResponse:
    """/console. Who is logged in at a shared device is shown the page that logs them off again."""
    if not request.app[DEMO]:
        session = await session_of(request)
        if session is None and kiosk_devices.cookie_name(secure=is_secure(request)) in request.cookies:
            raise web.HTTPFound("/kiosk")
        if (await require(request, "chat", "kiosk")).kind == "kiosk":
            raise web.HTTPFound(ON_KIOSK)
    return web.FileResponse(STATIC / "console.html")


async def page_on_kiosk(request: web.Request) -> web.StreamResponse:
    session = await session_of(request)
    if session is None or session.kind != "kiosk":
        raise web.HTTPFound("/kiosk")
    return web.FileResponse(STATIC / "console.html")
