"""The one door for WeCom: `GET|POST /callback/wecom`. Checked, stored, acknowledged; handled afterwards.

Outcomes: stored, duplicate, ignored (nothing to handle), forged, stale, busy (503), too_large (413),
refused (408, 415), verified (the address check of the admin page). Bodies, tokens and response codes are never logged.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from urllib.parse import unquote

import structlog
from aiohttp import web
from prometheus_client import Counter

from bot.platforms import bodies
from bot.platforms.bodies import Refused
from bot.platforms.port import Update
from bot.platforms.shared.crypto import Crypto, Forged
from bot.platforms.wecom.events import ContactChanged
from bot.platforms.wecom.messages import Incoming, parse
from bot.platforms.wecom.metrics import CALLBACKS, SECONDS
from bot.platforms.wecom.xml import MAX_BODY, envelope
from config.settings import WeCom

log = structlog.get_logger()
PATH = "/callback/wecom"
NONE, VERIFY = "none", "verify"
"""Kinds of what was never read: refused before it could be, and the address check."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What the address says of a request; all as sent."""

    signature: str
    timestamp: str
    nonce: str
    echo: str


def signed(target: str) -> Signed:
    """Read the raw query. A `+` stays one (base64 holds it), whether WeCom wrote it `+` or `%2B`."""
    pairs = (part.partition("=") for part in target.partition("?")[2].split("&"))
    found = {name: unquote(value) for name, _, value in pairs}
    return Signed(
        found.get("msg_signature", ""), found.get("timestamp", ""), found.get("nonce", ""), found.get("echostr", "")
    )


@dataclass(frozen=True)
class Callback:
    """`store` returns True for a new update and False for one that was there.

    It raises when it cannot store now, before WeCom loses patience.
    """

    settings: WeCom
    store: Callable[[Update, str], Awaitable[bool]]
    real_now: Callable[[], datetime]
    body_seconds: float = 4.0
    report: Callable[[ContactChanged, str], Awaitable[bool]] | None = None
    """Stores a change of the directory, as `store` does an update."""
    crypto: Crypto = field(init=False)

    def __post_init__(self) -> None:
        own = self.settings
        crypto = Crypto(own.token.get_secret_value(), own.aes_key.get_secret_value(), own.corp_id)
        object.__setattr__(self, "crypto", crypto)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get(PATH, self.verify, allow_head=False), web.post(PATH, self.receive)]

    async def verify(self, request: web.Request) -> web.Response:
        """The address check of the admin page: the decrypted echo, bare."""
        try:
            asked = signed(request.raw_path)
            self._check_age(asked.timestamp)
            plain = self.crypto.open(asked.signature, asked.timestamp, asked.nonce, asked.echo)
        except Forged:
            return _answer(403, VERIFY, "forged")
        except Refused as refused:
            return _answer(refused.status, VERIFY, refused.outcome)
        CALLBACKS.labels(VERIFY, "verified").inc()
        return web.Response(body=plain, content_type="text/plain")

    async def receive(self, request: web.Request) -> web.Response:
        """One message or event: 200 once it is stored, was stored before, or needs no storing."""
        started = time.perf_counter()
        kind = NONE
        try:
            incoming = self._read(signed(request.raw_path), await bodies.read(request, MAX_BODY, self.body_seconds))
            kind = incoming.kind
            return _answer(200, kind, await self._keep(incoming))
        except Forged:
            return _answer(403, kind, "forged")
        except Refused as refused:
            return _answer(refused.status, kind, refused.outcome)
        finally:
            SECONDS.observe(time.perf_counter() - started)

    def _check_age(self, timestamp: str) -> None:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise Forged
        if abs(self.real_now().timestamp() - int(timestamp)) > self.settings.replay_seconds:
            raise Refused(403, "stale")

    def _read(self, asked: Signed, body: bytes) -> Incoming:
        self._check_age(asked.timestamp)
        plain = self.crypto.open(asked.signature, asked.timestamp, asked.nonce, envelope(body))
        return parse(plain, self.settings.corp_id, self.settings.agent_id)

    async def _keep(self, incoming: Incoming) -> str:
        storing = self._storing(incoming)
        if storing is None:
            return "ignored"
        try:
            return "stored" if await storing else "duplicate"
        except Exception as error:  # noqa: BLE001 - whatever it was: not stored, so not acknowledged; WeCom sends it again
            log.warning("wecom.not_stored", kind=incoming.kind, error=type(error).__name__)
            raise Refused(503, "busy") from None

    def _storing(self, incoming: Incoming) -> Awaitable[bool] | None:
        if incoming.update is not None:
            return self.store(incoming.update, incoming.update.sender)
        if incoming.contact is not None and incoming.contact.tells and self.report is not None:
            return self.report(incoming.contact, incoming.message_id)
        return None


def _answer(status: int, kind: str, outcome: str) -> web.Response:
    """An empty answer, the same for every reason of one status."""
    _counter(kind, outcome).inc()
    return web.Response(status=status)


@cache
def _counter(kind: str, outcome: str) -> Counter:
    return CALLBACKS.labels(kind, outcome)
