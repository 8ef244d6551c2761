"""A running hrbot for tests: the demo company on a real PostgreSQL, real HTTP in front, a clock that can be set."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web_app

from bot import process
from bot.app import Bot
from bot.demo import start
from bot.process import Roles
from config.settings import DingTalk, Settings, WeCom

PATIENCE = 10.0


class StageClock:
    """Runs on at the pace of real time from an instant that a test may set again."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def set(self, at: datetime) -> None:
        self.start, self.anchor = at.astimezone(UTC), time.monotonic()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=time.monotonic() - self.anchor)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stage:
    """Speaks to the web chat's API as anybody, and keeps what each person got."""

    base: str
    http: aiohttp.ClientSession
    bot: Bot | None = None
    clock: StageClock | None = None
    seen: dict[str, int] = field(default_factory=dict)
    unread: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cards: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    async def get(self, path: str, **query: str) -> Any:
        async with self.http.get(f"{self.base}{path}", params=query) as response:
            response.raise_for_status()
            return await response.json()

    async def say(self, person: str, text: str, *, conversation: str = "direct", message_id: str | None = None) -> str:
        """Send a message; returns its id once it is stored."""
        body = {"from": person, "text": text, "conversation": conversation, "message_id": message_id or uuid4().hex}
        async with self.http.post(f"{self.base}/console/api/messages", json=body) as response:
            assert response.status == 202, await response.text()
            return str((await response.json())["message_id"])

    async def send_file(self, person: str, name: str, content: bytes, media_type: str, text: str = "") -> None:
        form = aiohttp.FormData()
        form.add_field("from", person)
        form.add_field("text", text)
        form.add_field("file", content, filename=name, content_type=media_type)
        async with self.http.post(f"{self.base}/console/api/messages", data=form) as response:
            assert response.status == 202, await response.text()

    async def press(self, person: str, card_id: str, action: str, inputs: dict[str, str] | None = None) -> int:
        body = {"from": person, "card_id": card_id, "action": action, "inputs": inputs or {}}
        async with self.http.post(f"{self.base}/console/api/actions", json=body) as response:
            return response.status

    async def read(self, person: str, wait: float = 0.0) -> None:
        """Fetch what is new for the person into `unread` and `cards`."""
        after = self.seen.get(person, 0)
        answer = await self.get("/console/api/inbox", person=person, after=str(after), wait=str(wait))
        for message in answer["messages"]:
            self.seen[person] = message["seq"]
            self.unread.setdefault(person, []).append(message)
            if "card" in message:
                self.cards.setdefault(person, {})[message["card"]["id"]] = message["card"]

    async def expect(self, person: str, *pieces: str, patience: float = PATIENCE) -> dict[str, Any]:
        """The first unread message that holds these pieces in order, white space aside. It is read then."""
        deadline = time.monotonic() + patience
        while True:
            for message in self.unread.get(person, []):
                if holds(shown(message), pieces):
                    self.unread[person].remove(message)
                    return message
            left = deadline - time.monotonic()
            assert left > 0, f"{person} did not get {pieces}; unread:\n" + "\n---\n".join(
                shown(message) for message in self.unread.get(person, [])
            )
            await self.read(person, min(left, 2.0))

    async def quiet(self, person: str, seconds: float = 0.6) -> None:
        """Nothing new comes for the person within this time."""
        await asyncio.sleep(seconds)
        await self.read(person)
        assert not self.unread.get(person), [shown(message) for message in self.unread[person]]

    def forget_unread(self, person: str) -> None:
        self.unread[person] = []

    async def press_label(self, person: str, label: str, inputs: dict[str, str] | None = None) -> None:
        """Press the button of this label on the newest card that shows it."""
        await self.read(person)
        for card in reversed(list(self.cards.get(person, {}).values())):
            for action in card["actions"]:
                if action["label"] == label:
                    assert await self.press(person, card["id"], action["id"], inputs) == 202
                    return
        raise AssertionError(f"{person} has no card with a button {label}")

    async def settle(self) -> None:
        """Until nothing waits: no update, no message, no job that is due."""
        assert self.bot is not None
        for _ in range(400):
            async with self.bot.database.engine.connect() as connection:
                waiting = (await connection.exec_driver_sql(WAITING)).scalar_one()
            if not waiting:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{waiting} still wait")


WAITING = """select (select count(*) from bot_inbox where state = 'waiting')
  + (select count(*) from bot_outbox where state = 'waiting' and due_at is null)
  + (select count(*) from procrastinate_jobs where status in ('todo', 'doing') and scheduled_at is null)"""


def shown(message: dict[str, Any]) -> str:
    """All that a person reads of a message, card and buttons included."""
    lines = [message["text"]]
    if card := message.get("card"):
        lines += [card["title"], card.get("subtitle", ""), card.get("body", "")]
        lines += [f"{field['label']} {field['value']}" for field in card["fields"]]
        lines += [f"[{action['label']}]" for action in card["actions"]]
    return "\n".join(line for line in lines if line)


def holds(text: str, pieces: tuple[str, ...]) -> bool:
    bare, at = "".join(text.split()), 0
    for piece in pieces:
        wanted = "".join(piece.split())
        at = bare.find(wanted, at)
        if at < 0:
            return False
        at += len(wanted)
    return True


@asynccontextmanager
async def demo_stage(
    url: str, folder: Path, at: datetime, *, wecom: WeCom | None = None, dingtalk: DingTalk | None = None, **other: Any
) -> AsyncIterator[Stage]:
    """The whole demo in this process on the given database; `public=True`: people's phones reach it, by this address.

    `console=False`: nobody speaks as anybody, as at a real company. What else is said goes to the settings.
    """
    roles = Roles(web=True, work=True, console=other.pop("console", True))
    port = free_port()
    settings = Settings(
        data_dir=folder,
        port=port,
        trace=True,
        chat_workers=4,
        send_workers=2,
        bulk_workers=1,
        wecom=wecom,
        dingtalk=dingtalk,
        public_url=f"http://127.0.0.1:{port}" if other.pop("public", False) else None,
        **other,
    )
    clock = StageClock(at)
    bot = await start.prepared(settings, url, clock)
    try:
        async with process.running(bot, roles):
            for _ in range(500):
                if await bot.not_ready() is None:
                    break
                await asyncio.sleep(0.01)
            async with aiohttp.ClientSession() as http:
                yield Stage(f"http://127.0.0.1:{port}", http, bot, clock)
    finally:
        web_app._cached_build_middleware.cache_clear()  # aiohttp keeps every handler it served with, and so the bot
