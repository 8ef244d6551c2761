"""/h5/leaver/<token>: where those who leave fetch their papers. No login: the token, one browser, and one question.

GET changes nothing and tells nothing, for messengers look at links before people do. What counts is sent as forms.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

from aiohttp import web

from bot import fonts
from bot.app import real_now
from bot.web import leaver_documents, pages, tries
from bot.web.console_bodies import posted
from bot.web.leaver_documents import File, Paper
from bot.web.who import BOT, is_secure, require_own_origin
from cards.words import when
from domain.kernel.tx import Tx
from domain.org import leaving
from domain.people import leavers
from domain.people.rules import LEAVER_LIFE, LEAVER_OPEN
from domain.people.service import leaver_visits as visits
from domain.people.service.leaver_visits import Visit

PLACE = "/h5/leaver/{token:[a-z0-9]{20,100}}"
COOKIE = "hrbot_leaver"
KEPT = int((LEAVER_LIFE + LEAVER_OPEN).total_seconds())
LIMIT = "leaver"
STATUS = {"gone": 410, "elsewhere": 403, "unclear": 422, "wrong": 403}
OFFERED = (leaving.CERTIFICATE,)
"""Naming them loads the contexts that offer them."""

Step = Callable[[Tx], Awaitable[Visit]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes() -> list[web.RouteDef]:
    paper = PLACE + "/papers/{code:[a-z_]{1,40}}"
    return [
        web.get(PLACE, door),
        web.post(PLACE, _counted(begin)),
        web.get(f"{PLACE}/papers", _counted(papers)),
        web.post(f"{PLACE}/papers", _counted(answered)),
        web.get(paper, _counted(fetch)),
        web.get(f"{paper}/read", _counted(read)),
    ]


def _counted(step: Handler) -> Handler:
    """All but the door look into the database: an address may do so only so often."""

    async def answer(request: web.Request) -> web.StreamResponse:
        bot = request.app[BOT]
        async with bot.database.transaction(bot.outbox(), "leaver") as tx:
            allowed = await tries.note(tx, LIMIT, tries.address_of(request, bot.settings.proxies), real_now())
        return await step(request) if allowed else pages.render("leaver_gone.html", status=429, state="many")

    return answer


async def door(request: web.Request) -> web.Response:
    """The same for every token: what it is good for is not asked yet."""
    return pages.render("leaver_door.html", here=request.path)


async def begin(request: web.Request) -> web.Response:
    """The button on the door: from now on the link is this browser's."""
    require_own_origin(request)
    token = request.match_info["token"]
    visit = await _visit(request, lambda tx: visits.open_link(tx, token, _browser(request), real_now()))
    if visit.state not in {"ask", "open"}:
        return _page(request, visit)
    seen = _to(f"{request.path}/papers")
    if visit.browser is not None:
        seen.set_cookie(
            _cookie(request),
            visit.browser,
            path=request.path,
            httponly=True,
            secure=is_secure(request),
            samesite="Strict",
            max_age=KEPT,
        )
    return seen


async def papers(request: web.Request) -> web.Response:
    """What is asked, or the papers."""
    visit = await _looked(request)
    return _page(request, visit, await _available(request, visit))


async def answered(request: web.Request) -> web.Response:
    """The end of the ID number, or HR's code."""
    require_own_origin(request)
    token, said = request.match_info["token"], (await posted(request)).get("answer", "")
    visit = await _visit(request, lambda tx: visits.answer(tx, token, _browser(request), said, real_now()))
    return _to(request.path) if visit.state == "open" else _page(request, visit)


async def fetch(request: web.Request) -> web.Response:
    """A paper as a file."""
    visit, shown = await _paper(request)
    if shown is None:
        return _none(request, visit)
    font = fonts.chinese(request.app[BOT].settings.font)
    if font is None:
        return pages.render("leaver_paper.html", paper=shown)
    return _file(await asyncio.to_thread(leaver_documents.as_pdf, shown, font))


async def read(request: web.Request) -> web.Response:
    """A paper as a page, to read or to print."""
    visit, shown = await _paper(request)
    return _none(request, visit) if shown is None else pages.render("leaver_paper.html", paper=shown)


async def _looked(request: web.Request) -> Visit:
    token = request.match_info["token"]
    return await _visit(request, lambda tx: visits.look(tx, token, _browser(request), real_now()))


async def _visit(request: web.Request, step: Step) -> Visit:
    """One step in a transaction that is kept whatever comes of it."""
    bot = request.app[BOT]
    async with bot.database.transaction(bot.outbox(), "leaver") as tx:
        return await step(tx)


async def _available(request: web.Request, visit: Visit) -> list[Paper]:
    bot = request.app[BOT]
    if visit.person is None:
        return []
    async with bot.database.transaction(bot.outbox(), "leaver") as tx:
        codes = await leavers.available(tx, visit.person)
        found = [await leaver_documents.paper(tx, visit.person, code) for code in codes]
    return [each for each in found if each is not None]


async def _paper(request: web.Request) -> tuple[Visit, Paper | None]:
    """The paper that is asked for, noted as handed over; none unless the link is open in this browser."""
    bot, code = request.app[BOT], request.match_info["code"]
    visit = await _looked(request)
    if visit.person is None:
        return visit, None
    async with bot.database.transaction(bot.outbox(), "leaver") as tx:
        shown = await leaver_documents.paper(tx, visit.person, code)
        if shown is not None:
            await visits.note_fetched(tx, visit, code)
    return visit, shown


def _page(request: web.Request, visit: Visit, found: Sequence[Paper] = ()) -> web.Response:
    here = f"/h5/leaver/{request.match_info['token']}"
    status = STATUS.get(visit.state, 200)
    if visit.state in {"gone", "elsewhere"}:
        return pages.render("leaver_gone.html", status=status, state=visit.state)
    if visit.state == "open":
        until = when(visit.until) if visit.until else ""
        return pages.render("leaver_papers.html", here=here, visit=visit, papers=found, until=until)
    return pages.render("leaver_ask.html", status=status, here=here, visit=visit)


def _none(request: web.Request, visit: Visit) -> web.Response:
    """No such paper for them: back to the list of those that there are."""
    token = request.match_info["token"]
    return _to(f"/h5/leaver/{token}/papers") if visit.state == "open" else _page(request, visit)


def _file(made: File) -> web.Response:
    named = f"attachment; filename*=UTF-8''{quote(made.name)}"
    return web.Response(body=made.content, content_type=made.media_type, headers={"Content-Disposition": named})


def _to(path: str) -> web.Response:
    """See there: what was sent is not sent again when the page is drawn anew."""
    return web.Response(status=303, headers={"Location": path})


def _cookie(request: web.Request) -> str:
    return f"__Secure-{COOKIE}" if is_secure(request) else COOKIE


def _browser(request: web.Request) -> str:
    return request.cookies.get(_cookie(request), "")
