"""One HTTP call to WeCom: bounded in time and size, no redirects, no cookies, and nothing secret in what it raises."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import aiohttp

from bot.platforms.shared.answered import Raw, read_body
from bot.platforms.shared.breaker import Unreachable
from bot.platforms.wecom.api_metrics import SECONDS

LONGEST_ANSWER = 1024 * 1024
CONNECTIONS = 20
PATIENCE = 10.0
MEDIA = aiohttp.ClientTimeout(total=60, connect=3, sock_read=10)


@dataclass(frozen=True)
class Request:
    """What is asked. The body is made anew for each attempt: a form can be sent only once."""

    api: str
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Callable[[], bytes | aiohttp.FormData | None] = field(default=lambda: None, repr=False)
    media: bool = False
    limit: int = LONGEST_ANSWER


class Transport:
    """A pool of connections to one base address; `patience` is the seconds that an ordinary call may take."""

    def __init__(self, base: str, patience: float = PATIENCE) -> None:
        self._base = base.rstrip("/")
        self._quick = aiohttp.ClientTimeout(total=patience, connect=min(patience, 3))
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(CONNECTIONS)

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._quick,
            auto_decompress=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "hrbot"},
        )

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def ask(self, request: Request, token: str | None) -> Raw:
        """Raises Unreachable, with the kind of fault and nothing else: aiohttp's own words may hold the address."""
        if self._session is None:
            raise RuntimeError("the WeCom client is not open")
        async with self._slots:  # waiting for a connection is no part of the call's time
            began = time.monotonic()
            try:
                return await self._ask(self._session, request, token)
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

    async def _ask(self, session: aiohttp.ClientSession, request: Request, token: str | None) -> Raw:
        body = request.body()
        async with session.request(
            request.method,
            f"{self._base}/{request.api}",
            params={**request.params, **({"access_token": token} if token else {})},
            data=body,
            headers={"Content-Type": "application/json"} if isinstance(body, bytes) else None,
            allow_redirects=False,
            timeout=MEDIA if request.media else self._quick,
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
