"""The web chat's API: people and groups, messages in, mailbox out (long poll and server-sent events), presses."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from aiohttp import web

from bot.app import Bot
from bot.errors import FileUnknown
from bot.inbox import InboxFull
from bot.platforms.console.mailbox import Bell, messages, traces
from bot.platforms.port import DIRECT, Attachment, Update
from bot.tables import CardRow
from bot.web import directory
from bot.web.console_bodies import Message, Press, body, form, number, parsed, seconds
from bot.web.speakers import Speaker
from domain.kernel.clock import SHANGHAI

LONGEST_WAIT = 55.0
LOOK_AGAIN = 5.0
"""Seconds after which an open stream looks whether its session lasts."""


@dataclass(frozen=True)
class Console:
    """One web chat: `speaker` decides whom it speaks as, `prefix` is where it lies."""

    bot: Bot
    bell: Bell
    speaker: Speaker
    prefix: str = "/console"

    def routes(self) -> list[web.AbstractRouteDef]:
        api = f"{self.prefix}/api"
        return [
            web.get(f"{api}/status", self.status),
            web.get(f"{api}/people", self.people),
            web.get(f"{api}/groups", self.groups),
            web.post(f"{api}/messages", self.message),
            web.post(f"{api}/actions", self.action),
            web.get(f"{api}/inbox", self.inbox),
            web.get(f"{api}/events", self.events),
            web.get(f"{api}/trace", self.trace),
            web.get(f"{api}/files/{{id}}", self.file),
        ]

    async def status(self, request: web.Request) -> web.Response:
        await self.speaker.admit(request, touch=False)
        now = self.bot.clock.now().astimezone(SHANGHAI).isoformat(timespec="seconds")
        known = {"now": now, "demo": self.speaker.demo, "company": await directory.company(self.bot)}
        return web.json_response(known)

    async def people(self, request: web.Request) -> web.Response:
        return web.json_response(await self.speaker.people(request))

    async def groups(self, request: web.Request) -> web.Response:
        await self.speaker.admit(request, touch=False)
        return web.json_response(await self.speaker.groups())

    async def message(self, request: web.Request) -> web.Response:
        await self.speaker.admit(request, touch=True)
        message, person, files = await self._said(request)
        if message.conversation != DIRECT:
            await self._require_member(person, message.conversation)
        message_id = message.message_id or uuid4().hex
        await self._store(
            Update(
                "console",
                message_id,
                person,
                message.conversation,
                text=message.text,
                files=files,
                location=message.location,
                passing=await self.speaker.passing(request),
            )
        )
        return web.json_response({"message_id": message_id}, status=202)

    async def action(self, request: web.Request) -> web.Response:
        await self.speaker.admit(request, touch=True)
        press = parsed(Press, await body(request))
        person = await self.speaker.person(request, press.sender, touch=True)
        async with self.bot.database.sessions() as session:
            card = await session.get(CardRow, press.card_id)
        if card is None or not self.speaker.may_press(person, card):
            raise web.HTTPNotFound(text="no such card")
        await self._store(
            Update(
                "console",
                uuid4().hex,
                person,
                card.conversation,
                card_id=card.id,
                action=press.action,
                inputs=press.inputs,
                passing=await self.speaker.passing(request),
            )
        )
        return web.json_response({}, status=202)

    async def inbox(self, request: web.Request) -> web.Response:
        person, after = await self._asks(request), number(request, "after")
        wait = min(seconds(request, "wait"), LONGEST_WAIT)
        found = await messages(self.bot.database, person, after)
        deadline = asyncio.get_running_loop().time() + wait
        while not found and not self.bell.closed and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await self.bell.wait(person, min(left, 1.0))
            if not await self.speaker.lasts(request):
                raise web.HTTPUnauthorized(text="log in first")
            found = await messages(self.bot.database, person, after)
        return web.json_response({"messages": found})

    async def events(self, request: web.Request) -> web.StreamResponse:
        person = await self._asks(request)
        resume = request.headers.get("Last-Event-ID") or request.query.get("after") or "0"
        if not resume.isdigit():
            raise web.HTTPBadRequest(text="Last-Event-ID is a number")
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        after, traced = int(resume), max((e["n"] for e in await self._traces(person, 0)), default=0)
        while not self.bell.closed and await self.speaker.lasts(request):
            for message in await messages(self.bot.database, person, after):
                after = message["seq"]
                await response.write(f"id: {after}\nevent: message\ndata: {dumped(message)}\n\n".encode())
            for entry in await self._traces(person, traced or -1):
                traced = entry["n"]
                await response.write(f"event: trace\ndata: {dumped(entry)}\n\n".encode())
            await response.write(b": still here\n\n")
            await self.bell.wait(person, LOOK_AGAIN)
        return response

    async def trace(self, request: web.Request) -> web.Response:
        person = await self._asks(request)
        if not self.speaker.traced():
            raise web.HTTPNotFound(text="no trace")
        return web.json_response({"entries": await self._traces(person, number(request, "after"))})

    async def file(self, request: web.Request) -> web.Response:
        """A file, to whom it belongs. Others see it through the card that their role entitles them to."""
        person = await self.speaker.person(request, request.query.get("person", ""), touch=True)
        try:
            name, media_type, content = await directory.file(self.bot, person, request.match_info["id"])
        except FileUnknown:
            raise web.HTTPNotFound(text="no such file") from None
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        return web.Response(body=content, content_type=media_type, headers={"Content-Disposition": disposition})

    async def _asks(self, request: web.Request) -> str:
        """Whose mailbox the page asks for, again and again: that alone prolongs nothing."""
        return await self.speaker.person(request, request.query.get("person", ""), touch=False)

    async def _traces(self, person: str, after: int) -> list[dict[str, Any]]:
        return await traces(self.bot.database, person, after) if self.speaker.traced() else []

    async def _store(self, update: Update) -> None:
        try:
            await self.bot.inbox.store(update, update.sender)
        except InboxFull:
            raise web.HTTPServiceUnavailable(text="busy, please send it again") from None

    async def _said(self, request: web.Request) -> tuple[Message, str, tuple[Attachment, ...]]:
        """The message, whose it is, and its files, which are kept."""
        if request.content_type != "multipart/form-data":
            message = parsed(Message, await body(request))
            return message, await self.speaker.person(request, message.sender, touch=True), ()
        given, kept = await form(request, self.bot.settings.max_upload_bytes)
        message = parsed(Message, {**given, "has_file": bool(kept)})
        person = await self.speaker.person(request, message.sender, touch=True)
        async with self.bot.database.transaction(self.bot.outbox(), person) as tx:
            rows = [await self.bot.files.keep(tx, person, *item) for item in kept]
        return message, person, tuple(Attachment(row.id, row.name, row.media_type, row.size) for row in rows)

    async def _require_member(self, person: str, group: str) -> None:
        if not any(one["id"] == group and person in one["members"] for one in await self.speaker.groups()):
            raise web.HTTPNotFound(text="no such group")


def dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
