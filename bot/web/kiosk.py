"""/kiosk: a shared device is registered, somebody logs on with badge or number and PIN, chats, and is logged off."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from pydantic import BaseModel, Field
from sqlalchemy import select

from bot.app import Bot, real_now
from bot.web import kiosk_devices, sessions, tries
from bot.web.chat_page import STATIC
from bot.web.console_bodies import body, parsed
from bot.web.kiosk_devices import Kiosk
from bot.web.sessions import KINDS, Session
from bot.web.tables import WebSession
from bot.web.who import is_secure, require, require_own_origin, session_of, token_of
from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.people import service
from domain.people.service import Entry

KIND = "kiosk"
A_YEAR = 400 * 24 * 3600
"""As long as browsers keep a cookie at most; each log-on gives it anew."""
SLOWEST = 0.6
"""Seconds that every refusal takes, so that its time tells nothing of its cause."""


class Registration(BaseModel):
    """POST /kiosk/api/register."""

    code: str = Field(max_length=kiosk_devices.LONGEST_CODE)


class LogOn(BaseModel):
    """POST /kiosk/api/log-on; `new` when a starting PIN is replaced, or the person wants another."""

    said: str = Field(min_length=1, max_length=60)
    pin: str = Field(min_length=1, max_length=20, repr=False)
    new: str | None = Field(default=None, max_length=20, repr=False)


@dataclass(frozen=True)
class KioskPages:
    """The page for everybody, and its API. Only a registered device logs anybody on."""

    bot: Bot

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/kiosk", self.page),
            web.get("/kiosk/api/device", self.device),
            web.post("/kiosk/api/register", self.register),
            web.post("/kiosk/api/log-on", self.log_on),
            web.post("/kiosk/api/stay", self.stay),
            web.post("/kiosk/api/log-off", self.log_off),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Holds nothing of anybody."""
        return web.FileResponse(STATIC / "kiosk.html")

    async def device(self, request: web.Request) -> web.Response:
        """What the device is called; null when it is not registered."""
        kiosk = await self._kiosk(request)
        return web.json_response({"name": kiosk.name if kiosk else None})

    async def register(self, request: web.Request) -> web.Response:
        require_own_origin(request)
        typed, now = parsed(Registration, await body(request)).code, real_now()
        async with self.bot.database.transaction(self.bot.outbox(), "web") as tx:
            address = tries.address_of(request, self.bot.settings.proxies)
            allowed = await tries.note(tx, "kiosk.register", address, now)
            token = await kiosk_devices.register(tx, typed, now) if allowed else None
        if token is None:
            return self._refused("bot.kiosk_code_wrong", status=403 if allowed else 429)
        response = web.json_response({})
        _keep(request, response, token)
        return response

    async def log_on(self, request: web.Request) -> web.Response:
        require_own_origin(request)
        since = asyncio.get_running_loop().time()
        given, kiosk = parsed(LogOn, await body(request)), await self._kiosk(request)
        if kiosk is None:
            return self._refused("bot.kiosk_unregistered", status=401)
        who, token = await self._logged_on(Entry(given.said, given.pin, kiosk.id, kiosk.name, given.new))
        if isinstance(who, DomainError):
            await asyncio.sleep(max(0.0, since + SLOWEST - asyncio.get_running_loop().time()))
            words = self.bot.outbox().renderer.refusal(who).text
            return web.json_response({"code": who.code.split(".")[1], "message": words}, status=403)
        if not token:
            return self._refused("bot.kiosk_unregistered", status=401)
        response = web.json_response({})
        sessions.set_cookie(response, token, secure=is_secure(request))
        _keep(request, response, request.cookies[_cookie(request)])
        return response

    async def _logged_on(self, entry: Entry) -> tuple[PersonId | DomainError, str]:
        """One transaction: what was counted stays, whatever becomes of it. No token from a removed device."""
        async with self.bot.database.transaction(self.bot.outbox(), f"kiosk:{entry.device}") as tx:
            who = await service.log_on(tx, entry, real_now())
            if isinstance(who, DomainError) or not await kiosk_devices.used(tx, entry.device, real_now()):
                return who, ""
            return who, await sessions.begin(tx, who, KIND, real_now(), device=entry.device)

    async def stay(self, request: web.Request) -> web.Response:
        """Somebody touched the screen: how many seconds they may be still, and how many are left in all."""
        session = await require(request, KIND)
        left = await self._left(session, real_now())
        return web.json_response({"idle": min(self.bot.settings.kiosk_idle_seconds, idle_seconds()), "left": left})

    async def log_off(self, request: web.Request) -> web.Response:
        """Also without a session: afterwards there is none."""
        require_own_origin(request)
        session = await session_of(request, slide=False)
        if session is not None and session.kind == KIND:
            async with self.bot.database.transaction(self.bot.outbox(), session.person) as tx:
                await sessions.end(tx, session.id)
        response = web.json_response({})
        if token_of(request) and (session is None or session.kind == KIND):
            sessions.clear_cookie(response, secure=is_secure(request))
        return response

    async def _left(self, session: Session, now: datetime) -> int:
        async with self.bot.database.sessions() as opened:
            until = await opened.scalar(select(WebSession.expires_at).where(WebSession.id == session.id))
        return max(0, int((until - now).total_seconds())) if until else 0

    async def _kiosk(self, request: web.Request) -> Kiosk | None:
        async with self.bot.database.transaction(self.bot.outbox(), "web") as tx:
            return await kiosk_devices.find(tx, request.cookies.get(_cookie(request), ""))

    def _refused(self, template: str, *, status: int) -> web.Response:
        words = self.bot.outbox().renderer.card(template, {}).text
        return web.json_response({"code": template, "message": words}, status=status)


def idle_seconds() -> int:
    return int(KINDS[KIND].idle.total_seconds())


def _cookie(request: web.Request) -> str:
    return kiosk_devices.cookie_name(secure=is_secure(request))


def _keep(request: web.Request, response: web.StreamResponse, token: str) -> None:
    secure = is_secure(request)
    response.set_cookie(_cookie(request), token, max_age=A_YEAR, httponly=True, samesite="Lax", path="/", secure=secure)
