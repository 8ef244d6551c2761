"""Where notices go: where somebody asked for them, and never where they have no account."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from bot.identity import remember_platform
from bot.target_platform import candidates, platform_for
from bot.understanding.understander import trained
from domain.kernel.clock import shanghai
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries, service
from tests.both import Both
from tests.conftest import NOW

LEI, BOTH = PersonId("lilei"), ("wecom", "dingtalk")


@pytest.mark.parametrize(
    ("wish", "last", "messengers", "tried"),
    [
        (None, None, (), ["console"]),
        (None, None, BOTH, ["wecom", "dingtalk", "console"]),
        (None, "dingtalk", BOTH, ["dingtalk", "wecom", "console"]),
        (None, "console", BOTH, ["console", "wecom", "dingtalk"]),
        ("wecom", "dingtalk", BOTH, ["wecom", "dingtalk", "console"]),
        ("console", "dingtalk", BOTH, ["console", "dingtalk", "wecom"]),
        ("dingtalk", "dingtalk", ("wecom",), ["wecom", "console"]),
    ],
)
def test_in_which_order_platforms_are_tried(
    wish: str | None, last: str | None, messengers: tuple[str, ...], tried: list[str]
) -> None:
    assert candidates(wish, last, messengers) == tried


@pytest.mark.parametrize(
    ("said", "aspect"),
    [
        ("以后通知发到钉钉", "notices"),
        ("通知发企业微信", "notices"),
        ("我的通知会发到哪里", "notices"),
        ("在钉钉上收通知", "notices"),
        ("通知别发到钉钉", "notices"),
        ("发个通知到钉钉群", None),
        ("给全员发通知", None),
        ("换手机号了", None),
        ("以后不要给我发通知", "notices"),
        ("别往钉钉发通知了", "notices"),
        ("关闭通知", "notices"),
        ("通知跟我走", "notices"),
        ("通知大家不要发朋友圈", None),
    ],
)
def test_what_is_said_about_notices(said: str, aspect: str | None) -> None:
    assert trained().understand(said, shanghai(NOW)).aspect == aspect


async def goes(tx: Tx) -> str:
    return await platform_for(tx, LEI, BOTH)


async def test_wish_last_used_default_another_the_web_chat(both: Both) -> None:
    async with both.tx() as tx:
        assert await goes(tx) == "wecom", "the default"
        await remember_platform(tx, LEI, "dingtalk")
        assert await goes(tx) == "dingtalk", "last used"
        await service.wish_notices(tx, LEI, "wecom")
        assert await goes(tx) == "wecom", "the wish"
        await service.unlink_account(tx, LEI, "wecom")
        assert await goes(tx) == "dingtalk", "a wish that cannot be met any more"
        await service.unlink_account(tx, LEI, "dingtalk")
        assert await goes(tx) == "console", "never a messenger without an account"
        await service.link_account(tx, LEI, "dingtalk", "ll.99")
        await remember_platform(tx, LEI, "wecom")
        await tx.session.execute(text("update bot_last_seen set at = at - interval '1 hour'"))
        assert await goes(tx) == "dingtalk", "last used, but not linked any more"
        await tx.session.execute(text("update bot_last_seen set at = at + interval '2 hours'"))
        assert await goes(tx) == "wecom", "they wrote with their number since"
        await service.follow_notices(tx, LEI)
        assert await queries.notice_wish(tx, LEI) is None


async def test_a_number_that_is_another_ones_account_is_no_account(both: Both) -> None:
    async with both.tx() as tx:
        await service.unlink_account(tx, LEI, "wecom")
        await service.unlink_account(tx, PersonId("hanmeimei"), "wecom")
        number = (await queries.person(tx, LEI)).number
        await service.link_account(tx, PersonId("hanmeimei"), "wecom", number)
        assert await platform_for(tx, LEI, ("wecom",)) == "console"


async def last_news(both: Both, where: str) -> list[dict[str, Any]]:
    """李雷's leave is agreed to; what came to him on that platform without being asked for."""
    await both.web.say("lilei", "明天请一天年假")
    await both.web.expect("lilei", "请假确认")
    await both.web.press_label("lilei", "提交")
    await both.wecom.expect("xuli", "的请假", "[同意]")
    await both.forget("lilei")
    await both.wecom.press_label("xuli", "同意")
    await both.wecom.expect("xuli", "已由您同意")
    await both.settle()
    stage = getattr(both, where)
    await stage.read("lilei")
    return [
        message
        for message in stage.unread["lilei"]
        if "请假结果" in message["text"] or "请假结果" in str(message.get("card"))
    ]


async def test_said_once_it_holds_whatever_they_use(both: Both) -> None:
    await both.wecom.say("lilei", "以后通知发到钉钉")
    await both.wecom.expect("lilei", "设好了：以后通知都发到钉钉", "通知发到企业微信", "跟着我走")
    assert len(await last_news(both, "dingtalk")) == 1
    for other in (both.wecom, both.web):
        await other.read("lilei")
        assert not [one for one in other.unread["lilei"] if "请假结果" in str(one)]


async def test_without_a_wish_they_follow(both: Both) -> None:
    await both.dingtalk.say("lilei", "通知发到哪")
    await both.dingtalk.expect("lilei", "通知跟着您走", "现在是钉钉")
    assert len(await last_news(both, "web")) == 1


async def test_the_wish_is_taken_back(both: Both) -> None:
    await both.wecom.say("lilei", "通知发钉钉")
    await both.wecom.expect("lilei", "都发到钉钉", "[跟着我走]")
    await both.wecom.press_label("lilei", "跟着我走")
    await both.wecom.expect("lilei", "好的，以后通知跟着您走")
    async with both.tx() as tx:
        assert await queries.notice_wish(tx, LEI) is None
        assert await goes(tx) == "wecom"


async def test_a_platform_without_an_account_is_refused(both: Both) -> None:
    async with both.tx() as tx:
        await service.unlink_account(tx, LEI, "dingtalk")
    await both.wecom.say("lilei", "以后通知发到钉钉")
    await both.wecom.expect("lilei", "还没有绑定钉钉", "绑定码")
    async with both.tx() as tx:
        assert await queries.notice_wish(tx, LEI) is None


async def test_no_messenger_at_all(both: Both) -> None:
    """Both are gone: the notice waits in the web chat, nothing becomes a dead letter."""
    async with both.tx() as tx:
        for messenger in BOTH:
            await service.unlink_account(tx, LEI, messenger)
    assert len(await last_news(both, "web")) == 1
    assert await both.rows("select id from bot_outbox where state = 'dead'") == []
