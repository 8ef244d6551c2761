"""Words and buttons that the conversations in chats/ do not reach; every answer is rendered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.registry import arguments
from cards.card import Card
from domain.kernel.ids import PersonId
from domain.leave import errors, service
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from handlers.chat import Ask
from handlers.leave_change import change_of
from handlers.leave_slots import days_said
from tests.leave.conftest import RENDERER, Office, shown

ANNUAL, PERSONAL = LeaveKind.ANNUAL, LeaveKind.PERSONAL


async def said(office: Office, who: str, intent: str, text: str = "", /, **slots: Any) -> Card:
    route = office.registry.intents[intent]
    chat = await office.chat(who, intent=intent, text=text, slots=slots)
    reply = await route.handler(chat, *arguments(route.handler, chat))
    assert reply is not None
    return shown(reply)


@pytest.mark.parametrize("slots", [{}, {"end_date": "2026-03-30"}], ids=["from a day on", "a day alone"])
async def test_a_type_with_its_legal_ground_runs_its_whole_length(office: Office, slots: dict[str, str]) -> None:
    said_so = {"leave_type": "paternity", "start_date": "2026-03-30", **slots}
    card = await said(office, "zhangwei", "leave.request", **said_so)
    assert "陪产假" in card.text
    assert "10 天" in card.text
    grounds = {field.label: field.value for field in card.fields}
    assert grounds["依据"].startswith("上海 10 天")
    assert "待 HR 核对" in grounds["依据"]
    # ten calendar days from 30 March, 清明 on 5 April not counted
    assert "至 4月9日(周四)" in card.text


async def test_one_day_of_it_when_one_day_is_said(office: Office) -> None:
    slots = {"leave_type": "paternity", "start_date": "2026-03-30", "end_date": "2026-03-30", "duration_days": 1}
    assert "3月30日(周一) 1 天" in (await said(office, "zhangwei", "leave.request", **slots)).text


async def test_maternity_leave_outlasts_the_published_shifts(office: Office) -> None:
    card = await said(office, "hanmeimei", "leave.request", leave_type="maternity", start_date="2026-04-01")
    assert "158 天" in card.text
    assert "暂按" in card.text


@pytest.mark.parametrize(
    ("who", "kind"), [("jiangxin", "annual"), ("weiguoqiang", "annual"), ("songjia", "annual"), ("caoyu", "personal")]
)
async def test_who_is_not_entitled_is_told_so(office: Office, who: str, kind: str) -> None:
    with pytest.raises(errors.NotForYou) as refused:
        await said(office, who, "leave.request", leave_type=kind, start_date="2026-03-30", end_date="2026-03-30")
    assert "不适用" in RENDERER.refusal(refused.value).text


async def test_more_than_the_law_gives_names_the_law(office: Office) -> None:
    with pytest.raises(errors.LimitExceeded) as refused:
        await said(
            office, "zhangwei", "leave.request", leave_type="bereavement", start_date="2026-03-16", duration_days=4
        )
    assert "丧假一次最多 3 天" in RENDERER.refusal(refused.value).text


async def test_several_to_cancel_are_offered_as_buttons(office: Office) -> None:
    first = await office.take("lilei", ANNUAL, Period(date(2026, 3, 18)))
    waiting = await office.submit("lilei", PERSONAL, Period(date(2026, 3, 20)))
    card = await said(office, "lilei", "leave.cancel")
    assert [action.label for action in card.actions] == ["年假 3月18日(周三)", "事假 3月20日(周五)"]
    assert "销假确认" in (await office.press("lilei", "leave.cancel_pick", "x", first)).text
    assert "确定撤回吗" in (await office.press("lilei", "leave.cancel_pick", "x", waiting)).text
    with pytest.raises(errors.RequestUnknown):
        await office.press("hanmeimei", "leave.cancel_pick", "x", first)
    assert "事假已撤回" in (await office.press("lilei", "leave.withdraw", waiting)).text


async def test_one_day_more(office: Office) -> None:
    await office.take("lilei", ANNUAL, Period(date(2026, 3, 20)))
    card = await said(office, "lilei", "leave.request#extend", "想多休一天", duration_days=1)
    assert "年假 3月23日(周一) 1 天" in card.text


async def test_the_last_days_are_given_back(office: Office) -> None:
    await office.take("lilei", ANNUAL, Period(date(2026, 3, 19), duration_days=Decimal(4)))
    card = await said(office, "lilei", "leave.cancel#retract_part", "最后两天不休了")
    assert "3月23日(周一) 至 3月24日(周二) 2 天" in card.text
    assert "保留 3月19日(周四) 至 3月20日(周五)" in card.text


async def test_nobody_out_is_said_too(office: Office) -> None:
    card = await said(office, "lilei", "leave.balance#whos_out", start_date="2026-03-16", end_date="2026-03-20")
    assert "没有人请假或外出" in card.text


async def test_types_without_a_balance(office: Office) -> None:
    assert "事假不按余额管理" in (await said(office, "lilei", "leave.balance", leave_type="personal")).text
    assert "上海 158 天" in (await said(office, "hanmeimei", "leave.balance", leave_type="maternity")).text


async def test_last_years_days_when_there_are_none(office: Office) -> None:
    assert "没有待处理" in (await said(office, "lilei", "leave.balance#waive")).text


async def test_an_adjustment_asks_for_what_is_missing(office: Office) -> None:
    for missing, slots in (
        ("person", {}),
        ("duration_days", {"person": "李雷"}),
        ("reason", {"person": "李雷", "duration_days": 1}),
    ):
        with pytest.raises(Ask) as question:
            await said(office, "wangfang", "leave.balance#adjust", "调整假期", **slots)
        assert question.value.slot == missing
        assert RENDERER.card(question.value.template, {"intent": "", **question.value.data}).text


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("给李雷加1天年假", 1),
        ("给李雷年假加两天", 2),
        ("把韩梅梅的调休扣4小时", -4),
        ("给张伟补半天年假", "0.5"),
        ("给王建国加-1天年假", -1),
        ("给王建国加负2天年假", -2),
        ("给李雷减-1天年假", None),
        ("调整李雷的年假", None),
    ],
)
def test_the_sign_of_a_change(text: str, change: object) -> None:
    found = change_of(text)
    assert (found and found[0]) == (None if change is None else Decimal(str(change)))


def test_days_said() -> None:
    assert [days_said({}, text) for text in ("提前两天回来", "提前回来了", "少休半天")] == [2, None, Decimal("0.5")]


async def test_reminders_are_rendered(office: Office) -> None:
    await office.take("lilei", LeaveKind.SICK, Period(date(2026, 3, 11)))
    assert await service.warn_missing_proof(office.tx, date(2026, 3, 18)) == 1
    assert "还差医院病假证明" in office.last("lilei", "leave.proof_due").text
    assert await service.hint_forfeits(office.tx, 2026) == 0


async def test_long_sick_leave_is_shown_to_hr_and_nothing_is_taken(office: Office) -> None:
    await office.take("lilei", LeaveKind.SICK, Period(date(2026, 3, 11), date(2026, 5, 20)))
    assert await service.hint_forfeits(office.tx, 2026) == 1
    assert "李雷（71 天）" in office.last("wangfang", "leave.forfeit_hint").text


async def test_only_keepers_open_papers(office: Office) -> None:
    await office.take("lilei", LeaveKind.SICK, Period(date(2026, 3, 11)))
    kept = await service.attach_certificate(office.tx, PersonId("lilei"), [service.Paper("f1", "a.jpg", "image/jpeg")])
    assert [action.label for action in office.last("wangfang", "leave.certificate_came").actions] == ["查看"]
    with pytest.raises(errors.NotPermitted):
        await office.press("xuli", "leave.certificate_open", "x", kept.code)
