"""Who asks: the person whose session the browser holds, and whether the request comes from a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.app import Bot, real_now
from bot.web import sessions
from bot.web.sessions import Session

BOT = web.AppKey("bot", Bot)
DEMO = web.AppKey("demo", bool)
"""Whether this is a demo: it answers this machine only, and one may be anybody."""
SAFE = {"GET", "HEAD", "OPTIONS"}
FOUND: web.RequestKey[list[Session]] = web.RequestKey("session", list)
"""The session, or nothing, once it was looked up."""
LONGEST_TARGET = 300


def public_origin(request: web.Request) -> str:
    """Scheme and host by which people reach us: the configured one, else the one that was asked for."""
    return request.app[BOT].settings.public_url or f"{request.scheme}://{request.host}"


def is_secure(request: web.Request) -> bool:
    """Whether browsers reach us over TLS; a proxy in front ends it."""
    return public_origin(request).startswith("https://")


def token_of(request: web.Request) -> str:
    return request.cookies.get(sessions.cookie_name(secure=is_secure(request)), "")


async def session_of(request: web.Request, *, slide: bool = True) -> Session | None:
    """The session of this request's cookie, looked up once a request. `slide=False` does not prolong it."""
    if FOUND not in request:
        token, bot = token_of(request), request.app[BOT]
        request[FOUND] = []
        if token:
            async with bot.database.transaction(bot.outbox(), "web") as tx:
                found = await sessions.find(tx, token, real_now(), slide=slide)
            request[FOUND] = [found] if found else []
    return request[FOUND][0] if request[FOUND] else None


async def require(request: web.Request, *kinds: str, slide: bool = True) -> Session:
    """The session, of one of these kinds (any when none is named).

    Raises a redirect to the login for a page, 401 for an API, 403 for a change that no page of ours asked for.
    """
    if request.method not in SAFE:
        require_own_origin(request)
    session = await session_of(request, slide=slide)
    if session is not None and (not kinds or session.kind in kinds):
        return session
    if request.method in SAFE and wants_page(request):
        raise web.HTTPFound(login_address(request.rel_url.raw_path_qs))
    raise web.HTTPUnauthorized(text="log in first")


def require_own_origin(request: web.Request) -> None:
    """Raises 403 unless a page of our own sent this request: a cookie alone proves nothing."""
    if request.headers.get("Origin") != public_origin(request):
        raise web.HTTPForbidden(text="not from a page of ours")


def login_address(target: str) -> str:
    """Where to log in on the way to a local path."""
    return f"/h5/login?next={quote(target, safe='/')}" if len(target) <= LONGEST_TARGET else "/h5/login"


def wants_page(request: web.Request) -> bool:
    """A browser that goes somewhere, not a script that asks for data."""
    return "text/html" in request.headers.get("Accept", "")
