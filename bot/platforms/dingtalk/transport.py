"""One HTTP call to DingTalk: bounded in time and size, no redirects, no cookies, nothing secret in what it raises."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.platforms.dingtalk.metrics import SECONDS
from bot.platforms.shared.answered import Raw, read_body
from bot.platforms.shared.breaker import Unreachable

LONGEST_ANSWER = 1024 * 1024
CONNECTIONS = 20
PATIENCE = 10.0
MEDIA = aiohttp.ClientTimeout(total=60, connect=3, sock_read=10)
CHUNK = 64 * 1024


class Style(Enum):
    """Where the token goes, and how errors look."""

    NEW = "new"
    """In a header; an error is an HTTP status with {code, message}."""
    OLD = "old"
    """In the query; an error is {errcode, errmsg} in a 200."""
    WEBHOOK = "webhook"
    """Old, without a token: the address is the right."""
    FILE = "file"
    """A file from an address that DingTalk gave; no token."""


@dataclass(frozen=True)
class Request:
    """What is asked. `api` is its name in limits and metrics. The body is made anew for each attempt."""

    api: str
    url: str = field(repr=False)
    style: Style = Style.NEW
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Callable[[], bytes | aiohttp.FormData | None] = field(default=lambda: None, repr=False)
    limit: int = LONGEST_ANSWER
    guarded: bool = False
    """The address is not a configured one: it must not lead into our own network."""

    @property
    def host(self) -> str:
        """Whose circuit it belongs to; all addresses of files share one."""
        return "files" if self.style is Style.FILE else urlsplit(self.url).netloc.lower()

    @property
    def slow(self) -> bool:
        return self.style is Style.FILE or self.api == "media/upload"


class PublicOnly(AbstractResolver):
    """Finds no address that is private, local or reserved."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if public := [one for one in found if is_public(one["host"])]:
            return public
        raise OSError("no public address")

    async def close(self) -> None:
        await self._resolver.close()


def is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return False


class Transport:
    """Two pools of connections: to the configured bases, and to public addresses; `patience` in seconds."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._quick = aiohttp.ClientTimeout(total=patience, connect=min(patience, 3))
        self._own: aiohttp.ClientSession | None = None
        self._public: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(CONNECTIONS)

    async def open(self) -> None:
        self._own = self._pool(aiohttp.TCPConnector(limit=CONNECTIONS))
        self._public = self._pool(aiohttp.TCPConnector(limit=CONNECTIONS, resolver=PublicOnly()))

    async def close(self) -> None:
        for session in (self._own, self._public):
            if session:
                await session.close()
        self._own = self._public = None

    async def ask(self, request: Request, token: str | None) -> Raw:
        """Raises Unreachable, with the kind of fault and nothing else: aiohttp's own words may hold the address."""
        session = self._public if request.guarded else self._own
        if session is None:
            raise RuntimeError("the DingTalk client is not open")
        async with self._slots:  # waiting for a connection is no part of the call's time
            began = time.monotonic()
            try:
                return await self._ask(session, request, token)
            except TimeoutError:
                kind = "timeout"
            except aiohttp.ClientSSLError:
                kind = "tls"
            except aiohttp.ClientConnectorDNSError:
                kind = "dns"
            except (aiohttp.ClientError, OSError, ValueError) as error:
                kind = type(error).__name__
            finally:
                SECONDS.labels(request.api).observe(time.monotonic() - began)
        raise Unreachable(kind)

    def _pool(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._quick,
            auto_decompress=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "hrbot"},
        )

    async def _ask(self, session: aiohttp.ClientSession, request: Request, token: str | None) -> Raw:
        body = request.body()
        headers = {"Content-Type": "application/json"} if isinstance(body, bytes) else {}
        params = dict(request.params)
        if token and request.style is Style.NEW:
            headers["x-acs-dingtalk-access-token"] = token
        if token and request.style is Style.OLD:
            params["access_token"] = token
        async with session.request(
            request.method,
            request.url,
            params=params or None,
            data=body,
            headers=headers,
            allow_redirects=False,
            timeout=MEDIA if request.slow else self._quick,
        ) as response:
            content, whole = await read_body(response, request.limit)
            return Raw(
                response.status,
                response.content_type,
                response.headers.get("Content-Disposition"),
                response.headers.get("Retry-After"),
                content,
                whole,
                response.headers.get("Date"),
            )
