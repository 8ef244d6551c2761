"""The messengers that people can log in with here."""

from __future__ import annotations

from bot.app import Bot
from bot.platforms.dingtalk.login import DingTalkLogin
from bot.platforms.dingtalk.platform import DingTalkPlatform
from bot.platforms.shared.login import Door, LoginRefused
from bot.platforms.wecom.login import WeComLogin
from bot.platforms.wecom.platform import WeComPlatform

IN_WECOM = ("wxwork", "MicroMessenger")
"""Of a User-Agent: WeCom's own browser, and WeChat's with the company's plugin."""
IN_DINGTALK = ("DingTalk",)


def doors(bot: Bot) -> dict[str, Door]:
    """Those that are configured. None without a public address: where they send people back to is never guessed."""
    found: dict[str, Door] = {}
    if bot.settings.public_url is None:
        return found
    wecom, dingtalk = (bot.sender.platforms.get(name) for name in ("wecom", "dingtalk"))
    if isinstance(wecom, WeComPlatform):
        found["wecom"] = WeComLogin(wecom.settings, wecom.api)
    if isinstance(dingtalk, DingTalkPlatform):
        found["dingtalk"] = dingtalk.api.login
    return found


def own_door(agent: str) -> str | None:
    """The messenger whose own browser this is, by its User-Agent."""
    if any(sign in agent for sign in IN_WECOM):
        return "wecom"
    return "dingtalk" if any(sign in agent for sign in IN_DINGTALK) else None


async def in_app(door: Door, code: str) -> str:
    """The account behind a code that the messenger's own script gave. Raises as `Door.account`."""
    if not isinstance(door, DingTalkLogin):
        raise LoginRefused("this messenger gives its scripts no codes")
    return await door.account_in_app(code)
