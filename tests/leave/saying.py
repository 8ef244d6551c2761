"""Saying something to leave's handlers directly, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.registry import arguments
from cards.card import Card
from domain.kernel.errors import DomainError
from domain.kernel.tx import Tx
from handlers.chat import FileRef, Reply
from tests.leave.conftest import RENDERER, Office, shown

ADJUST = "leave.balance#adjust"
PNG, HTML = b"\x89PNG\r\n\x1a\n" + bytes(8), b"<!doctype html><html>"


@dataclass
class Shelf:
    """A file store in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def read(self, tx: Tx, file_id: str) -> bytes:
        return self.kept[file_id]


async def reply(office: Office, who: str, intent: str, text: str = "", /, **slots: Any) -> Reply:
    route = office.registry.intents[intent]
    chat = await office.chat(who, intent=intent.partition("#")[0], text=text, slots=slots)
    found = await route.handler(chat, *arguments(route.handler, chat))
    assert found is not None
    return found


async def said(office: Office, who: str, intent: str, text: str = "", /, **slots: Any) -> Card:
    return shown(await reply(office, who, intent, text, **slots))


async def refused(office: Office, who: str, intent: str, text: str = "", /, **slots: Any) -> str:
    with pytest.raises(DomainError) as no:
        await reply(office, who, intent, text, **slots)
    return RENDERER.refusal(no.value).text


async def adjustment(office: Office, text: str, **slots: Any) -> Card:
    return await said(office, "wangfang", ADJUST, text, **slots)


def sent(name: str, content: bytes, shelf: Shelf) -> tuple[FileRef, ...]:
    shelf.kept[name] = content
    return (FileRef(name, name, "image/png", len(content)),)


async def received(office: Office, shelf: Shelf, name: str, content: bytes) -> Reply | None:
    chat = await office.chat("lilei", files=sent(name, content, shelf), file_store=shelf)
    return await next(route for route in office.registry.files if route.name == "leave_papers.file").handler(chat)
