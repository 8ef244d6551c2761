"""Callbacks as WeCom posts them: signed, encrypted, cut after 5 seconds, three tries on anything but 200."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import TypedDict

import aiohttp

from tests.fakes.wecom.account import Account
from tests.fakes.wecom.records import Callback, Posted
from tests.fakes.wecom.world import World


class How(TypedDict, total=False):
    """Options of everything a person does."""

    times: int
    """Post the same callback so many times at once (default 1)."""
    timestamp: int
    """Of the envelope; default now."""


class CallbackSender(World):
    """Posts to `callback_url`. Times are real seconds; tests may shorten them."""

    def __init__(self, members: Iterable[str] = (), account: Account | None = None, callback_url: str = "") -> None:
        super().__init__(members, account)
        self.callback_url = callback_url
        self.answer_seconds = 5.0
        self.tries = 3
        self.retry_delay = 0.2
        self.reseal = False
        """Seal each re-send anew (another nonce, the time of the re-send); else the same bytes go out again."""
        self.read: set[tuple[str, int]] = set()
        """Member and number in `seen` of what `expect` has taken."""
        self.http: aiohttp.ClientSession | None = None

    async def hang_up(self) -> None:
        if self.http is not None:
            await self.http.close()
            self.http = None

    def session(self) -> aiohttp.ClientSession:
        if self.http is None:
            self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self.http

    def envelope(self, xml: str, *, timestamp: int | None = None, account: Account | None = None) -> tuple[str, bytes]:
        """Query string and body of a callback. Another `account` makes a forged or foreign one."""
        return (account or self.account).envelope(xml, int(self.now()) if timestamp is None else timestamp)

    def verification(self, echo: str, *, timestamp: int | None = None) -> dict[str, str]:
        """The query of a URL verification (facts 2.1), not yet URL-encoded."""
        stamp = int(self.now()) if timestamp is None else timestamp
        encrypted, nonce, signature = self.account.seal(echo, stamp)
        return {"msg_signature": signature, "timestamp": str(stamp), "nonce": nonce, "echostr": encrypted}

    async def verify_url(self, echo: str = "6401234567890123456") -> None:
        """What the console does when the URL is saved. Raises AssertionError unless the bare echo comes within 1 s."""
        started = time.monotonic()
        async with self.session().get(self.callback_url, params=self.verification(echo)) as response:
            answer = await response.read()
        assert response.status == 200, response.status
        assert answer == echo.encode(), answer
        assert time.monotonic() - started < 1.0, "slower than a second"

    async def raw(self, xml: str, *, times: int = 1, timestamp: int | None = None) -> Posted:
        """Post any XML as a callback, with the re-sends that the answers call for."""
        query, body = self.envelope(xml, timestamp=timestamp)
        posted = Posted(xml)
        await asyncio.gather(*(self.deliver(posted, query, body) for _ in range(times)))
        return posted

    async def deliver(self, posted: Posted, query: str, body: bytes) -> None:
        """One callback with its re-sends."""
        for attempt in range(1, self.tries + 1):
            result = await self.post(query, body, xml=posted.xml, attempt=attempt)
            posted.tries.append(result)
            if result.status == 200 or attempt == self.tries:
                return
            await asyncio.sleep(self.retry_delay)
            if self.reseal:
                query, body = self.envelope(posted.xml)

    async def post(self, query: str, body: bytes, *, xml: str = "", attempt: int = 1) -> Callback:
        """One request as it stands, once; it is written down in `callbacks`."""
        assert self.callback_url, "set callback_url first"
        status, answer, started = None, b"", time.monotonic()
        timeout = aiohttp.ClientTimeout(total=self.answer_seconds)
        headers = {"Content-Type": "text/xml"}
        try:
            url = f"{self.callback_url}?{query}"
            async with self.session().post(url, data=body, headers=headers, timeout=timeout) as response:
                answer = await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            answer = repr(error).encode()
        seconds = time.monotonic() - started
        result = Callback(xml, query, body, self.now(), attempt, status, answer, seconds)
        self.callbacks.append(result)
        if status == 200 and answer not in (b"", b"success"):
            self.warnings.append(f"callback: a passive reply, which this fake does not show: {answer[:80]!r}")
        return result
