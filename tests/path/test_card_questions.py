"""What a card asks for and the platform could not show is asked for in words; then the button is pressed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.outbox import Outgoing, Place
from bot.questions import filled, missing
from bot.tables import CardRow
from cards.card import Action, Card, Input
from domain.kernel.errors import Invalid
from handlers.chat import Chat, Reply, Router
from tests.both import GROUP, Both

WHERE = Input("where", "choice", "地点", ("上海", "北京分部", "其他"))
DAY, TIME, WHY = Input("day", "date", "日期"), Input("time", "time", "开始时间"), Input("why", "text", "事由")
NOTE = Input("note", "text", "备注", optional=True)
BOOK = Action("book", "预约", "tests.book", "primary", "B1")
DROP = Action("drop", "取消", "tests.drop", bare=True)
CARD = Card(
    "bot.test", "预约会议室", "预约", "预约会议室", "draft", inputs=(DAY, TIME, WHY, NOTE), actions=(BOOK, DROP)
)

router = Router("tests")


@router.press("tests.book")
async def book(chat: Chat) -> Reply:
    if chat.inputs.get("why") == "不行":
        raise Invalid
    said = " ".join(f"{name}={value}" for name, value in sorted(chat.inputs.items()))
    return Reply("bot.full_text", said=f"已预约 {chat.action_value} {said}")


@router.press("tests.drop")
async def drop(chat: Chat) -> Reply:
    return Reply("bot.full_text", said="没有预约")


async def shown(both: Both, card: Card = CARD, platform: str = "wecom", conversation: str = "direct") -> None:
    both.bot.registry.presses |= router.presses
    async with both.tx() as tx:
        await both.bot.outbox().enqueue(tx, Outgoing(Place(platform, "lilei", conversation), card, "bk_1"))
    await both.settle()


async def test_asked_one_after_another_and_then_pressed(both: Both) -> None:
    await shown(both)
    await both.wecom.press_label("lilei", "预约")
    await both.wecom.expect("lilei", "“日期”是哪一天")
    await both.wecom.say("lilei", "下周三")
    await both.wecom.expect("lilei", "“开始时间”是几点")
    await both.wecom.say("lilei", "下午两点半")
    await both.wecom.expect("lilei", "请填写“事由”")
    await both.wecom.say("lilei", "客户来访，要大一点的")
    await both.wecom.expect("lilei", "已预约 B1", "day=2026-03-18", "time=14:30", "why=客户来访，要大一点的")
    await both.wecom.say("lilei", "好的")
    await both.wecom.expect("lilei", "没有等您确认的事项")


async def test_what_the_form_sent_is_kept(both: Both) -> None:
    """DingTalk's form has days and texts; what was left open is asked for."""
    await shown(both, platform="dingtalk")
    await both.dingtalk.press_label("lilei", "预约", {"day": "2026-03-20", "why": "面试"})
    await both.dingtalk.expect("lilei", "“开始时间”是几点")
    await both.dingtalk.say("lilei", "9点")
    await both.dingtalk.expect("lilei", "已预约", "day=2026-03-20", "time=09:00", "why=面试")


async def test_asked_here_and_answered_there(both: Both) -> None:
    await shown(both, replace(CARD, inputs=(DAY,)))
    await both.wecom.press_label("lilei", "预约")
    await both.wecom.expect("lilei", "“日期”是哪一天")
    await both.dingtalk.say("lilei", "3月20日")
    await both.dingtalk.expect("lilei", "已预约", "day=2026-03-20")


async def test_a_choice_is_made_with_buttons_or_typed(both: Both) -> None:
    await shown(both, replace(CARD, inputs=(DAY, WHERE)))
    await both.wecom.press_label("lilei", "预约")
    await both.wecom.expect("lilei", "“日期”是哪一天")
    await both.wecom.say("lilei", "明天")
    await both.wecom.expect("lilei", "“地点”选哪一个", "[上海]")
    await both.wecom.say("lilei", "广州")
    await both.wecom.expect("lilei", "“广州”不在选项里")
    await both.wecom.say("lilei", "北京")
    await both.wecom.expect("lilei", "已预约", "where=北京分部")
    await both.wecom.say("lilei", "预约")
    await both.wecom.say("lilei", "后天")
    await both.wecom.press_label("lilei", "上海")
    await both.wecom.expect("lilei", "已预约", "day=2026-03-13", "where=上海")


async def test_nonsense_is_asked_again_and_never_mind_drops_it(both: Both) -> None:
    await shown(both)
    await both.web.say("lilei", "预约")  # typed, on another platform
    await both.web.expect("lilei", "“日期”是哪一天")
    for said in ("3月32号", "周三到周五", "嗯嗯嗯"):
        await both.web.say("lilei", said)
        await both.web.expect("lilei", f"没有看懂“{said}”")
    await both.web.say("lilei", "算了")
    await both.web.expect("lilei", "已取消")
    await both.web.say("lilei", "明天")
    assert "已预约" not in (await both.web.expect("lilei", ""))["text"]


async def test_a_wish_in_between_is_answered_and_the_question_stays(both: Both) -> None:
    await shown(both, replace(CARD, inputs=(DAY, WHY)))
    await both.wecom.press_label("lilei", "预约")
    await both.wecom.expect("lilei", "“日期”是哪一天")
    await both.wecom.say("lilei", "我还有几天年假")
    await both.wecom.expect("lilei", "年假", "可用 5 天")
    await both.wecom.say("lilei", "明天")
    await both.wecom.expect("lilei", "请填写“事由”")
    await both.wecom.say("lilei", "待我审批")
    await both.wecom.expect("lilei", "没有等您审批的申请")
    await both.wecom.say("lilei", "身体检查")
    await both.wecom.expect("lilei", "已预约", "day=2026-03-12", "why=身体检查")


async def test_a_refused_answer_can_be_given_again(both: Both) -> None:
    await shown(both, replace(CARD, inputs=(WHY,)))
    await both.wecom.press_label("lilei", "预约")
    await both.wecom.expect("lilei", "请填写“事由”")
    await both.wecom.say("lilei", "家里装修")
    await both.wecom.expect("lilei", "已预约", "why=家里装修")


async def test_a_bare_button_asks_nothing(both: Both) -> None:
    await shown(both)
    await both.wecom.press_label("lilei", "取消")
    await both.wecom.expect("lilei", "没有预约")


async def test_the_card_changed_meanwhile(both: Both) -> None:
    await shown(both, replace(CARD, inputs=(DAY,)))
    await both.wecom.press_label("lilei", "预约")
    await both.wecom.expect("lilei", "“日期”是哪一天")
    await shown(both, replace(CARD, text="预约会议室（三楼已满，改四楼）", inputs=(DAY,)))
    await both.wecom.say("lilei", "明天")
    await both.wecom.expect("lilei", "卡片刚刚有变化", "改四楼")
    await both.settle()
    await both.wecom.press_label("lilei", "预约")
    await both.wecom.expect("lilei", "“日期”是哪一天")


async def test_the_card_of_a_group_asks_in_the_direct_chat(both: Both) -> None:
    group = (await both.web.get("/console/api/groups"))[0]["id"]
    members = (await both.web.get("/console/api/groups"))[0]["members"]
    both.bot.registry.presses |= router.presses
    async with both.tx() as tx:
        place = Place("console", "", group)
        await both.bot.outbox().enqueue(tx, Outgoing(place, replace(CARD, inputs=(WHY,)), "bk_2"))
    await both.settle()
    someone = members[0]
    await both.web.press_label(someone, "预约")
    asked = await both.web.expect(someone, "请填写“事由”")
    assert asked["conversation"] == "direct"
    assert group != GROUP


def row(*inputs: Input) -> Any:
    import json
    from dataclasses import asdict

    return CardRow(inputs=json.dumps([asdict(item) for item in inputs], ensure_ascii=False))


@pytest.mark.parametrize(
    ("item", "sent", "value"),
    [
        (DAY, "2026-03-20", "2026-03-20"),
        (DAY, "2026-03-20T00:00:00", "2026-03-20"),
        (DAY, "2026-02-30", None),
        (DAY, "明天", None),
        (TIME, "9:05", "09:05"),
        (TIME, "23:59:00", "23:59"),
        (TIME, "24:00", None),
        (WHY, "  ", None),
        (WHY, " 开会 ", "开会"),
        (WHERE, "上海", "上海"),
        (WHERE, "#2", None),
        (WHERE, "广州", None),
    ],
)
def test_what_a_platform_sends_is_checked(item: Input, sent: str, value: str | None) -> None:
    assert filled(row(item), {item.id: sent}).get(item.id) == value
    assert missing(row(item), filled(row(item), {item.id: sent})) == (None if value else item)


def test_what_the_card_showed_stands_where_the_platform_cannot_ask() -> None:
    preset = replace(WHY, value="例会")
    assert filled(row(preset, NOTE), {}) == {"why": "例会"}
    assert filled(row(preset), {"why": ""}) == {}, "they emptied it"
    assert missing(row(NOTE), {}) is None
    assert filled(row(replace(WHERE, options=("一" * 60, "二"))), {"where": "#1"}) == {"where": "一" * 60}
