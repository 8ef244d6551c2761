"""Sessions of logged-in people: begun, found while they last, ended. Times are real time, given by the caller."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy import ColumnElement, CursorResult, delete, select, update

from bot.web.tables import WebSession
from domain.kernel.ids import PersonId, new_id
from domain.kernel.tx import Tx
from domain.people import queries as people

COOKIE = "hrbot_session"
HOST_ONLY = "__Host-"
"""Before a cookie's name: browsers take it from this very host over TLS only, never from a neighbour's page."""
LONGEST_TOKEN = 100
SLIDE = 20
"""A look moves the idle limit when a twentieth of it has passed: reading a page is not a write each time."""


@dataclass(frozen=True)
class Limits:
    """How long a kind of session lasts untouched, and at most."""

    idle: timedelta
    longest: timedelta


KINDS = {
    "h5": Limits(timedelta(minutes=30), timedelta(hours=12)),
    "chat": Limits(timedelta(hours=2), timedelta(hours=12)),
    "kiosk": Limits(timedelta(seconds=60), timedelta(minutes=10)),
}


@dataclass(frozen=True)
class Session:
    """Who is logged in, and how. `device` is the kiosk's id."""

    id: str
    person: PersonId
    kind: str
    device: str | None


async def begin(tx: Tx, person: PersonId, kind: str, now: datetime, device: str | None = None) -> str:
    """The token for the browser's cookie: always a new one. Raises KeyError for an unknown kind."""
    limits, token = KINDS[kind], new_token()
    row = WebSession(
        id=new_id("ws", now),
        token=hashed(token),
        person=person,
        kind=kind,
        device=device,
        started_at=now,
        idle_until=now + limits.idle,
        expires_at=now + limits.longest,
    )
    tx.session.add(row)
    await tx.session.flush()
    await tx.audit("web.login", person, session=row.id, kind=kind, device=device)
    return token


async def find(tx: Tx, token: str, now: datetime, *, slide: bool = True) -> Session | None:
    """Whose token it is while the session lasts; None also when its person has left the company, which ends them all.

    `slide=False` looks without prolonging: for what a page asks by itself while nobody touches it.
    """
    if not token or len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    row = await tx.session.scalar(
        select(WebSession).where(WebSession.token == hashed(token)).execution_options(populate_existing=True)
    )
    if row is None or min(row.idle_until, row.expires_at) <= now:
        return None
    found = Session(row.id, PersonId(row.person), row.kind, row.device)
    if not await people.still_here(tx, found.person):
        await end_all(tx, found.person)
        return None
    idle = KINDS[row.kind].idle
    if slide and now + idle - row.idle_until >= idle / SLIDE:
        longer = update(WebSession).where(WebSession.id == row.id).values(idle_until=now + idle)
        await tx.session.execute(longer.execution_options(synchronize_session=False))
    return found


async def end(tx: Tx, session_id: str) -> None:
    """Log out. Nothing happens when it has ended."""
    ended = delete(WebSession).where(WebSession.id == session_id).returning(WebSession.person)
    person = await tx.session.scalar(ended.execution_options(synchronize_session=False))
    if person is not None:
        await tx.audit("web.logout", person, session=session_id)


async def end_all(tx: Tx, person: PersonId) -> None:
    """Log a person out everywhere."""
    if await _deleted(tx, WebSession.person == person):
        await tx.audit("web.logout_all", person)


async def prune(tx: Tx, now: datetime) -> None:
    """Forget what has ended by itself, and the sessions of those who left."""
    await _deleted(tx, (WebSession.idle_until <= now) | (WebSession.expires_at <= now))
    for person in await tx.session.scalars(select(WebSession.person).distinct()):
        if not await people.still_here(tx, PersonId(person)):
            await end_all(tx, PersonId(person))


async def _deleted(tx: Tx, which: ColumnElement[bool]) -> int:
    statement = delete(WebSession).where(which).execution_options(synchronize_session=False)
    done = await tx.session.execute(statement)
    assert isinstance(done, CursorResult)
    return done.rowcount


def new_token() -> str:
    """256 random bits, as a cookie or an address can hold them."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> bytes:
    """How a token is kept and looked up; 256 random bits need neither salt nor key."""
    return hashlib.sha256(token.encode()).digest()


def cookie_name(*, secure: bool) -> str:
    return HOST_ONLY + COOKIE if secure else COOKIE


def set_cookie(response: web.StreamResponse, token: str, *, secure: bool) -> None:
    """Give the browser its token; it forgets it when it is closed. `secure`: people reach us over https."""
    name = cookie_name(secure=secure)
    response.set_cookie(name, token, httponly=True, samesite="Lax", path="/", secure=secure)


def clear_cookie(response: web.StreamResponse, *, secure: bool) -> None:
    name = cookie_name(secure=secure)
    response.set_cookie(name, "", max_age=0, httponly=True, samesite="Lax", path="/", secure=secure)
