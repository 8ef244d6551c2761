"""/h5/: a person's own pages on the phone. Whoever asks is known by the session; what they press is judged again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.inbox import InboxFull
from bot.platforms.port import DIRECT, Update
from bot.web import h5_cards, pages
from bot.web.console_bodies import posted
from bot.web.h5_cards import OwnCard
from bot.web.sessions import Session, new_token
from bot.web.who import BOT, login_address, require
from domain.org import queries as org
from domain.people import queries as people

CARD = "/h5/card/{id:[A-Za-z0-9_-]{1,40}}"
KINDS = ("h5", "chat")
"""A kiosk's session is for the kiosk's pages."""
PRESS = re.compile(r"[\w-]{20,64}", re.ASCII)
LONGEST_FORM = 64 * 1024
INPUT = "in."
"""Before an input's id among the form's fields."""


@dataclass(frozen=True)
class Form:
    """What was sent back: a button, the version it stood on, and what was filled in. `press` makes twice once."""

    action: str
    version: str
    press: str
    inputs: dict[str, str] = field(repr=False)


async def home(request: web.Request) -> web.Response:
    session, bot = await require(request, *KINDS), request.app[BOT]
    async with bot.database.transaction(bot.outbox(), session.person) as tx:
        person = await people.person(tx, session.person)
        posts = await org.assignments_of(tx, [person.id], tx.today)
        waiting = await h5_cards.waiting_for(tx, person.id)
    unit = next((post.unit_name for post in posts if post.main), "")
    return pages.render("home.html", name=person.name, unit=unit, waiting=waiting)


async def card(request: web.Request) -> web.Response:
    """GET /h5/card/<id>[?press=…]: the card as it stands, and what became of a press of it."""
    session = await require(request, *KINDS)
    own, outcome = await _standing(request, session)
    return _page(own, outcome=outcome, stale="stale" in request.query)


async def state(request: web.Request) -> web.Response:
    """GET /h5/card/<id>/state[?press=…] → {version, waiting}: whether the page has to be drawn anew."""
    session = await require(request, *KINDS, slide=False)
    own, outcome = await _standing(request, session)
    if own is None:
        raise web.HTTPNotFound
    return web.json_response({"version": own.version, "waiting": outcome is not None and outcome.state == "waiting"})


async def press(request: web.Request) -> web.Response:
    """POST /h5/card/<id>: a button, stored as a press in the chat is, and answered there too."""
    try:
        session = await require(request, *KINDS)
    except web.HTTPUnauthorized:
        return pages.render("login_refused.html", status=401, why="expired", again=login_address(request.path))
    form, own = await _form(request), await _own(request, session)
    if own is None:
        return _page(None)
    if form.version != str(own.version) or not own.offers(form.action):
        return _to(f"/h5/card/{own.id}?stale=1")
    inputs = {item.id: form.inputs.get(item.id, "") for item in own.card.inputs}
    if problems := own.problems(form.action, inputs):
        return _page(own, status=422, inputs=inputs, problems=problems)
    update = Update(
        own.platform,
        _message_id(session, form.press),
        session.person,
        DIRECT,
        card_id=own.id,
        action=form.action,
        inputs={id: value for id, value in inputs.items() if value.strip()},
    )
    try:
        await request.app[BOT].inbox.store(update, session.person)
    except InboxFull:
        return _page(own, status=503, inputs=inputs, busy=True)
    return _to(f"/h5/card/{own.id}?press={form.press}")


async def _own(request: web.Request, session: Session) -> OwnCard | None:
    bot = request.app[BOT]
    async with bot.database.transaction(bot.outbox(), session.person) as tx:
        return await h5_cards.own(tx, session.person, request.match_info["id"])


async def _standing(request: web.Request, session: Session) -> tuple[OwnCard | None, h5_cards.Outcome | None]:
    """The card and what became of the press: read after it, the card is never older than its answer."""
    own = await _own(request, session)
    outcome = await _outcome(request, session, own) if own else None
    return (await _own(request, session) if outcome else own), outcome


async def _outcome(request: web.Request, session: Session, own: OwnCard) -> h5_cards.Outcome | None:
    bot, given = request.app[BOT], request.query.get("press", "")
    if not PRESS.fullmatch(given):
        return None
    async with bot.database.transaction(bot.outbox(), session.person) as tx:
        return await h5_cards.outcome(tx, session.person, own, _message_id(session, given))


async def _form(request: web.Request) -> Form:
    """Raises 413, and 400 for what no page of ours sends."""
    if (request.content_length or LONGEST_FORM + 1) > LONGEST_FORM:
        raise web.HTTPRequestEntityTooLarge(max_size=LONGEST_FORM, actual_size=request.content_length or 0)
    given = {name: _tidy(value) for name, value in (await posted(request)).items()}
    if not PRESS.fullmatch(given.get("press", "")):
        raise web.HTTPBadRequest(text="press is missing")
    inputs = {name.removeprefix(INPUT): value for name, value in given.items() if name.startswith(INPUT)}
    return Form(given.get("action", ""), given.get("version", ""), given["press"], inputs)


def _tidy(value: str) -> str:
    """Lines end as everywhere else; NUL no database stores."""
    return value.replace("\r\n", "\n").replace("\0", "")


def _message_id(session: Session, press: str) -> str:
    """A session's own: nobody can use up or look at another's press."""
    return f"h5.{session.id}.{press}"


def _page(own: OwnCard | None, *, status: int = 200, **more: Any) -> web.Response:
    """The card, or the same page for every card that is not this person's."""
    if own is None:
        return pages.render("gone.html", status=404)
    given = {"outcome": None, "stale": False, "busy": False, "problems": {}, "inputs": {}, **more}
    values = {item.id: item.value or "" for item in own.card.inputs} | given.pop("inputs")
    return pages.render("card.html", status=status, own=own, card=own.card, press=new_token(), values=values, **given)


def _to(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})


def routes() -> list[web.AbstractRouteDef]:
    return [
        web.get("/h5/", home),
        web.get(CARD, card),
        web.get(f"{CARD}/state", state),
        web.post(CARD, press),
    ]
