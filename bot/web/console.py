"""The web chat's API: people and groups, messages in, mailbox out (long poll and server-sent events), presses."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote
from uuid import uuid4

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.app import Bot
from bot.errors import FileUnknown
from bot.inbox import InboxFull
from bot.platforms.console.mailbox import Bell, messages, traces
from bot.platforms.port import DIRECT, Attachment, Update
from bot.tables import CardRow
from bot.web import directory
from domain.kernel.clock import SHANGHAI

M = TypeVar("M", bound=BaseModel)
STATIC = Path(__file__).parent / "static"
MAX_TEXT = 4_000
LONGEST_WAIT = 55.0


class Message(BaseModel):
    """POST /console/api/messages."""

    model_config = ConfigDict(populate_by_name=True)

    sender: str = Field(alias="from", min_length=1, max_length=60)
    text: str = Field(default="", max_length=MAX_TEXT)
    conversation: str = Field(default=DIRECT, min_length=1, max_length=60)
    message_id: str | None = Field(default=None, min_length=1, max_length=100)
    location: dict[str, Any] | None = None
    has_file: bool = Field(default=False, exclude=True)

    @model_validator(mode="after")
    def says_something(self) -> Message:
        if not self.text.strip() and self.location is None and not self.has_file:
            raise ValueError("text is empty")
        return self


class Press(BaseModel):
    """POST /console/api/actions."""

    model_config = ConfigDict(populate_by_name=True)

    sender: str = Field(alias="from", min_length=1, max_length=60)
    card_id: str = Field(min_length=1, max_length=60)
    action: str = Field(min_length=1, max_length=60)
    inputs: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Console:
    """Speaks as anybody: exists only for a company made by `demo`, on loopback."""

    bot: Bot
    bell: Bell

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.home),
            web.get("/console", self.page),
            web.static("/console/static", STATIC),
            web.get("/console/api/status", self.status),
            web.get("/console/api/people", self.people),
            web.get("/console/api/groups", self.groups),
            web.post("/console/api/messages", self.message),
            web.post("/console/api/actions", self.action),
            web.get("/console/api/inbox", self.inbox),
            web.get("/console/api/events", self.events),
            web.get("/console/api/trace", self.trace),
            web.get("/console/api/files/{id}", self.file),
        ]

    async def home(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/console")

    async def page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "console.html")

    async def status(self, request: web.Request) -> web.Response:
        now = self.bot.clock.now().astimezone(SHANGHAI).isoformat(timespec="seconds")
        return web.json_response({"now": now, "demo": True, "company": await directory.company(self.bot)})

    async def people(self, request: web.Request) -> web.Response:
        return web.json_response(await directory.people(self.bot))

    async def groups(self, request: web.Request) -> web.Response:
        return web.json_response(await directory.groups(self.bot))

    async def message(self, request: web.Request) -> web.Response:
        if request.content_type == "multipart/form-data":
            message, files = await self._multipart(request)
        else:
            message, files = parsed(Message, await body(request)), ()
        await self._require_person(message.sender)
        if message.conversation != DIRECT:
            await self._require_member(message.sender, message.conversation)
        message_id = message.message_id or uuid4().hex
        await self._store(
            Update(
                "console",
                message_id,
                message.sender,
                message.conversation,
                text=message.text,
                files=files,
                location=message.location,
            )
        )
        return web.json_response({"message_id": message_id}, status=202)

    async def action(self, request: web.Request) -> web.Response:
        press = parsed(Press, await body(request))
        await self._require_person(press.sender)
        async with self.bot.database.sessions() as session:
            card = await session.get(CardRow, press.card_id)
        if card is None:
            raise web.HTTPNotFound(text="no such card")
        await self._store(
            Update(
                "console",
                uuid4().hex,
                press.sender,
                card.conversation,
                card_id=card.id,
                action=press.action,
                inputs=press.inputs,
            )
        )
        return web.json_response({}, status=202)

    async def inbox(self, request: web.Request) -> web.Response:
        person, after = request.query.get("person", ""), number(request, "after")
        wait = min(seconds(request, "wait"), LONGEST_WAIT)
        await self._require_person(person)
        found = await messages(self.bot.database, person, after)
        deadline = asyncio.get_running_loop().time() + wait
        while not found and not self.bell.closed and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await self.bell.wait(person, min(left, 1.0))
            found = await messages(self.bot.database, person, after)
        return web.json_response({"messages": found})

    async def events(self, request: web.Request) -> web.StreamResponse:
        person = request.query.get("person", "")
        await self._require_person(person)
        resume = request.headers.get("Last-Event-ID") or request.query.get("after") or "0"
        if not resume.isdigit():
            raise web.HTTPBadRequest(text="Last-Event-ID is a number")
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        after, traced = int(resume), max((e["n"] for e in await traces(self.bot.database, person, 0)), default=0)
        while not self.bell.closed:
            for message in await messages(self.bot.database, person, after):
                after = message["seq"]
                await response.write(f"id: {after}\nevent: message\ndata: {dumped(message)}\n\n".encode())
            for entry in await traces(self.bot.database, person, traced or -1):
                traced = entry["n"]
                await response.write(f"event: trace\ndata: {dumped(entry)}\n\n".encode())
            await response.write(b": still here\n\n")
            await self.bell.wait(person, 10.0)
        return response

    async def trace(self, request: web.Request) -> web.Response:
        person = request.query.get("person", "")
        await self._require_person(person)
        return web.json_response({"entries": await traces(self.bot.database, person, number(request, "after"))})

    async def file(self, request: web.Request) -> web.Response:
        """A file, to whom it belongs. Others see it through the card that their role entitles them to."""
        person, file_id = request.query.get("person", ""), request.match_info["id"]
        try:
            name, media_type, content = await directory.file(self.bot, person, file_id)
        except FileUnknown:
            raise web.HTTPNotFound(text="no such file") from None
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        return web.Response(body=content, content_type=media_type, headers={"Content-Disposition": disposition})

    async def _store(self, update: Update) -> None:
        try:
            await self.bot.inbox.store(update, update.sender)
        except InboxFull:
            raise web.HTTPServiceUnavailable(text="busy, please send it again") from None

    async def _multipart(self, request: web.Request) -> tuple[Message, tuple[Attachment, ...]]:
        given: dict[str, Any] = {}
        kept: list[tuple[str, str, bytes]] = []
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise web.HTTPBadRequest(text="nested multipart")
            if part.name == "file":
                kept.append(await self._part(part))
            else:
                given[part.name or ""] = (await part.text())[: MAX_TEXT + 1]
        message = parsed(Message, {**given, "has_file": bool(kept)})
        await self._require_person(message.sender)
        async with self.bot.database.transaction(self.bot.outbox(), message.sender) as tx:
            rows = [await self.bot.files.keep(tx, message.sender, *item) for item in kept]
        return message, tuple(Attachment(row.id, row.name, row.media_type, row.size) for row in rows)

    async def _part(self, part: BodyPartReader) -> tuple[str, str, bytes]:
        limit, content = self.bot.settings.max_upload_bytes, bytearray()
        while chunk := await part.read_chunk(65_536):
            content += chunk
            if len(content) > limit:
                raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=len(content))
        media_type = part.headers.get("Content-Type", "application/octet-stream").split(";")[0]
        return unquote(part.filename or "file"), media_type, bytes(content)

    async def _require_person(self, person: str) -> None:
        if not await directory.exists(self.bot, person):
            raise web.HTTPNotFound(text="no such person")

    async def _require_member(self, person: str, group: str) -> None:
        groups = await directory.groups(self.bot)
        if not any(found["id"] == group and person in found["members"] for found in groups):
            raise web.HTTPNotFound(text="no such group")


def dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


async def body(request: web.Request) -> Any:
    """The JSON body. Raises 400."""
    try:
        return await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="the body is not JSON") from None


def parsed(model: type[M], data: Any) -> M:
    """The body as its model. Raises 422 that names the fields."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, item["loc"])) or "body" for item in error.errors())
        raise web.HTTPUnprocessableEntity(text=f"invalid: {fields}") from None


def seconds(request: web.Request, name: str) -> float:
    """A query parameter that is a number, 0 when absent. Raises 400."""
    value = request.query.get(name) or "0"
    if not re.fullmatch(r"\d{1,15}(\.\d{1,20})?", value, re.ASCII):
        raise web.HTTPBadRequest(text=f"{name} is a number")
    return float(value)


def number(request: web.Request, name: str) -> int:
    return int(seconds(request, name))
