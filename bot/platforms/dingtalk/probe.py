"""What DingTalk says about our settings: asked once by `hrbot doctor` and `hrbot platform status`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.platforms.dingtalk.answers import Answer, read
from bot.platforms.dingtalk.api import DIRECT
from bot.platforms.dingtalk.client import TOKEN, packed
from bot.platforms.dingtalk.gateway import Gateway
from bot.platforms.dingtalk.transport import Request, Transport
from bot.platforms.shared.probing import PATIENCE
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
