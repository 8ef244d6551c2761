"""Browsers at shared devices for tests: each keeps its own cookies and comes from our own page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from sqlalchemy import text
from yarl import URL

from bot.app import real_now
from bot.web import kiosk_devices
from domain.kernel.ids import PersonId
from domain.people import service
from domain.people.service import Entry
from tests.stage import Stage

PIN = "918273"
NUMBER = text("select number from people_person where id = :id")


@dataclass
class Browser:
    """Its answers are (status, body)."""

    base: str
    http: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers.setdefault("Origin", self.base)

    async def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> tuple[int, Any]:
        sent = {**self.headers, **headers}
        async with self.http.post(f"{self.base}{path}", json=body or {}, headers=sent) as answer:
            return answer.status, await _read(answer)

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(f"{self.base}{path}", allow_redirects=False) as answer:
            return answer.status, await _read(answer)

    async def goes_to(self, path: str) -> str:
        """Where the browser ends up that opens a page."""
        page = {"Accept": "text/html"}
        async with self.http.get(f"{self.base}{path}", headers=page) as answer:
            return answer.url.path

    async def inbox(self, **query: str) -> list[str]:
        """What stands in the chat."""
        asked = "&".join(f"{name}={value}" for name, value in {"after": "0", **query}.items())
        status, body = await self.get(f"/kiosk/chat/api/inbox?{asked}")
        assert status == 200, body
        return [message["text"] for message in body["messages"]]

    def cookie(self, name: str) -> str:
        return next((cookie.value for cookie in self.http.cookie_jar if cookie.key == name), "")

    def take(self, name: str, value: str) -> None:
        self.http.cookie_jar.update_cookies({name: value}, URL(self.base))


async def _read(answer: aiohttp.ClientResponse) -> Any:
    return await (answer.json() if answer.content_type == "application/json" else answer.text(errors="replace"))


@asynccontextmanager
async def browser(stage: Stage) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(stage.base, http)


async def added(stage: Stage, name: str = "仓库门口") -> kiosk_devices.NewKiosk:
    assert stage.bot is not None
    async with stage.bot.database.transaction(stage.bot.outbox(), "operator") as tx:
        return await kiosk_devices.add(tx, name, real_now())


@asynccontextmanager
async def device(stage: Stage, name: str = "仓库门口") -> AsyncIterator[Browser]:
    """A registered one."""
    async with browser(stage) as found:
        assert (await found.post("/kiosk/api/register", {"code": (await added(stage, name)).code}))[0] == 200
        yield found


async def with_pin(stage: Stage, person: str, pin: str = PIN) -> str:
    """The person has this PIN; their number."""
    assert stage.bot is not None
    async with stage.bot.database.transaction(stage.bot.outbox(), person) as tx:
        given = await service.give_pin(tx, PersonId(person))
        number = str(await tx.session.scalar(NUMBER, {"id": person}))
        entry = Entry(number, given.pin, "ks_test", "test")
        assert await service.log_on(tx, replace(entry, new=pin), real_now()) == person
    return number


async def log_on(found: Browser, said: str, pin: str = PIN, **more: str) -> tuple[int, Any]:
    return await found.post("/kiosk/api/log-on", {"said": said, "pin": pin, **more})
