"""What WeCom says about our settings: asked once by `hrbot doctor` and `hrbot platform status`."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import aiohttp

from bot.platforms.shared.crypto import Crypto
from bot.platforms.shared.probing import OTHER, PATIENCE
from bot.platforms.wecom.answers import Answer, read
from bot.platforms.wecom.callback import PATH
from bot.platforms.wecom.transport import Request, Transport
from config.settings import WeCom


class Probe:
    """Questions to the API. Each raises Unreachable when nothing usable comes."""

    def __init__(self, settings: WeCom, transport: Transport) -> None:
        self._settings, self._transport = settings, transport
        self._token: str | None = None
        self.date: str | None = None
        """The Date header of the newest answer."""

    async def token(self) -> Answer:
        own = self._settings
        asked = {"corpid": own.corp_id, "corpsecret": own.secret.get_secret_value()}
        answer = await self._asked(Request("gettoken", "GET", asked))
        self._token = answer.text("access_token") if answer.errcode == 0 else None
        return answer

    async def app(self) -> Answer:
        """What the app looks like from there; it shows whether the token may be used from this address."""
        return await self._asked(Request("agent/get", "GET", {"agentid": str(self._settings.agent_id)}))

    async def _asked(self, request: Request) -> Answer:
        raw = await self._transport.ask(request, self._token)
        self.date = raw.date
        return read(raw)


@asynccontextmanager
async def probing(settings: WeCom, patience: float = PATIENCE) -> AsyncIterator[Probe]:
    transport = Transport(settings.api_base, patience)
    await transport.open()
    try:
        yield Probe(settings, transport)
    finally:
        await transport.close()


async def callback(settings: WeCom, origin: str, patience: float = PATIENCE) -> int | None:
    """The HTTP status with which the server at this address (`https://hr.example.com`) answers WeCom's address check.

    OTHER when it is not our answer; None when nobody answers there.
    """
    crypto = Crypto(settings.token.get_secret_value(), settings.aes_key.get_secret_value(), settings.corp_id)
    echo, nonce, now = secrets.token_hex(8), secrets.token_hex(8), str(int(time.time()))
    sealed, signature = crypto.seal(echo.encode(), now, nonce)
    query = urlencode({"msg_signature": signature, "timestamp": now, "nonce": nonce, "echostr": sealed})
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=patience)) as http,
            http.get(f"{origin}{PATH}?{query}", allow_redirects=False) as answer,
        ):
            said = await answer.content.read(200)
            return OTHER if answer.status == 200 and said != echo.encode() else answer.status
    except (aiohttp.ClientError, OSError, ValueError):
        return None
