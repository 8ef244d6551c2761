"""/h5/announcements/: what was announced to a person, in full, and the button that says it was read."""

from __future__ import annotations

from aiohttp import web

from bot.web import pages
from bot.web.h5 import KINDS
from bot.web.who import BOT, login_address, require
from domain.announcements import queries, service
from domain.announcements.errors import AnnouncementUnknown

ONE = "/h5/announcements/{id:[A-Za-z0-9_-]{1,40}}"
LISTED = 20


async def listed(request: web.Request) -> web.Response:
    """GET /h5/announcements: the last ones, the newest first."""
    session, bot = await require(request, *KINDS), request.app[BOT]
    async with bot.database.transaction(bot.outbox(), session.person) as tx:
        letters = await queries.letters(tx, session.person, LISTED)
    return pages.render("announcements.html", letters=letters)


async def one(request: web.Request) -> web.Response:
    """GET /h5/announcements/<id>: only for whom it is."""
    session, bot = await require(request, *KINDS), request.app[BOT]
    try:
        async with bot.database.transaction(bot.outbox(), session.person) as tx:
            letter = await queries.letter(tx, session.person, request.match_info["id"])
    except AnnouncementUnknown:
        return pages.render("gone.html", status=404)
    return pages.render("announcement.html", letter=letter)


async def read(request: web.Request) -> web.Response:
    """POST /h5/announcements/<id>: 我已阅读. Twice is once; then the page as it stands."""
    try:
        session = await require(request, *KINDS)
    except web.HTTPUnauthorized:
        return pages.render("login_refused.html", status=401, why="expired", again=login_address(request.path))
    bot = request.app[BOT]
    try:
        async with bot.database.transaction(bot.outbox(), session.person) as tx:
            await service.acknowledge(tx, session.person, request.match_info["id"], service.PAGE)
    except AnnouncementUnknown:
        return pages.render("gone.html", status=404)
    return web.Response(status=303, headers={"Location": request.path})


def routes() -> list[web.AbstractRouteDef]:
    return [web.get("/h5/announcements", listed), web.get(ONE, one), web.post(ONE, read)]
