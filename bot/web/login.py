"""Logging in on the web: with WeCom or DingTalk, in a demo as anybody. Nobody is believed who only says a name."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from aiohttp import web

from bot.app import real_now
from bot.platforms.port import TryLater
from bot.platforms.shared.login import Door, LoginRefused
from bot.web import login_states, pages, sessions, tries
from bot.web.doors import in_app
from bot.web.login_states import safe_target
from bot.web.who import BOT, is_secure, public_origin, require_own_origin, session_of, token_of
from domain.kernel.ids import PersonId
from domain.people import queries as people

log = structlog.get_logger()
BROWSER = "hrbot_login"
LONGEST_CODE = 512


class NotNow(Exception):
    """The login ends with a page instead of a session: `why` is its word for it, `target` where it was to lead."""

    def __init__(self, why: str, status: int, target: str = "") -> None:
        super().__init__(why)
        self.why, self.status, self.target = why, status, target


@dataclass(frozen=True)
class Entry:
    """Somebody who has proved to be this person, on the way to a page."""

    person: PersonId
    target: str

    @property
    def kind(self) -> str:
        return "chat" if self.target.startswith("/console") else "h5"


async def start(request: web.Request, door: Door, *, scan: bool = False) -> web.Response:
    """Send the browser to the messenger, with a state that only this browser can bring back."""
    state, browser = await new_state(request, door.name, request.query.get("next", ""))
    back = f"{public_origin(request)}/h5/login/{door.name}"
    response = _to(door.address(back=back, state=state, in_app=not scan))
    keep_browser(request, response, browser)
    return response


async def new_state(request: web.Request, platform: str, target: str) -> tuple[str, str]:
    """A state, and the cookie of the browser that it is bound to. Raises NotNow when there were too many."""
    bot, browser = request.app[BOT], _browser(request) or sessions.new_token()
    async with bot.database.transaction(bot.outbox(), "web") as tx:
        address = tries.address_of(request, bot.settings.proxies)
        if await tries.note(tx, "login.start", address, real_now()):
            return await login_states.begin(tx, platform, target, browser, real_now()), browser
    raise NotNow("many", 429)


async def finish(request: web.Request, door: Door, code: str, state: str, *, by_script: bool = False) -> Entry:
    """Who came back. Raises NotNow; what was refused is counted and written down."""
    target = await _taken(request, door.name, state)
    if target is None or not 0 < len(code) <= LONGEST_CODE or not code.isascii():
        raise await _refused(request, door.name, "old")
    try:
        account = await (in_app(door, code) if by_script else door.account(code))
    except LoginRefused as refusal:
        log.info("web.login_refused", platform=door.name, reason=str(refusal))
        raise await _refused(request, door.name, "code", target) from None
    except TryLater as wait:
        log.warning("web.login_failed", platform=door.name, reason=wait.reason)
        raise NotNow("busy", 503, target) from None
    bot = request.app[BOT]
    async with bot.database.transaction(bot.outbox(), "web") as tx:
        person = await people.person_of(tx, door.name, account)
    if person is None:
        raise await _refused(request, door.name, "stranger", target)
    return Entry(person, target)


async def enter(request: web.Request, entry: Entry, response: web.Response) -> web.Response:
    """A new session in the place of this browser's old one."""
    bot, secure = request.app[BOT], is_secure(request)
    async with bot.database.transaction(bot.outbox(), entry.person) as tx:
        before = await sessions.find(tx, token_of(request), real_now(), slide=False)
        if before is not None:
            await sessions.end(tx, before.id)
        token = await sessions.begin(tx, entry.person, entry.kind, real_now())
    sessions.set_cookie(response, token, secure=secure)
    _set_browser(response, "", secure=secure, max_age=0)
    return response


async def leave(request: web.Request) -> web.Response:
    """POST /h5/logout"""
    require_own_origin(request)
    session, bot = await session_of(request, slide=False), request.app[BOT]
    if session is not None:
        async with bot.database.transaction(bot.outbox(), session.person) as tx:
            await sessions.end(tx, session.id)
    response = pages.render("logged_out.html")
    sessions.clear_cookie(response, secure=is_secure(request))
    return response


async def _taken(request: web.Request, platform: str, state: str) -> str | None:
    """The target of this state, used up whatever becomes of the login."""
    bot = request.app[BOT]
    async with bot.database.transaction(bot.outbox(), "web") as tx:
        address = tries.address_of(request, bot.settings.proxies)
        if not await tries.may(tx, "login.refused", address, real_now()):
            raise NotNow("many", 429)
        return await login_states.take(tx, platform, state, _browser(request), real_now())


async def _refused(request: web.Request, platform: str, why: str, target: str = "") -> NotNow:
    bot = request.app[BOT]
    async with bot.database.transaction(bot.outbox(), "web") as tx:
        await tries.note(tx, "login.refused", tries.address_of(request, bot.settings.proxies), real_now())
        await tx.audit("web.login_refused", platform, reason=why)
    return NotNow(why, 403, target)


def keep_browser(request: web.Request, response: web.StreamResponse, browser: str) -> None:
    seconds = int(login_states.LIFE.total_seconds())
    _set_browser(response, browser, secure=is_secure(request), max_age=seconds)


def again(target: str) -> str:
    """Where the login to this page begins."""
    return f"/h5/login?{urlencode({'next': safe_target(target)})}"


def _browser(request: web.Request) -> str:
    given = request.cookies.get(_browser_cookie(secure=is_secure(request)), "")
    return given if len(given) <= sessions.LONGEST_TOKEN else ""


def _browser_cookie(*, secure: bool) -> str:
    return sessions.HOST_ONLY + BROWSER if secure else BROWSER


def _set_browser(response: web.StreamResponse, value: str, *, secure: bool, max_age: int) -> None:
    name = _browser_cookie(secure=secure)
    response.set_cookie(name, value, max_age=max_age, httponly=True, samesite="Lax", path="/", secure=secure)


def _to(address: str) -> web.Response:
    return web.Response(status=302, headers={"Location": address})
