"""What the web chat's API is sent: messages, presses, questions for a mailbox."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.platforms.port import DIRECT

M = TypeVar("M", bound=BaseModel)
MAX_TEXT = 4_000
MOST_FILES = 9
"""In one message, as the page says too."""
STORABLE = r"^[^\x00]+$"
"""NUL no database stores."""
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=STORABLE)]
Kept = tuple[str, str, bytes]
"""An uploaded file: name, media type, bytes."""


class Message(BaseModel):
    """POST …/api/messages. A logged-in person need not say who they are."""

    model_config = ConfigDict(populate_by_name=True)

    sender: Name | None = Field(default=None, alias="from")
    text: str = Field(default="", max_length=MAX_TEXT)
    conversation: Name = DIRECT
    message_id: Annotated[str, Field(min_length=1, max_length=100, pattern=STORABLE)] | None = None
    location: dict[str, Any] | None = None
    has_file: bool = Field(default=False, exclude=True)

    @model_validator(mode="after")
    def says_something(self) -> Message:
        if not self.text.strip() and self.location is None and not self.has_file:
            raise ValueError("text is empty")
        return self


class Press(BaseModel):
    """POST …/api/actions."""

    model_config = ConfigDict(populate_by_name=True)

    sender: Name | None = Field(default=None, alias="from")
    card_id: Name
    action: Name
    inputs: dict[str, str] = Field(default_factory=dict)


async def body(request: web.Request) -> Any:
    """The JSON body. Raises 400."""
    try:
        return await request.json()
    except (ValueError, LookupError):  # LookupError: of an encoding that there is not
        raise web.HTTPBadRequest(text="the body is not JSON") from None


async def posted(request: web.Request) -> Mapping[str, str]:
    """The text fields of a page's form. Raises 400 for what is none, 413."""
    try:
        given = await request.post()
    except (ValueError, LookupError):
        raise web.HTTPBadRequest(text="the body is not a form") from None
    return {name: value for name, value in given.items() if isinstance(value, str)}


def parsed(model: type[M], data: Any) -> M:
    """The body as its model. Raises 422 that names the fields."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, item["loc"])) or "body" for item in error.errors())
        raise web.HTTPUnprocessableEntity(text=f"invalid: {fields}") from None


async def form(request: web.Request, largest: int) -> tuple[Mapping[str, Any], list[Kept]]:
    """The fields and files of a multipart body. Raises 400, 413."""
    given: dict[str, Any] = {}
    kept: list[Kept] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise web.HTTPBadRequest(text="nested multipart")
        if part.name == "file" and len(kept) == MOST_FILES:
            raise web.HTTPUnprocessableEntity(text="too many files")
        if part.name == "file":
            kept.append(await _file(part, largest))
        else:
            given[part.name or ""] = (await part.text())[: MAX_TEXT + 1]
    return given, kept


async def _file(part: BodyPartReader, largest: int) -> Kept:
    content = bytearray()
    while chunk := await part.read_chunk(65_536):
        content += chunk
        if len(content) > largest:
            raise web.HTTPRequestEntityTooLarge(max_size=largest, actual_size=len(content))
    media_type = part.headers.get("Content-Type", "application/octet-stream").split(";")[0]
    return unquote(part.filename or "file"), media_type, bytes(content)


def seconds(request: web.Request, name: str) -> float:
    """A query parameter that is a number, 0 when absent. Raises 400."""
    value = request.query.get(name) or "0"
    if not re.fullmatch(r"\d{1,15}(\.\d{1,20})?", value, re.ASCII):
        raise web.HTTPBadRequest(text=f"{name} is a number")
    return float(value)


def number(request: web.Request, name: str) -> int:
    return int(seconds(request, name))
