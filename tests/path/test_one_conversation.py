"""One person, two messengers and the web chat: one conversation, one card to press, each notice once."""

from __future__ import annotations

import asyncio

from bot.outbox import Place
from tests.both import GROUP, Both
from tests.fakes.dingtalk import shown_text as on_dingtalk
from tests.fakes.wecom import Shown
from tests.fakes.wecom import shown_text as on_wecom

WISH = "我想下周三下午请半天年假"


async def drafted_on_wecom(both: Both) -> Shown:
    await both.wecom.say("lilei", WISH)
    shown: Shown = (await both.wecom.expect("lilei", "请假确认", "3月18日(周三)", "[提交]"))["shown"]
    await both.forget("lilei")
    return shown


async def requests(both: Both) -> list[str]:
    return await both.rows("select state || ' ' || starts::date from leave_request where person = 'lilei' order by id")


async def test_a_draft_begun_on_one_platform_is_corrected_on_the_other(both: Both) -> None:
    first = await drafted_on_wecom(both)
    await both.dingtalk.say("lilei", "改成周四")
    await both.dingtalk.expect("lilei", "请假确认", "3月19日(周四)", "[提交]")
    await both.wecom.fake.press("lilei", first.task_id or "", "submit", force=True)  # before it could be greyed
    await both.wecom.expect("lilei", "已经转到钉钉", "没有生效")
    await both.settle()
    assert [each.split()[0] for each in await requests(both)] == ["draft"]
    await both.dingtalk.press_label("lilei", "提交")
    await both.wecom.expect("xuli", "3月19日(周四)", "[同意]")


async def test_the_copy_left_behind_offers_nothing(both: Both) -> None:
    first = await drafted_on_wecom(both)
    await both.dingtalk.say("lilei", "改成周四")
    await both.wecom.expect("lilei", "已经转到钉钉")
    await both.settle()
    old = both.wecom.fake.card("lilei", first.task_id or "")
    assert old is not None
    assert (old.greyed, "[提交]" in on_wecom(old)) == ("已处理", False)
    assert "3月18日" not in on_wecom(old), "what is no longer so is not shown"


async def test_yes_and_never_mind_are_heard_everywhere(both: Both) -> None:
    first = await drafted_on_wecom(both)
    await both.web.say("lilei", "好的")
    await both.web.expect("lilei", "已提交，等待审批", "[撤回]")
    await both.settle()
    old = both.wecom.fake.card("lilei", first.task_id or "")
    assert old is not None
    assert "[提交]" not in on_wecom(old)
    await both.dingtalk.say("lilei", "下周五请一天年假")
    await both.dingtalk.expect("lilei", "请假确认", "3月20日(周五)")
    await both.wecom.say("lilei", "算了")
    await both.wecom.expect("lilei", "没有提交")
    assert [each.split()[0] for each in await requests(both)] == ["in_approval", "withdrawn"]


async def test_a_question_asked_here_is_answered_there(both: Both) -> None:
    await both.wecom.say("lilei", "想休假")
    await both.wecom.expect("lilei", "请哪种假")
    await both.dingtalk.say("lilei", "年假")
    await both.dingtalk.expect("lilei", "从哪天开始")
    await both.web.say("lilei", "明天")
    await both.web.expect("lilei", "请假确认", "年假 3月12日(周四) 1 天")


async def test_two_platforms_at_the_same_instant(both: Both) -> None:
    """One after the other, whichever came first: one request, one answer each."""
    await drafted_on_wecom(both)
    await asyncio.gather(*(stage.say("lilei", "好的") for stage in (both.wecom, both.dingtalk, both.web)))
    await both.settle()
    assert [each.split()[0] for each in await requests(both)] == ["in_approval"]
    assert len(await both.rows("select id from bot_card where person = 'xuli'")) == 1
    said = [stage.unread.get("lilei", []) for stage in (both.wecom, both.dingtalk, both.web)]
    await asyncio.gather(*(stage.read("lilei") for stage in (both.wecom, both.dingtalk, both.web)))
    heard = "\n".join(
        message["text"] for stage in (both.wecom, both.dingtalk, both.web) for message in stage.unread["lilei"]
    )
    assert said is not None
    assert heard.count("没有等您确认的事项") == 2, heard


async def test_a_card_elsewhere_is_pressed_by_its_label(both: Both) -> None:
    await drafted_on_wecom(both)
    await both.dingtalk.say("lilei", "提交")
    await both.dingtalk.expect("lilei", "请假申请", "审批中", "[撤回]")
    await both.wecom.expect("xuli", "李雷的请假", "[同意]")
    await both.forget("xuli")
    await both.dingtalk.say("xuli", "同意")
    await both.dingtalk.expect("xuli", "已同意李雷")
    await both.dingtalk.expect("lilei", "年假已批准")
    await both.settle()
    greyed = [shown for shown in both.wecom.fake.screen("xuli") if shown.card is not None]
    assert "[同意]" not in on_wecom(greyed[-1])


async def test_of_two_undecided_elsewhere_none_is_pressed(both: Both) -> None:
    for person, day in (("lilei", "明天"), ("hanmeimei", "后天")):
        await both.wecom.say(person, f"{day}请一天年假")
        await both.wecom.expect(person, "请假确认")
        await both.wecom.press_label(person, "提交")
        await both.wecom.expect("xuli", "的请假", "[同意]")
    await both.dingtalk.say("xuli", "同意")
    await both.dingtalk.expect("xuli", "是哪一件")
    assert "approved" not in " ".join(await requests(both))


async def test_a_group_stays_a_conversation_of_its_own(both: Both) -> None:
    await drafted_on_wecom(both)
    await both.dingtalk.say("lilei", "好的", conversation=GROUP)
    await both.dingtalk.fake.expect(GROUP, "单聊")
    await both.settle()
    assert [each.split()[0] for each in await requests(both)] == ["draft"]


async def test_a_notice_comes_once_and_changes_the_card_where_it_lies(both: Both) -> None:
    await drafted_on_wecom(both)
    await both.wecom.press_label("lilei", "提交")
    await both.wecom.expect("xuli", "[同意]")
    await both.dingtalk.say("lilei", "我还有几天年假")
    await both.dingtalk.expect("lilei", "年假")
    await both.forget("lilei")
    await both.wecom.press_label("xuli", "同意")
    await both.dingtalk.expect("lilei", "请假结果", "年假已批准")
    await both.settle()
    await both.wecom.read("lilei")
    news = [message for message in both.wecom.unread["lilei"] if not message["shown"].updated]
    assert news == [], "no second message where they are not"
    assert any("已批准" in on_wecom(shown) for shown in both.wecom.fake.screen("lilei")), "the card there knows it"


async def test_what_is_still_open_moves_along(both: Both) -> None:
    """撤回 is offered once: where the person speaks now."""
    await drafted_on_wecom(both)
    await both.dingtalk.say("lilei", "好的")
    await both.dingtalk.expect("lilei", "请假申请", "[撤回]")
    await both.settle()
    live = [shown for shown in both.wecom.fake.screen("lilei") if "[撤回]" in on_wecom(shown)]
    assert live == []
    await both.dingtalk.press_label("lilei", "撤回")
    await both.dingtalk.expect("lilei", "已撤回")
    assert any("已撤回" in on_dingtalk(shown) for shown in both.dingtalk.fake.screen("lilei"))


def test_the_direct_chat_has_one_lock_on_all_platforms() -> None:
    """Handled one after the other; sent beside each other."""
    assert Place("wecom", "lilei").lock != Place("dingtalk", "lilei").lock
