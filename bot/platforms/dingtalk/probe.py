"""What DingTalk says about our settings: asked once by `hrbot doctor` and `hrbot platform status`."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.platforms.dingtalk.answers import Answer, read
from bot.platforms.dingtalk.api import DIRECT
from bot.platforms.dingtalk.callback import PATH, owned
from bot.platforms.dingtalk.client import TOKEN, packed
from bot.platforms.dingtalk.events import CHECK_URL
from bot.platforms.dingtalk.gateway import Gateway
from bot.platforms.dingtalk.transport import Request, Transport
from bot.platforms.shared.crypto import Crypto, Forged
from bot.platforms.shared.documents import Unreadable, load, text
from bot.platforms.shared.probing import OTHER, PATIENCE
from config.settings import DingTalk


class Probe:
    """Questions to the API. Each raises Unreachable when nothing usable comes."""

    def __init__(self, settings: DingTalk, transport: Transport) -> None:
        self._settings, self._transport = settings, transport
        self._token: str | None = None
        self.date: str | None = None
        """The Date header of the newest answer."""

    async def token(self) -> Answer:
        own = self._settings
        answer = await self._asked(TOKEN, {"appKey": own.client_id, "appSecret": own.client_secret.get_secret_value()})
        self._token = answer.text("accessToken")
        return answer

    async def robot(self) -> Answer:
        """A message to nobody: refused in any case, and the refusal tells what is missing. One call of the month."""
        body = {"robotCode": self._settings.robot, "userIds": [], "msgKey": "sampleText", "msgParam": "{}"}
        return await self._asked(DIRECT, body)

    async def _asked(self, api: str, body: Mapping[str, Any]) -> Answer:
        content = packed(body)
        request = Request(api, f"{self._settings.api_base}/v1.0/{api}", body=lambda: content)
        raw = await self._transport.ask(request, self._token)
        self.date = raw.date
        return read(raw, request.style)


@asynccontextmanager
async def probing(settings: DingTalk, patience: float = PATIENCE) -> AsyncIterator[Probe]:
    transport = Transport(patience)
    await transport.open()
    try:
        yield Probe(settings, transport)
    finally:
        await transport.close()


async def stream(settings: DingTalk, patience: float = PATIENCE) -> None:
    """Whether the gateway would let us in. Raises NotOpened."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=patience)) as session:
        await Gateway(settings, session, patience).check()


async def callback(settings: DingTalk, origin: str, patience: float = PATIENCE) -> int | None:
    """The HTTP status with which the server at this address takes what DingTalk posts: 200 when it is as it should be.

    With the keys of the events it is asked as the console does; without them an unsigned post must be refused with 401,
    which counts as 200. OTHER when it is not our answer; None when nobody answers there.
    """
    crypto = owned(settings)
    query, body = _check_url(crypto) if crypto else ("", b"{}")
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=patience)) as http,
            http.post(f"{origin}{PATH}{query}", data=body, allow_redirects=False) as answer,
        ):
            said = await answer.content.read(2_000)
    except (aiohttp.ClientError, OSError, ValueError):
        return None
    if crypto is None:
        return {200: OTHER, 401: OTHER if said else 200}.get(answer.status, answer.status)
    return OTHER if answer.status == 200 and not _succeeded(crypto, said) else answer.status


def _check_url(crypto: Crypto) -> tuple[str, bytes]:
    stamp, nonce = str(int(time.time() * 1000)), secrets.token_hex(8)
    sealed, signature = crypto.seal(json.dumps({"EventType": CHECK_URL}).encode(), stamp, nonce)
    query = urlencode({"msg_signature": signature, "timestamp": stamp, "nonce": nonce})
    return f"?{query}", packed({"encrypt": sealed})


def _succeeded(crypto: Crypto, said: bytes) -> bool:
    try:
        found = load(said)
        parts = (text(found, name) for name in ("msg_signature", "timeStamp", "nonce", "encrypt"))
        return crypto.open(*parts) == b"success"
    except (Unreadable, Forged):
        return False
