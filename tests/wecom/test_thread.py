"""The leave conversation from end to end: encrypted callbacks in, cards on the fake's phones out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from domain.kernel import audit
from domain.kernel.ids import PersonId
from domain.leave import queries
from domain.leave.rules.policy import LeaveKind
from domain.leave.views import BalanceView
from tests.fakes.wecom import Shown, shown_text
from tests.fakes.wecom.seen import preview
from tests.wecom.later import rows
from tests.wecom.stage import WeComStage

WISH = "我想下周三下午请半天年假"
SEND, UPDATE = "message/send", "message/update_template_card"
SECRETS = re.compile(r"[年病事婚产陪调]假|\d+(?:\.\d+)?\s*[天时]|哺乳|体检|家里有事")


async def drafted(phones: WeComStage, who: str = "lilei", wish: str = WISH) -> Shown:
    await phones.say(who, wish)
    shown: Shown = (await phones.expect(who, "请假确认", "[提交] [修改] [取消]"))["shown"]
    return shown


async def submitted(phones: WeComStage) -> tuple[Shown, Shown]:
    """李雷's card and 徐丽's, when all is sent."""
    mine = await drafted(phones)
    await phones.press_label("lilei", "提交")
    theirs = await phones.expect("xuli", "李雷的请假", "年假", "0.5 天", "[同意] [驳回]")
    await phones.settle()
    return mine, theirs["shown"]


def sends(phones: WeComStage, who: str) -> int:
    return sum(call.body["touser"] == who for call in phones.fake.calls[SEND])


async def balance(phones: WeComStage, who: str = "lilei") -> BalanceView:
    assert phones.bot is not None
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        return await queries.balance(tx, PersonId(who), LeaveKind.ANNUAL)


async def test_half_a_day_of_annual_leave(phones: WeComStage) -> None:
    mine = await drafted(phones)
    assert mine.card is not None
    before = sends(phones, "lilei")
    await phones.press_label("lilei", "提交")
    changed = (await phones.expect("lilei", "请假申请", "年假", "0.5 天", "审批中", "[撤回]"))["shown"]
    assert (changed.updated, changed.msgid) == (True, mine.msgid), "changed where it lies"
    task = (await phones.expect("xuli", "李雷的请假", "年假", "0.5 天", "[同意] [驳回]"))["shown"]
    await phones.settle()
    assert sends(phones, "lilei") == before, "and nothing new was sent for it"
    assert (await balance(phones)).held == Decimal("0.5")

    await phones.press_label("xuli", "同意")
    grey = (await phones.expect("xuli", "李雷的请假", "已由您同意", "（已通过）"))["shown"]
    assert (grey.updated, grey.msgid) == (True, task.msgid)
    told = (await phones.expect("lilei", "请假结果", "年假已批准", "剩余 4.5 天"))["shown"]
    assert not told.updated, "a notice is a message of its own, or nobody would see it"
    await phones.settle()
    final = phones.fake.card("lilei", mine.task_id or "")
    assert final is not None
    assert final.greyed == "已通过"

    after = await balance(phones)
    assert (after.available, after.held, after.taken) == (Decimal("4.5"), 0, Decimal("0.5"))
    await phones.read("lilei")
    phones.forget_unread("lilei")
    await phones.say("lilei", "我还有几天年假")
    await phones.expect("lilei", "年假", "可用 4.5 天")
    await audited(phones)
    assert not phones.fake.warnings


async def audited(phones: WeComStage) -> None:
    assert phones.bot is not None
    async with phones.bot.database.sessions() as session, session.begin():
        length, faults = await audit.verify(session)
    assert length >= 2
    assert not faults
    done = await rows(phones, "select action from kernel_audit where principal in ('lilei', 'xuli') order by id")
    assert any("submit" in action for action in done), done
    assert any("agree" in action for action in done), done


async def test_rejected_with_a_reason(phones: WeComStage) -> None:
    _, task = await submitted(phones)
    await phones.press_label("xuli", "驳回")
    await phones.expect("xuli", "理由")
    await phones.say("xuli", "人手不足")
    await phones.expect("lilei", "请假结果", "被驳回", "人手不足")
    await phones.settle()
    grey = phones.fake.card("xuli", task.task_id or "")
    assert grey is not None
    assert (grey.greyed, phones.fake.card("lilei", "") is None) == ("已驳回", True)
    assert (await balance(phones)).available == 5


async def test_a_correction_is_a_fresh_card_and_the_old_one_greys(phones: WeComStage) -> None:
    first = await drafted(phones)
    await phones.say("lilei", "改成周四")
    second = (await phones.expect("lilei", "请假确认", "3月19日(周四)", "[提交]"))["shown"]
    await phones.settle()
    assert first.task_id
    assert second.task_id == first.task_id.replace("@1", "@2")
    assert second.msgid != first.msgid, "at the end of the chat, where the person looks"
    old, new = phones.fake.card("lilei", first.task_id), phones.fake.card("lilei", second.task_id)
    assert old is not None
    assert new is not None
    assert (old.greyed, new.greyed) == ("已有新卡片", None)
    await phones.press_label("lilei", "提交")
    await phones.expect("xuli", "李雷的请假", "3月19日(周四)")
    await phones.settle()
    live = [shown for shown in phones.fake.screen("lilei") if "[撤回]" in shown_text(shown)]
    assert [shown.task_id for shown in live] == [second.task_id]


async def test_the_button_can_be_typed(phones: WeComStage) -> None:
    first = await drafted(phones)
    await phones.say("lilei", "提交")
    fresh = (await phones.expect("lilei", "请假申请", "审批中"))["shown"]
    assert not fresh.updated
    await phones.settle()
    old = phones.fake.card("lilei", first.task_id or "")
    assert old is not None
    assert old.greyed == "已有新卡片"
    await phones.say("xuli", "同意")
    await phones.expect("lilei", "请假结果", "年假已批准")


async def test_userids_are_the_same_in_whatever_case(phones: WeComStage) -> None:
    phones.fake.members = {"LiLei" if who == "lilei" else who for who in phones.fake.members}
    await phones.say("LiLei", WISH)
    await phones.expect("lilei", "请假确认")
    assert await rows(phones, "select distinct person from bot_inbox") == ["lilei"]


async def test_lock_screens_say_nothing(phones: WeComStage) -> None:
    """Notices and cards: no kind of leave, no amount, no reason. What answers one's own words is read on the spot."""
    await phones.say("lilei", "明天请一天年假，家里有事")
    await phones.expect("lilei", "请假确认", "家里有事")
    await phones.press_label("lilei", "提交")
    await phones.expect("xuli", "家里有事", "[同意]")
    await phones.say("lilei", "催一下")
    await phones.press_label("xuli", "驳回")
    await phones.expect("xuli", "理由")
    await phones.say("xuli", "人手不足，年假改期")
    await phones.expect("lilei", "被驳回")
    await phones.say("hanmeimei", "我发烧了今天不来了")
    await phones.expect("hanmeimei", "病假", "[提交]")
    await phones.press_label("hanmeimei", "提交")
    await agree(phones)
    await phones.send_file("hanmeimei", "病假条.jpg", b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")
    await phones.expect("wangfang", "材料")
    await phones.say("lilei", "我还有几天年假")
    await phones.settle()
    cards = [shown for seen in phones.fake.seen.values() for shown in seen if shown.kind == "template_card"]
    assert len(cards) >= 10
    assert not leaks(cards)


async def agree(phones: WeComStage) -> None:
    await phones.expect("xuli", "韩梅梅的请假", "[同意]")
    await phones.press_label("xuli", "同意")
    await phones.expect("hanmeimei", "病假已批准")


def leaks(cards: Iterable[Shown]) -> list[str]:
    return [preview(shown) for shown in cards if SECRETS.search(preview(shown)) or "人手" in preview(shown)]


async def test_a_press_that_changes_another_card_is_answered_at_the_chats_end(phones: WeComStage) -> None:
    """驳回 twice: the card that asks for the reason lies further up by then."""
    await submitted(phones)
    await phones.press_label("xuli", "驳回")
    asked = (await phones.expect("xuli", "理由"))["shown"]
    await phones.settle()
    await phones.press_label("xuli", "驳回")
    again = (await phones.expect("xuli", "理由"))["shown"]
    assert (again.updated, again.msgid != asked.msgid) == (False, True)
    await phones.say("xuli", "人手不足")
    await phones.expect("lilei", "被驳回", "人手不足")


async def test_an_old_copy_is_greyed_once(phones: WeComStage) -> None:
    first = await drafted(phones)
    await phones.press_label("lilei", "修改")  # it has two codes now
    for day in ("四", "五"):
        await phones.say("lilei", f"改成周{day}")
        await phones.expect("lilei", "请假确认", f"(周{day})")
    await phones.settle()
    greyed = [shown for shown in phones.fake.seen["lilei"] if shown.updated and shown.msgid == first.msgid]
    assert len(greyed) == 1
