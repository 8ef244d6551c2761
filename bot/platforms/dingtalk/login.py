"""Logging in with DingTalk: in its own browser without a question, elsewhere on its page (facts/dingtalk.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bot.platforms.dingtalk.answers import Answer
from bot.platforms.dingtalk.client import Client, packed
from bot.platforms.dingtalk.transport import Request, Style
from bot.platforms.port import Undeliverable
from bot.platforms.shared.documents import mapping, text
from bot.platforms.shared.login import LoginRefused
from config.settings import DingTalk

USER_TOKEN, ME = "oauth2/userAccessToken", "contact/users/me"
BY_UNION, IN_APP = "topapi/user/getbyunionid", "topapi/v2/user/getuserinfo"
STAFF = "0"
"""A contact_type; 1 is an outside contact of the organisation."""


@dataclass(frozen=True)
class DingTalkLogin:
    """Fulfils `bot.platforms.shared.login.Door`."""

    settings: DingTalk
    client: Client
    name: str = "dingtalk"

    def address(self, *, back: str, state: str, in_app: bool) -> str:
        asked = {
            "redirect_uri": back,
            "response_type": "code",
            "client_id": self.settings.client_id,
            "scope": "openid corpid",
            "state": state,
            "prompt": "consent",
        }
        return f"{self.settings.authorize_base}?{urlencode(asked)}"

    async def account(self, code: str) -> str:
        """By DingTalk's page: the code stands for a person of some organisation, and ours must be the one."""
        try:
            return await self._by_page(code)
        except Undeliverable as refusal:
            raise LoginRefused(str(refusal)) from None

    async def account_in_app(self, code: str) -> str:
        """By the app's own `requestAuthCode`, which is for our organisation only. Raises as `account`."""
        try:
            answer = await self._old(IN_APP, {"code": code})
        except Undeliverable as refusal:
            raise LoginRefused(str(refusal)) from None
        return _named(text(mapping(answer.data, "result"), "userid"))

    async def _by_page(self, code: str) -> str:
        own = self.settings
        secret = own.client_secret.get_secret_value()
        body = packed(
            {"clientId": own.client_id, "clientSecret": secret, "code": code, "grantType": "authorization_code"}
        )
        granted = await self.client.aside(Request(USER_TOKEN, self._new(USER_TOKEN), body=lambda: body), None)
        if own.corp_id and granted.text("corpId") != own.corp_id:
            raise LoginRefused("another organisation was chosen")
        me = await self.client.aside(Request(ME, self._new(ME), method="GET"), _named(granted.text("accessToken")))
        found = mapping((await self._old(BY_UNION, {"unionid": _named(me.text("unionId"))})).data, "result")
        if text(found, "contact_type") not in {STAFF, ""}:
            raise LoginRefused("an outside contact")
        return _named(text(found, "userid"))

    def _new(self, api: str) -> str:
        return f"{self.settings.api_base}/v1.0/{api}"

    async def _old(self, api: str, message: Mapping[str, Any]) -> Answer:
        body, url = packed(message), f"{self.settings.oapi_base}/{api}"
        return await self.client.call(Request(api, url, Style.OLD, body=lambda: body))


def _named(said: str | None) -> str:
    if not said:
        raise LoginRefused("DingTalk names nobody")
    return said
