"""What a stranger found: old buttons that stay, answers that reach nobody, files of others. Each says what is so."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text

from bot.platforms.port import Update
from domain.kernel.ids import PersonId
from domain.org.importing import sheet
from domain.people import service
from tests.both import GROUP, Both
from tests.fakes.wecom import Shown, shown_text
from tests.stage import Stage

SPENT = text("update wecom_code set used = true")


async def withdrawable(both: Both) -> Shown:
    """李雷's card after three days: no code is left to change it with."""
    await both.wecom.say("lilei", "明天请一天年假")
    await both.wecom.expect("lilei", "请假确认")
    await both.wecom.press_label("lilei", "提交")
    shown: Shown = (await both.wecom.expect("lilei", "请假申请", "[撤回]"))["shown"]
    await both.forget("lilei")
    async with both.tx() as tx:
        await tx.session.execute(SPENT)
    return shown


async def test_an_old_card_that_is_pressed_in_vain_loses_its_button(both: Both) -> None:
    old = await withdrawable(both)
    await both.wecom.say("lilei", "撤回")
    await both.wecom.expect("lilei", "年假已撤回")
    await both.settle()
    before = both.wecom.fake.card("lilei", old.task_id or "")
    assert before is not None
    assert "[撤回]" in shown_text(before), "nothing could change it"
    await both.wecom.fake.press("lilei", old.task_id or "", "withdraw")
    await both.wecom.expect("lilei", "已经撤回")
    await both.settle()
    after = both.wecom.fake.card("lilei", old.task_id or "")
    assert after is not None
    assert "[撤回]" not in shown_text(after)


async def test_an_old_card_that_is_pressed_changes_where_it_lies(both: Both) -> None:
    """The press itself brings the code: no fresh card is needed, none comes."""
    old = await withdrawable(both)
    await both.wecom.press_label("lilei", "撤回")
    changed = (await both.wecom.expect("lilei", "年假已撤回"))["shown"]
    assert (changed.updated, changed.msgid) == (True, old.msgid)


async def test_a_decision_reaches_an_old_card_at_its_next_press(both: Both) -> None:
    old = await withdrawable(both)
    await both.wecom.press_label("xuli", "同意")
    await both.wecom.expect("lilei", "请假结果", "年假已批准")
    await both.settle()
    await both.wecom.fake.press("lilei", old.task_id or "", "withdraw")
    await both.wecom.expect("lilei", "已经批准")
    await both.settle()
    after = both.wecom.fake.card("lilei", old.task_id or "")
    assert after is not None
    assert "[撤回]" not in shown_text(after)


async def test_who_cannot_be_written_to_is_told_in_the_group_once(both: Both) -> None:
    both.dingtalk.fake.members.discard("lilei")
    await both.dingtalk.say("lilei", "我还有几天年假", conversation=GROUP)
    await both.dingtalk.fake.expect(GROUP, "单聊")
    told = await both.dingtalk.fake.expect(GROUP, "没能送到单聊", "打开“HR 助手”")
    await both.settle()
    assert "5 天" not in told.text
    heard = [shown.text for shown in both.dingtalk.fake.seen_group[GROUP]]
    assert sum("没能送到" in words for words in heard) == 1
    await both.dingtalk.say("hanmeimei", "我还有几天年假", conversation=GROUP)
    await both.dingtalk.expect("hanmeimei", "年假")
    await both.settle()
    assert sum("没能送到" in shown.text for shown in both.dingtalk.fake.seen_group[GROUP]) == 1


@pytest.mark.parametrize(
    ("name", "content", "answer"),
    [
        ("花名册.xlsx", sheet.template(), "花名册只能由 HR 导入"),
        ("表.xlsx", sheet.template(), "花名册只能由 HR 导入"),
        ("员工.zip", b"PK\x05\x06" + bytes(18), "花名册只能由 HR 导入"),
        ("预算.xlsx", b"no workbook", "不知道要用它做什么"),
    ],
    ids=["named", "by its header", "zip", "another workbook"],
)
async def test_only_hr_imports(stage: Stage, name: str, content: bytes, answer: str) -> None:
    await stage.send_file("lilei", name, content, "application/octet-stream")
    await stage.expect("lilei", answer)


async def test_hr_is_told_that_a_zip_is_no_workbook(stage: Stage) -> None:
    await stage.send_file("wangfang", "花名册.zip", b"PK\x05\x06" + bytes(18), "application/zip")
    await stage.expect("wangfang", "打不开", "花名册模板")


async def test_what_came_under_another_lock_waits_for_its_own(both: Both) -> None:
    """Linked a moment ago: the callback's process did not know yet whose account it is."""
    async with both.tx() as tx:
        await service.link_account(tx, PersonId("lilei"), "wecom", "ll.99")
    both.wecom.fake.members.add("ll.99")
    await both.bot.workers.stop()
    await both.bot.inbox.store(Update("wecom", uuid4().hex, "ll.99", text="我还有几天年假"), "ll.99")
    [waiting] = await both.rows("select id from bot_inbox")
    await both.bot.handling.handle(waiting, 0)
    assert await both.rows("select person, state from bot_inbox") == [("lilei", "waiting")]
    locks = "select lock from procrastinate_jobs where task_name = 'handle' order by id"
    assert await both.rows(locks) == ["in:ll.99", "in:lilei"]
    await both.bot.handling.handle(waiting, 0)
    assert await both.rows("select person, state from bot_inbox") == [("lilei", "done")]
