"""Row X5 on DingTalk: whoever presses whatever in whatever state, over Stream and over HTTP, a press is looked up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.dingtalk.stage import DingTalkStage, dingtalk_stage
from tests.fakes.dingtalk import Card, shown_text

FOREIGN = "这张卡片是发给别人的"


@dataclass
class Desk:
    """李雷's half day of leave on DingTalk, and what came of it."""

    stage: DingTalkStage

    async def submitted(self) -> tuple[str, str]:
        """The applicant's card and the approver's."""
        await self.stage.say("lilei", "我想下周三下午请半天年假")
        await self.stage.expect("lilei", "请假确认", "[提交]")
        await self.stage.press_label("lilei", "提交")
        await self.stage.expect("xuli", "李雷", "[同意]")
        await self.stage.settle()
        return self.card("lilei"), self.card("xuli")

    def card(self, user: str) -> str:
        cards: list[Card] = [card for card in self.stage.fake.cards.values() if user in card.users]
        return cards[-1].out_track_id

    async def force(self, who: str, card: str, action: str, params: dict[str, Any] | None = None) -> None:
        """A press that no finger could make."""
        pushed = await self.stage.fake.press(who, card, action, params, force=True)
        assert pushed.in_time, "even a forger is answered in two seconds"

    async def rows(self, sql: str) -> list[Any]:
        assert self.stage.bot is not None
        async with self.stage.bot.database.engine.connect() as connection:
            found = (await connection.execute(text(sql))).all()
        return [row[0] if len(row) == 1 else tuple(row) for row in found]

    async def effects(self) -> tuple[int, str]:
        """How often 李雷 took leave since, and how his last request stands."""
        taken = await self.rows("select count(*) from leave_entry where kind = 'take' and person = 'lilei'")
        states = await self.rows("select state from leave_request where person = 'lilei' order by id desc limit 1")
        return taken[0], states[0]

    async def refused(self) -> list[str]:
        return await self.rows("select principal from kernel_audit where action = 'refused' order by id")

    def forget(self, *who: str) -> None:
        for person in who:
            self.stage.fake.forget_unread(person)


@pytest.fixture(params=["stream", "http"])
async def desk(request: pytest.FixtureRequest, company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Desk]:
    """`http`: presses are posted, signed, as in HTTP mode."""
    async with dingtalk_stage(await company(NOW), tmp_path, shanghai(NOW)) as stage:
        fake = stage.fake
        fake.robot_url = fake.event_url = fake.card_url = f"{stage.base}/callback/dingtalk"
        fake.mode = request.param
        yield Desk(stage)


@pytest.mark.parametrize("state", ["open", "decided"])
async def test_a_card_obeys_its_holder_only(desk: Desk, state: str) -> None:
    """Role × action × state: the applicant, a colleague, HR and the boss with the manager's card, she with his."""
    mine, task = await desk.submitted()
    if state == "decided":
        await desk.stage.press_label("xuli", "同意")
        await desk.stage.expect("lilei", "年假已批准")
        await desk.stage.settle()
    before = await desk.effects()
    tried = [(who, task, key) for who in ("lilei", "hanmeimei", "wangfang") for key in ("agree", "reject", "more")]
    tried += [("xuli", mine, "withdraw"), ("hanmeimei", mine, "withdraw"), ("wangjianguo", task, "agree")]
    desk.forget(*{who for who, *_ in tried})
    for who, card, key in tried:
        await desk.force(who, card, key)
    for who, *_ in tried:
        await desk.stage.fake.expect(who, FOREIGN)
    await desk.stage.settle()
    assert await desk.effects() == before
    assert sorted(await desk.refused()) == sorted(who for who, *_ in tried)


async def test_a_stranger_gets_one_sentence(desk: Desk) -> None:
    _, task = await desk.submitted()
    desk.stage.fake.members.add("u900")
    await desk.force("u900", task, "agree")
    told = await desk.stage.fake.expect("u900", "花名册里没有找到您")
    assert "李雷" not in shown_text(told)
    await desk.stage.settle()
    assert await desk.refused() == ["u900"]
    assert await desk.effects() == (0, "in_approval")


async def test_buttons_that_the_card_never_had(desk: Desk) -> None:
    _, task = await desk.submitted()
    for key in ("explode", "agree:9", "AGREE", "form", "done$", "会同意", "x" * 1000):
        await desk.force("xuli", task, key)
        await desk.stage.fake.expect("xuli", "没有这个按钮")
    assert await desk.effects() == (0, "in_approval")


async def test_what_a_forger_says_stood_in_the_form_is_not_trusted(desk: Desk) -> None:
    await desk.stage.say("lilei", "我想下周三下午请半天年假")
    await desk.stage.expect("lilei", "请假确认", "[提交]")
    await desk.stage.settle()
    lies = {"kind": "sick", "amount": "30", "person": "wangfang", "approver": "lilei", "userId": "wangfang"}
    await desk.force("lilei", desk.card("lilei"), "submit", {**lies, "form": {"action": "agree", "person": "xuli"}})
    await desk.stage.expect("xuli", "李雷", "年假", "3月18日(周三) 下午")
    await desk.stage.settle()
    newest = "select person, state from leave_request order by id desc limit 1"
    assert await desk.rows(newest) == [("lilei", "in_approval")]
    await desk.force("xuli", desk.card("xuli"), "reject", {"by": "wangjianguo", "to": "lilei"})
    await desk.stage.expect("xuli", "理由")
    await desk.stage.settle()
    assert await desk.effects() == (0, "in_approval")


async def test_a_card_that_was_decided_is_pressed_again(desk: Desk) -> None:
    """Both fingers at once, then a client that still shows the buttons: the presser always hears, it counts once."""
    _, task = await desk.submitted()
    both = [desk.stage.fake.press("xuli", task, "agree", force=True) for _ in range(2)]
    assert all(pushed.in_time for pushed in await asyncio.gather(*both))
    await desk.stage.settle()
    await desk.force("xuli", task, "reject")
    await desk.stage.settle()
    assert await desk.effects() == (1, "approved")
    approved = [shown for shown in desk.stage.fake.seen["lilei"] if "年假已批准" in shown_text(shown)]
    assert len([shown for shown in approved if not shown.updated]) == 1
    assert desk.stage.fake.cards[task].view("xuli").get("greyed")


async def test_an_old_copys_button_does_not_press_the_new_one(desk: Desk) -> None:
    """It showed Wednesday; the draft says Thursday by now."""
    await desk.stage.say("lilei", "我想下周三下午请半天年假")
    await desk.stage.settle()
    first = desk.card("lilei")
    await desk.stage.say("lilei", "改成周四")
    await desk.stage.settle()
    assert desk.card("lilei") != first
    desk.forget("lilei")
    await desk.force("lilei", first, "submit")
    await desk.stage.fake.expect("lilei", "请在最新的一张上操作")
    await desk.stage.settle()
    assert (await desk.effects())[1] == "draft"
    assert not desk.stage.fake.seen["xuli"]
