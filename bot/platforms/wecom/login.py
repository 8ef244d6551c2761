"""Logging in with WeCom: in its own browser without a question, elsewhere by a scan (facts/wecom.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from bot.platforms.port import Undeliverable
from bot.platforms.shared.login import LoginRefused
from bot.platforms.wecom.api import WeComApi
from config.settings import WeCom


@dataclass(frozen=True)
class WeComLogin:
    """Fulfils `bot.platforms.shared.login.Door`."""

    settings: WeCom
    api: WeComApi
    name: str = "wecom"

    def address(self, *, back: str, state: str, in_app: bool) -> str:
        """The fragment is WeCom's own: without it the page does not open."""
        own = {"appid": self.settings.corp_id, "agentid": str(self.settings.agent_id), "redirect_uri": back}
        if in_app:
            asked = {**own, "response_type": "code", "scope": "snsapi_base", "state": state}
            return f"{self.settings.authorize_base}?{urlencode(asked)}#wechat_redirect"
        return f"{self.settings.scan_base}?{urlencode({**own, 'login_type': 'CorpApp', 'state': state})}"

    async def account(self, code: str) -> str:
        try:
            found = await self.api.logged_in(code)
        except Undeliverable as refusal:
            raise LoginRefused(str(refusal)) from None
        if found is None:
            raise LoginRefused("not a member of the company")
        return found
