"""A button pressed twice, late, by the wrong person, on something that is over: each gets its proper answer."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from tests.stage import Stage


async def asked(stage: Stage, label: str = "提交") -> tuple[str, str]:
    """李雷 asks for a day; the ids of his card and of 徐丽's."""
    await stage.say("lilei", "明天请一天年假")
    draft = await stage.expect("lilei", "请假确认")
    await stage.press_label("lilei", label)
    task = await stage.expect("xuli", "李雷 申请年假 1 天")
    await stage.settle()
    await stage.read("lilei")
    stage.forget_unread("lilei")
    return draft["card"]["id"], task["card"]["id"]


async def taken(stage: Stage) -> int:
    async with stage.bot.database.engine.connect() as connection:
        counted = text("select count(*) from leave_entry where person = 'lilei' and kind = 'take'")
        return (await connection.execute(counted)).scalar_one()


async def test_the_same_agreement_twice_at_once(stage: Stage) -> None:
    _, card = await asked(stage)
    assert await asyncio.gather(*(stage.press("xuli", card, "agree") for _ in range(2))) == [202, 202]
    await stage.expect("xuli", "已同意李雷")
    await stage.expect("xuli", "不用再操作")
    await stage.expect("lilei", "年假已批准")
    await stage.settle()
    assert await taken(stage) == 1


async def test_a_colleague_presses_the_managers_card(stage: Stage) -> None:
    _, card = await asked(stage)
    assert await stage.press("hanmeimei", card, "agree") == 202
    await stage.expect("hanmeimei", "这张卡片是发给别人的")
    await stage.settle()
    assert await taken(stage) == 0
    async with stage.bot.database.engine.connect() as connection:
        refused = text("select principal from kernel_audit where action = 'refused'")
        assert list((await connection.execute(refused)).scalars()) == ["hanmeimei"]


async def test_the_applicant_presses_the_managers_card(stage: Stage) -> None:
    _, card = await asked(stage)
    await stage.press("lilei", card, "agree")
    await stage.expect("lilei", "这张卡片是发给别人的")
    assert await taken(stage) == 0


async def test_agreeing_to_what_was_withdrawn(stage: Stage) -> None:
    mine, card = await asked(stage)
    await stage.press("lilei", mine, "withdraw")
    await stage.expect("lilei", "年假已撤回")
    await stage.settle()
    await stage.press("xuli", card, "agree")
    await stage.expect("xuli", "撤回")
    await stage.settle()
    assert await taken(stage) == 0


async def test_withdrawing_what_was_agreed_to(stage: Stage) -> None:
    mine, card = await asked(stage)
    await stage.press("xuli", card, "agree")
    await stage.expect("lilei", "年假已批准")
    await stage.settle()
    stage.forget_unread("lilei")
    await stage.press("lilei", mine, "withdraw")
    await stage.expect("lilei", "批准")
    assert await taken(stage) == 1


async def test_submitting_the_same_draft_twice(stage: Stage) -> None:
    mine, _ = await asked(stage)
    await stage.press("lilei", mine, "submit")
    await stage.expect("lilei", "已经提交")
    await stage.settle()
    await stage.read("xuli")
    assert len(stage.cards["xuli"]) == 1


async def test_a_button_that_the_card_never_had(stage: Stage) -> None:
    _, card = await asked(stage)
    assert await stage.press("xuli", card, "explode") == 202
    await stage.expect("xuli", "没有这个按钮")


async def test_a_draft_that_a_second_wish_replaced(stage: Stage) -> None:
    await stage.say("lilei", "明天请一天年假")
    first = await stage.expect("lilei", "请假确认")
    await stage.say("lilei", "下周五请一天年假")
    second = await stage.expect("lilei", "3月20日(周五)")
    assert second["card"]["id"] != first["card"]["id"]
    await stage.press("lilei", first["card"]["id"], "submit")
    await stage.expect("lilei", "已经失效")
    await stage.quiet("xuli")
    await stage.press("lilei", second["card"]["id"], "submit")
    await stage.expect("xuli", "3月20日(周五)")


async def test_what_one_hears_back_comes_within_three_seconds(stage: Stage) -> None:
    _, card = await asked(stage)
    for _ in range(3):
        stage.forget_unread("xuli")
        await stage.press("xuli", card, "agree")
        await stage.expect("xuli", "", patience=3.0)


async def test_withdrawing_is_said_once(stage: Stage) -> None:
    await asked(stage)
    await stage.say("lilei", "撤回")
    await stage.expect("lilei", "年假已撤回")
    await stage.settle()
    await stage.quiet("lilei")
