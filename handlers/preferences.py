"""Where a person has their notices: 以后通知发到钉钉, 通知发到哪."""

from __future__ import annotations

import re

from domain.people import queries, service
from handlers.chat import Chat, Reply, Router

router = Router("preferences")
WEB = "console"
NAMED = {
    "dingtalk": re.compile(r"钉钉|dingtalk|(?<![a-z])ding(?![a-z])", re.IGNORECASE),
    "wecom": re.compile(r"企业微信|企微|微信|wecom|wxwork", re.IGNORECASE),
    WEB: re.compile(r"网页|网站|电脑版|聊天页|浏览器"),
}
FOLLOW = re.compile(r"默认|跟着|跟我")
AWAY = re.compile(r"别|不要|不用|不想|关|停|屏蔽|取消")


@router.intent("#notices", private=True)
async def notices(chat: Chat) -> Reply:
    """A platform that was named is set; without one it is said where notices go and how to change it."""
    named = [platform for platform, words in NAMED.items() if words.search(chat.text)]
    if len(named) == 1 and not AWAY.search(chat.text):
        return await _set(chat, named[0])
    if not named and FOLLOW.search(chat.text):
        return await _follow(chat)
    return await _shown(chat)


@router.press("preferences.notices")
async def press(chat: Chat) -> Reply:
    """A platform's button, or 跟着我走 without a value."""
    return await _set(chat, chat.action_value) if chat.action_value else await _follow(chat)


async def _set(chat: Chat, platform: str) -> Reply:
    if platform not in await _open_to(chat):
        return Reply("basics.notices_refused", platform=platform, connected=platform in chat.messengers)
    await service.wish_notices(chat.tx, chat.actor.id, platform)
    return await _shown(chat, changed=True)


async def _follow(chat: Chat) -> Reply:
    await service.follow_notices(chat.tx, chat.actor.id)
    return await _shown(chat, changed=True)


async def _shown(chat: Chat, *, changed: bool = False) -> Reply:
    """How it stands. A wish that cannot be met any more is no news to hide: notices go elsewhere meanwhile."""
    wish, places = await queries.notice_wish(chat.tx, chat.actor.id), await _open_to(chat)
    return Reply(
        "basics.notices",
        key=f"notices:{chat.actor.id}",
        wish=wish if wish in places else None,
        lost=wish if wish and wish not in places else None,
        places=places,
        here=chat.platform,
        changed=changed,
    )


async def _open_to(chat: Chat) -> list[str]:
    """The platforms on which they can be reached; the one they speak on is one."""
    found = []
    for name in chat.messengers:
        account = await queries.account_of(chat.tx, chat.actor.id, name)
        ended = await queries.link_ended(chat.tx, chat.actor.id, name)
        if name == chat.platform or (account is not None and ended is None):
            found.append(name)
    return [*found, WEB]
