"""A browser without a screen: cookies, forms as pages hold them, and where a page led."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import aiohttp
from yarl import URL

WECOM = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 wxwork/4.1.30 MicroMessenger/7.0.1"
DINGTALK = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 AliApp(DingTalk/7.6.5)"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0"


@dataclass
class Page:
    """What came back."""

    status: int
    text: str
    headers: Any
    url: str

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))

    @property
    def words(self) -> str:
        """What is read on it, white space aside."""
        return "".join(re.sub(r"<[^>]*>", "", re.sub(r"(?s)<(head|script).*?</\1>", "", self.text)).split())

    def fields(self) -> dict[str, str]:
        """Hidden fields of its forms."""
        found = Hidden()
        found.feed(self.text)
        return found.values


class Hidden(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden":
            self.values[given["name"] or ""] = given.get("value") or ""


@dataclass
class Visitor:
    """One browser. `base` is where hrbot listens; it does not follow redirects by itself."""

    base: str
    http: aiohttp.ClientSession
    agent: str = CHROME
    origin: str = ""
    """What the browser takes hrbot's address for; behind a proxy not the one that is listened on."""

    async def get(self, path: str, **headers: str) -> Page:
        return await self._ask("GET", path, headers, None)

    async def post(self, path: str, data: dict[str, str] | None = None, **headers: str) -> Page:
        """As a page of ours sends it; another `Origin` by name, none by an empty one."""
        headers = {"Origin": self.origin or self.base, **headers}
        return await self._ask("POST", path, {name: value for name, value in headers.items() if value}, data or {})

    async def _ask(self, method: str, path: str, headers: dict[str, str], data: dict[str, str] | None) -> Page:
        address = path if path.startswith("http") else f"{self.base}{path}"
        given = {"Accept": "text/html", "User-Agent": self.agent, **headers}
        sent = self.http.request(method, URL(address, encoded=True), data=data, headers=given, allow_redirects=False)
        async with sent as answer:
            return Page(answer.status, await answer.text(), answer.headers, str(answer.url))

    async def follow(self, page: Page) -> Page:
        """Where a redirect leads, until it leads nowhere."""
        while page.status in (302, 303):
            page = await self.get(page.location)
        return page

    def cookie(self, name: str) -> str | None:
        found = self.http.cookie_jar.filter_cookies(URL(self.base)).get(name)
        return found.value if found else None

    def take_cookie(self, name: str, value: str) -> None:
        self.http.cookie_jar.update_cookies({name: value}, URL(self.base))

    async def log_in_to_demo(self, person: str, target: str = "/h5/") -> Page:
        return await self.post("/h5/login/demo", {"person": person, "next": target})

    async def press(self, page: Page, card: str, action: str, **inputs: str) -> Page:
        """A button of a card's page; inputs by id."""
        filled = {f"in.{id}": value for id, value in inputs.items()}
        return await self.post(f"/h5/card/{card}", {**page.fields(), "action": action, **filled})

    async def settled(self, page: Page) -> Page:
        """The page that a press led to, when it was handled."""
        for _ in range(200):
            shown = await self.get(page.location)
            if "正在处理" not in shown.text:
                return shown
            await asyncio.sleep(0.05)
        raise AssertionError("the press is not handled")


@asynccontextmanager
async def visitor(base: str, agent: str = CHROME, origin: str = "") -> AsyncIterator[Visitor]:
    jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=[URL(base)] if origin else None)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Visitor(base, http, agent, origin)
