"""Opens connections to DingTalk's Stream gateway. The ticket is a secret of 90 seconds: no log, no error holds it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp
from yarl import URL

from bot.platforms.dingtalk import frames
from bot.platforms.dingtalk.incoming_metrics import OPENS
from bot.platforms.shared.documents import MAX_BYTES, Document, Unreadable, load, text
from config.settings import DingTalk

OPEN = "/v1.0/gateway/connections/open"
MAX_ANSWER = 64 * 1024
CLOSE_SECONDS = 0.3
"""For the other side's goodbye."""
WRONG_APP = "invalidclientid"
"""How the code of a wrong client id or secret begins, in lower case."""


class NotOpened(Exception):
    """`reason` is all that may be logged. `hopeless`: the settings are wrong, trying often does not help."""

    def __init__(self, reason: str, *, hopeless: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.hopeless = reason, hopeless


@dataclass(frozen=True)
class Gateway:
    settings: DingTalk
    session: aiohttp.ClientSession
    seconds: float = 10.0
    """For the ticket and the connection together."""

    async def open(self) -> aiohttp.ClientWebSocketResponse:
        """A new connection with a ticket of its own. Raises NotOpened."""
        try:
            async with asyncio.timeout(self.seconds):
                socket = await self._connected(await self._ticket())
        except NotOpened as refused:
            OPENS.labels("refused" if refused.hopeless else "failed").inc()
            raise
        except Exception as error:  # noqa: BLE001 - of the network mostly; whatever it was, it is tried again
            OPENS.labels("failed").inc()
            raise NotOpened(type(error).__name__) from None
        OPENS.labels("opened").inc()
        return socket

    async def check(self) -> None:
        """Whether a connection would be let in; none is made. Raises NotOpened."""
        try:
            async with asyncio.timeout(self.seconds):
                await self._ticket()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotOpened(type(error).__name__) from None

    async def _ticket(self) -> URL:
        body = {
            "clientId": self.settings.client_id,
            "clientSecret": self.settings.client_secret.get_secret_value(),
            "subscriptions": frames.SUBSCRIPTIONS,
            "ua": "hrbot",
            "localIp": "127.0.0.1",
        }
        address = self.settings.api_base.rstrip("/") + OPEN
        async with self.session.post(address, json=body, allow_redirects=False) as answer:
            try:
                found = load(await _short(answer))
            except Unreadable:
                raise NotOpened(f"status {answer.status}, not JSON") from None
            if answer.status != 200:
                raise _refusal(answer.status, found)
            return self._address(text(found, "endpoint"), text(found, "ticket"))

    def _address(self, endpoint: str, ticket: str) -> URL:
        """Encrypted, except where the configured base is not."""
        url = URL(endpoint)
        plain = self.settings.api_base.startswith("http://")
        if not ticket or not url.host or url.scheme not in ({"ws", "wss"} if plain else {"wss"}):
            raise NotOpened("no endpoint or ticket")
        return url.update_query(ticket=ticket)

    async def _connected(self, address: URL) -> aiohttp.ClientWebSocketResponse:
        timeout = aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS)
        try:
            return await self.session.ws_connect(address, timeout=timeout, autoping=False, max_msg_size=MAX_BYTES)
        except aiohttp.WSServerHandshakeError as error:
            raise NotOpened(f"handshake status {error.status}") from None


async def _short(answer: aiohttp.ClientResponse) -> bytes:
    """The first bytes; what is longer is no answer of the gateway."""
    content = b""
    while len(content) < MAX_ANSWER and (more := await answer.content.read(MAX_ANSWER)):
        content += more
    return content


def _refusal(status: int, found: Document) -> NotOpened:
    code = "".join(sign for sign in text(found, "code")[:80] if sign.isascii() and (sign.isalnum() or sign in "._-"))
    hopeless = status in (400, 401) and code.lower().startswith(WRONG_APP)
    return NotOpened(f"status {status} {code}", hopeless=hopeless)
