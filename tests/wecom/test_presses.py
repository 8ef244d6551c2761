"""Row X5: whoever presses whatever in whatever state, a press is only a reference that is looked up. And D3."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.fakes.wecom import Shown, shown_text
from tests.wecom.later import Later, rows
from tests.wecom.stage import WeComStage
from tests.wecom.test_thread import SEND, UPDATE, balance, drafted, submitted

FOREIGN = "这张卡片是发给别人的"
REPLACED = "请在最新的一张上操作"


async def force(phones: WeComStage, who: str, task: str | None, key: str, **how: Any) -> None:
    """A press that no finger could make: a forger's, or a client's that is behind."""
    posted = await phones.fake.press(who, task or "", key, force=True, **how)
    assert posted.statuses == [200]


async def effects(phones: WeComStage) -> tuple[int, str]:
    """How often 李雷 took leave since, and how his last request stands."""
    taken = await rows(phones, "select count(*) from leave_entry where kind = 'take' and person = 'lilei'")
    states = await rows(phones, "select state from leave_request where person = 'lilei' order by id desc limit 1")
    return taken[0], states[0]


async def refused(phones: WeComStage) -> list[str]:
    return await rows(phones, "select principal from kernel_audit where action = 'refused' order by id")


@pytest.mark.parametrize("state", ["open", "decided"])
async def test_a_card_obeys_its_holder_only(phones: WeComStage, state: str) -> None:
    """Role × action × state: the applicant, a colleague, HR and the boss with the manager's card, she with his."""
    mine, task = await submitted(phones)
    if state == "decided":
        await phones.press_label("xuli", "同意")
        await phones.expect("lilei", "年假已批准")
        await phones.settle()
    before, changes = await effects(phones), len(phones.fake.calls[UPDATE])
    tried = [(who, task, key) for who in ("lilei", "hanmeimei", "wangfang") for key in ("agree", "reject", "more")]
    tried += [("xuli", mine, "withdraw"), ("hanmeimei", mine, "withdraw"), ("wangjianguo", task, "agree")]
    for who in {who for who, *_ in tried}:
        phones.fake.forget_unread(who)
    for who, card, key in tried:
        await force(phones, who, card.task_id, key)
    for who, *_ in tried:
        await phones.fake.expect(who, FOREIGN)
    await phones.settle()
    assert await effects(phones) == before
    assert sorted(await refused(phones)) == sorted(who for who, *_ in tried)
    assert len(phones.fake.calls[UPDATE]) == changes, "a code that a stranger brought is not used"


async def test_a_stranger_gets_one_sentence(phones: WeComStage) -> None:
    _, task = await submitted(phones)
    phones.fake.members.add("Nobody")
    await force(phones, "Nobody", task.task_id, "agree")
    told = await phones.fake.expect("nobody", "花名册里没有找到您")
    assert "李雷" not in shown_text(told)
    await phones.fake.say("Nobody", "我还有几天年假")
    await phones.fake.expect("nobody", "花名册里没有找到您")
    await phones.settle()
    assert await refused(phones) == ["nobody", "nobody"]
    assert await effects(phones) == (0, "in_approval")
    assert len(phones.fake.seen["nobody"]) == 2


async def test_a_card_that_nobody_knows(phones: WeComStage, later: Later) -> None:
    """It is waited for, outside the person's lock: what they write meanwhile is answered. Then one clear sentence."""
    await force(phones, "lilei", "cd_01KKDBNJW3B3RV64R3XHR4430W@1", "submit")
    await phones.say("lilei", "我还有几天年假")
    await phones.expect("lilei", "年假", "可用 5 天")
    assert await rows(phones, "select state from bot_inbox order by seq") == ["waiting", "done"]
    await later.pass_by(30)
    await phones.quiet("lilei")
    await later.pass_by(35)
    await phones.expect("lilei", "找不到这张卡片了")
    await phones.settle()
    assert await rows(phones, "select state from bot_inbox order by seq") == ["done", "done"]


async def test_buttons_that_the_card_never_had(phones: WeComStage) -> None:
    _, task = await submitted(phones)
    for key in ("explode", "agree:9", "AGREE", "submit$", "done$", "会同意", "x" * 1000):
        await force(phones, "xuli", task.task_id, key)
        await phones.fake.expect("xuli", "没有这个按钮")
    assert await effects(phones) == (0, "in_approval")


async def test_an_old_copys_button_does_not_press_the_new_one(phones: WeComStage) -> None:
    """It showed Wednesday; the draft says Thursday by now."""
    first = await drafted(phones)
    await phones.say("lilei", "改成周四")
    second = (await phones.expect("lilei", "3月19日(周四)", "[提交]"))["shown"]
    await phones.settle()
    await force(phones, "lilei", first.task_id, "submit")
    await phones.expect("lilei", REPLACED)
    await phones.settle()
    assert (await effects(phones))[1] == "draft"
    assert not phones.fake.seen["xuli"]
    await phones.fake.press("lilei", second.task_id or "", "submit")
    await phones.expect("xuli", "3月19日(周四)")
    await phones.settle()
    await phones.read("lilei")
    phones.forget_unread("lilei")
    await force(phones, "lilei", first.task_id, "submit")
    await phones.expect("lilei", "已经提交")


async def test_a_card_that_was_decided_is_pressed_again(phones: WeComStage) -> None:
    """Both fingers at once, then a client that still shows the buttons."""
    _, task = await submitted(phones)
    assert task.task_id
    both = [phones.fake.press("xuli", task.task_id, "agree") for _ in range(2)]
    assert [posted.status for posted in await asyncio.gather(*both)] == [200, 200]
    await phones.fake.expect("xuli", "已同意李雷")
    await phones.fake.expect("xuli", "不用再操作")
    await phones.settle()
    phones.fake.forget_unread("xuli")
    await force(phones, "xuli", task.task_id, "reject")
    await phones.fake.expect("xuli", "同意")
    await phones.settle()
    assert await effects(phones) == (1, "approved")
    assert (await balance(phones)).taken * 2 == 1
    assert sum("年假已批准" in shown_text(shown) for shown in phones.fake.seen["lilei"] if not shown.updated) == 1
    now = phones.fake.card("xuli", task.task_id)
    assert now is not None
    assert now.greyed == "已通过"


async def test_what_a_forger_says_was_chosen_is_not_trusted(phones: WeComStage) -> None:
    mine = await drafted(phones)
    lies = {"kind": "sick", "amount": "30", "person": "wangfang", "approver": "lilei", "action": "agree", "value": "9"}
    await force(phones, "lilei", mine.task_id, "submit", selected=lies)
    task = (await phones.expect("xuli", "李雷的请假", "年假", "3月18日(周三) 下午"))["shown"]
    await phones.settle()
    newest = "select person, state from leave_request order by id desc limit 1"
    assert await rows(phones, newest) == [("lilei", "in_approval")]
    await force(phones, "hanmeimei", task.task_id, "submit$", selected={"action": "agree"})
    await phones.expect("hanmeimei", FOREIGN)
    await force(phones, "xuli", task.task_id, "reject", selected={"by": "wangjianguo", "to": "lilei"})
    await phones.expect("xuli", "理由")
    await phones.settle()
    assert await effects(phones) == (0, "in_approval")


async def test_another_persons_card_in_full_says_nothing(phones: WeComStage) -> None:
    _, task = await submitted(phones)
    await force(phones, "hanmeimei", task.task_id, "full$")
    told = (await phones.expect("hanmeimei", "找不到这张卡片了"))["shown"]
    assert "李雷" not in shown_text(told)
    await force(phones, "xuli", task.task_id, "full$")
    await phones.expect("xuli", "李雷 申请年假 0.5 天")
    assert await effects(phones) == (0, "in_approval")


def spend(phones: WeComStage, card: Shown) -> None:
    """Somebody else used every code of this message."""
    for code in phones.fake.codes.values():
        if code.message.msgid == card.msgid:
            code.used = True


async def test_used_codes_lead_to_a_fresh_card(phones: WeComStage) -> None:
    mine = await drafted(phones)
    spend(phones, mine)
    [used] = [text for text, code in phones.fake.codes.items() if code.message.msgid == mine.msgid]
    await force(phones, "lilei", mine.task_id, "submit", code=used)
    fresh = (await phones.expect("lilei", "请假申请", "审批中", "[撤回]"))["shown"]
    assert (fresh.updated, fresh.msgid != mine.msgid) == (False, True)
    await phones.settle()
    await phones.press_label("lilei", "撤回")
    await phones.expect("lilei", "请假申请", "已撤回")
    await phones.settle()
    assert (await effects(phones))[1] == "withdrawn"
    assert all(row != "dead" for row in await rows(phones, "select state from bot_outbox"))


async def test_after_three_days_a_fresh_card(phones: WeComStage, later: Later) -> None:
    """What nobody else tells 徐丽 comes as a new card when the old one cannot be changed any more."""
    _, task = await submitted(phones)
    await later.pass_by(73 * 3_600)
    await phones.press_label("lilei", "撤回")
    fresh = (await phones.expect("xuli", "李雷 申请年假", "申请人已撤回"))["shown"]
    assert (fresh.updated, fresh.msgid != task.msgid) == (False, True)


async def test_after_three_days_a_decision_is_told_by_its_notice_alone(phones: WeComStage, later: Later) -> None:
    mine, task = await submitted(phones)
    await later.pass_by(73 * 3_600)
    before = len(phones.fake.calls[UPDATE])
    await phones.press_label("xuli", "同意")  # a press brings a new code
    await phones.expect("xuli", "已由您同意", "（已通过）")
    await phones.expect("lilei", "请假结果", "已批准")
    await phones.settle()
    assert [shown.msgid for shown in phones.fake.seen["lilei"] if "请假申请" in shown_text(shown)][-1] == mine.msgid
    assert len(phones.fake.calls[UPDATE]) == before + 1, "an expired code is not even tried"
    [expired] = await rows(phones, "select count(*) from wecom_code where until < now() + interval '73 hours'")
    await phones.bot.tidy()
    assert expired > 0
    assert await rows(phones, "select count(*) from wecom_code where until < now() + interval '73 hours'") == [0]
    now = phones.fake.card("xuli", task.task_id or "")
    assert now is not None
    assert now.greyed == "已通过"


async def test_pressed_before_the_send_was_recorded(phones: WeComStage) -> None:
    """D3: the answer of message/send is slow, and the member has the card in hand already."""
    await drafted(phones)
    phones.fake.inject(SEND, "slow", seconds=0.8, when=lambda call: call.body["touser"] == "xuli")
    await phones.press_label("lilei", "提交")
    task = (await phones.expect("xuli", "[同意]"))["shown"]
    assert not await rows(phones, "select 1 from bot_outbox where recipient = 'xuli' and state = 'sent'")
    await phones.press_label("xuli", "同意")
    await phones.expect("lilei", "年假已批准")
    await phones.expect("xuli", "已由您同意", "（已通过）")
    await phones.settle()
    assert await effects(phones) == (1, "approved")
    assert phones.fake.card("xuli", task.task_id or "") == phones.fake.seen["xuli"][-1]
