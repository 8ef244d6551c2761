"""Whom the web chat speaks as: in a demo anybody, elsewhere whoever is logged in, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from bot.app import Bot, real_now
from bot.platforms.port import DIRECT
from bot.tables import CardRow
from bot.web import directory, sessions
from bot.web.guard import refuse_foreign
from bot.web.who import require, token_of
from domain.kernel.ids import PersonId


class Speaker(Protocol):
    """What the chat's API asks about who asks."""

    demo: bool

    async def admit(self, request: web.Request, *, touch: bool) -> None:
        """Before anything else is read of a request. Raises 401, 403."""

    async def person(self, request: web.Request, said: str | None, *, touch: bool) -> str:
        """Whose mailbox, words or presses these are. `touch`: a person did it, not the page by itself.

        Raises 404, 422 (demo), 401, 403 (logged in).
        """

    async def lasts(self, request: web.Request) -> bool:
        """Whether the person may still be answered, for requests that wait."""

    async def people(self, request: web.Request) -> list[dict[str, Any]]:
        """Those one may speak as."""

    async def groups(self) -> list[dict[str, Any]]:
        """The groups one may speak in."""

    def may_press(self, person: str, card: CardRow) -> bool:
        """Whether there is such a card for this person at all; whether they may press it the router decides."""

    def traced(self) -> bool:
        """Whether what was understood is shown."""

    async def passing(self, request: web.Request) -> bool:
        """Whether it is a shared device, where nobody looks for their notices again."""


@dataclass(frozen=True)
class Anybody:
    """For a company made by `demo`, on loopback: each request says whom it speaks as."""

    bot: Bot
    demo = True

    async def admit(self, request: web.Request, *, touch: bool) -> None:
        """Raises 403 for another machine, which the guard lets in nowhere."""
        refuse_foreign(request)

    async def person(self, request: web.Request, said: str | None, *, touch: bool) -> str:
        if said is None:
            raise web.HTTPUnprocessableEntity(text="invalid: from")
        if not await directory.exists(self.bot, said):
            raise web.HTTPNotFound(text="no such person")
        return said

    async def lasts(self, request: web.Request) -> bool:
        return True

    async def people(self, request: web.Request) -> list[dict[str, Any]]:
        return await directory.people(self.bot)

    async def groups(self) -> list[dict[str, Any]]:
        return await directory.groups(self.bot)

    def may_press(self, person: str, card: CardRow) -> bool:
        return True

    def traced(self) -> bool:
        return True

    async def passing(self, request: web.Request) -> bool:
        return False


@dataclass(frozen=True)
class LoggedIn:
    """The person of the session, in their direct chat. What a page asks by itself does not prolong the session."""

    bot: Bot
    kinds: tuple[str, ...]
    demo = False

    async def admit(self, request: web.Request, *, touch: bool) -> None:
        await require(request, *self.kinds, slide=touch)

    async def person(self, request: web.Request, said: str | None, *, touch: bool) -> str:
        session = await require(request, *self.kinds, slide=touch)
        if said and said != session.person:
            raise web.HTTPForbidden(text="the web chat speaks as the logged-in person")
        return session.person

    async def lasts(self, request: web.Request) -> bool:
        async with self.bot.database.transaction(self.bot.outbox(), "web") as tx:
            return await sessions.find(tx, token_of(request), real_now(), slide=False) is not None

    async def people(self, request: web.Request) -> list[dict[str, Any]]:
        return await directory.oneself(self.bot, PersonId(await self.person(request, None, touch=False)))

    async def groups(self) -> list[dict[str, Any]]:
        return []

    def may_press(self, person: str, card: CardRow) -> bool:
        return (card.platform, card.conversation, card.person) == ("console", DIRECT, person)

    def traced(self) -> bool:
        return False

    async def passing(self, request: web.Request) -> bool:
        return (await require(request, *self.kinds)).kind == "kiosk"
