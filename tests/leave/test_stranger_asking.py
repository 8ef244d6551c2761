"""What a stranger tripped over when asking for leave: one test for each finding, by its number."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from domain.calendar import service as calendar_service
from domain.calendar.rules import ShiftDay
from domain.kernel.ids import PersonId
from domain.leave import errors, queries, service
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from handlers.chat import Ask, Chat
from tests.leave.conftest import RENDERER, Office, shown
from tests.leave.saying import refused, reply, said
from tests.leave.test_ways import at

ANNUAL, SICK = LeaveKind.ANNUAL, LeaveKind.SICK
LILEI = PersonId("lilei")


# 6, 7: what is not working time, lengths of nothing


@pytest.mark.parametrize(
    ("slots", "words"),
    [
        ({"start_time": "02:00", "end_time": "04:00"}, "不在您3月12日(周四)的上班时间里（09:00–12:00、13:00–18:00）"),
        ({"start_time": "12:00", "end_time": "13:00"}, "不用请假"),
        ({"start_time": "10:00", "end_time": "10:00"}, "结束时间不在开始之后"),
        ({"start_time": "17:00", "end_time": "15:00"}, "结束时间不在开始之后"),
        ({"duration_hours": 30}, "最多能请 8 小时，不能请 30 小时"),
        ({"duration_days": 0}, "要大于 0"),
        ({"duration_days": -1}, "要大于 0"),
    ],
)
async def test_6_and_7_times_that_are_none(office: Office, slots: dict[str, Any], words: str) -> None:
    day = {"leave_type": "personal", "start_date": "2026-03-12", "end_date": "2026-03-12"}
    assert words in await refused(office, "zhangwei", "leave.request", **day, **slots)


@pytest.mark.parametrize("text", ["请-1天年假", "请0天年假", "请负一天年假"])
async def test_7_a_length_of_nothing_is_refused_before_anything_is_asked(office: Office, text: str) -> None:
    assert "要大于 0" in await refused(office, "lilei", "leave.request", text, leave_type="annual")


async def test_7_dates_and_times_that_do_not_exist_are_asked_again(office: Office) -> None:
    slots = {"leave_type": "personal", "start_date": "2026-03-12", "invalid_time": "25点"}
    for wanted, given in (("start_date", {"leave_type": "sick", "invalid_date": "2月30号"}), ("start_time", slots)):
        with pytest.raises(Ask) as question:
            await reply(office, "lilei", "leave.request", "x", **given)
        assert question.value.slot == wanted
        assert "没有“" in RENDERER.card(question.value.template, question.value.data).text


async def test_7_last_year_is_named(office: Office) -> None:
    words = await refused(office, "lilei", "leave.request", leave_type="annual", start_date="2025-05-06")
    assert "2025年5月6日(周二)已经过去" in words


# 14, 15, 16: words of days


async def test_14_only_the_roster_is_missing(office: Office) -> None:
    slots = {"leave_type": "annual", "start_date": "2026-04-20", "end_date": "2026-04-20"}
    card = await said(office, "lilei", "leave.request", **slots)
    assert "您4月20日(周一)起的排班还没公布" in card.text
    request_id = await office.submit("lilei", ANNUAL, Period(date(2026, 4, 20)))
    assert (await queries.request(office.tx, request_id)).missing == "roster"
    assert "申请人的排班还没公布" in office.last("xuli", "leave.task").text


async def test_14_the_calendar_is_missing(office: Office) -> None:
    at(office, "2026-12-20T10:00")
    slots = {"leave_type": "annual", "start_date": "2027-01-04", "end_date": "2027-01-04"}
    assert "2027 年的放假安排还没公布" in (await said(office, "zhangwei", "leave.request", **slots)).text


async def test_15_an_expiry_of_another_year_says_the_year(office: Office) -> None:
    card = await said(office, "zhoujie", "leave.balance", leave_type="annual")
    assert "2027年3月31日(周三)到期" in card.text
    assert "2027年3月31日(周三)到期" in card.fields[0].value


async def test_16_a_refusal_shows_its_dates(office: Office) -> None:
    slots = {"leave_type": "annual", "start_date": "2026-04-01", "end_date": "2026-04-13"}
    words = await refused(office, "lilei", "leave.request", **slots)
    assert "可用 5 天，要请 8 天（4月1日(周三) 至 4月13日(周一)）" in words
    assert "调休" not in words, "there is none to offer"


# 17: advice that works


async def test_17_what_is_lacking_is_topped_up_by_the_button(office: Office) -> None:
    credit = service.Credit("comp_off", Decimal(8), date(2026, 3, 1), "test", "overtime", {})
    await service.credit(office.tx, LILEI, credit)
    slots = {"leave_type": "annual", "start_date": "2026-03-16", "duration_days": 6, "reason": "旅行"}
    answer = await reply(office, "lilei", "leave.request", **slots)
    card = shown(answer)
    assert [action.label for action in card.actions] == ["不够的用调休补", "取消"]
    assert "用调休 8 小时补上" in card.text
    draft = await office.press("lilei", "leave.top_up", answer.key or "")
    assert "年假 3月16日(周一) 至 3月20日(周五) 5 天" in draft.text
    assert "调休 3月23日(周一) 8 小时" in draft.text
    assert "旅行" in draft.text
    assert office.last("lilei", "leave.short_closed").state == "expired"
    with pytest.raises(errors.DraftClosed):
        await office.press("lilei", "leave.top_up", answer.key or "")


async def test_17_a_refused_wish_is_dropped_or_corrected(office: Office) -> None:
    credit = service.Credit("comp_off", Decimal(8), date(2026, 3, 1), "test", "overtime", {})
    await service.credit(office.tx, LILEI, credit)
    slots: dict[str, Any] = {"leave_type": "annual", "start_date": "2026-03-16", "duration_days": 6}
    first = await reply(office, "lilei", "leave.request", **slots)
    chat = await office.chat("lilei", intent="leave.request", slots={**slots, "duration_days": 2}, correcting=first.key)
    corrected = await office.registry.intents["leave.request"].handler(chat)
    assert corrected is not None
    assert "2 天" in shown(corrected).text
    second = await reply(office, "lilei", "leave.request", **slots)
    assert "没有提交" in (await office.press("lilei", "leave.discard", second.key or "")).text


# 26, 28


async def test_26_statutory_holidays_are_never_annual_leave(office: Office) -> None:
    """New Year's days on which the warehouse works: 16–19 February 2026 are statutory."""
    at(office, "2026-02-06T09:00")
    huanglei = PersonId("huanglei")
    early = ShiftDay("早班", ((time(8), time(16)),))
    rostered = {date(2026, 2, day): early for day in range(16, 21)}
    await calendar_service.publish_shifts(office.tx, huanglei, rostered)
    slots = {"leave_type": "annual", "start_date": "2026-02-16", "end_date": "2026-02-18"}
    words = await refused(office, "huanglei", "leave.request", **slots)
    assert "是法定节假日，不计入年假" in words
    card = await said(office, "huanglei", "leave.request", **{**slots, "end_date": "2026-02-20"})
    assert "年假 2月20日(周五) 1 天" in card.text
    assert "2月19日(周四)是法定节假日" in card.text


async def test_28_a_sent_request_is_changed_by_withdrawing_it(office: Office) -> None:
    request_id = await office.submit("lilei", ANNUAL, Period(date(2026, 3, 18)))
    slots = {"leave_type": "annual", "start_date": "2026-03-19", "end_date": "2026-03-19"}
    chat: Chat = await office.chat("lilei", intent="leave.request", slots=slots, correcting=request_id)
    with pytest.raises(errors.DraftClosed) as no:
        await office.registry.intents["leave.request"].handler(chat)
    assert "请先说“撤回”" in RENDERER.refusal(no.value).text


async def test_changed_fields_are_marked(office: Office) -> None:
    draft = await office.draft("lilei", ANNUAL, Period(date(2026, 3, 18)))
    moved = await service.redraft(office.tx, await office.person("lilei"), draft.id, ANNUAL, Period(date(2026, 3, 19)))
    card = RENDERER.card("leave.draft", {"draft": moved})
    assert card.fields[0].label == "年假（已改）"


async def test_a_refused_correction_keeps_the_draft_and_says_so(office: Office) -> None:
    draft = await office.draft("lilei", ANNUAL, Period(date(2026, 3, 18)))
    saturday = {"leave_type": "annual", "start_date": "2026-03-14", "end_date": "2026-03-14"}
    chat = await office.chat("lilei", intent="leave.request", slots=saturday, correcting=draft.id)
    answer = await office.registry.intents["leave.request"].handler(chat)
    assert answer is not None
    assert "本来就不上班" in shown(answer).text
    assert "上面的草稿没有变" in shown(answer).text
    assert "已提交" in (await office.press("lilei", "leave.submit", draft.id)).text
