"""Giving back, papers, adjustments, years not published, the year's end: each with its unhappy side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from config.statutory.calendar import Holiday, YearNotice
from domain.approvals import queries as approval_queries
from domain.calendar import queries as calendar
from domain.calendar import service as calendar_service
from domain.kernel.clock import FixedClock, shanghai
from domain.kernel.ids import PersonId
from domain.leave import errors, queries, service
from domain.leave.events import LeaveApproved, LeaveCancelled, UnusedLeaveListed
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service.adjusting import Change
from domain.leave.service.certificates import Paper
from tests.leave.conftest import RENDERER, Office

ANNUAL, SICK, COMP_OFF, PERSONAL = LeaveKind.ANNUAL, LeaveKind.SICK, LeaveKind.COMP_OFF, LeaveKind.PERSONAL
LILEI, WANGFANG = PersonId("lilei"), PersonId("wangfang")
WEEK = Period(date(2026, 3, 16), date(2026, 3, 18))


def at(office: Office, moment: str) -> None:
    assert isinstance(office.tx.clock, FixedClock)
    office.tx.clock.instant = shanghai(moment)


async def left(office: Office, kind: LeaveKind = ANNUAL, who: str = "lilei") -> Decimal:
    return (await queries.balance(office.tx, PersonId(who), kind)).available


# giving back


async def test_days_to_come_are_given_back_at_once(office: Office) -> None:
    request_id = await office.take("lilei", ANNUAL, WEEK)
    assert await left(office) == 2
    lilei = await office.person("lilei")
    wednesday = date(2026, 3, 18)
    draft = await service.cancel_draft(office.tx, lilei, request_id, wednesday, wednesday)
    card = RENDERER.card("leave.cancellation", {"cancellation": draft, "reason": None})
    assert [action.label for action in card.actions] == ["确认销假", "取消"]
    done = await service.cancel_confirm(office.tx, lilei, draft.id)
    assert (done.state, done.direct, done.asked) == ("done", 1, 0)
    assert await left(office) == 3
    (request,) = await queries.live_requests(office.tx, LILEI, ANNUAL, None, None)
    assert (request.amount, request.ends) == (2, date(2026, 3, 17))
    assert len(await calendar.absences(office.tx, [LILEI], wednesday, wednesday)) == 0
    assert "销假" in office.last("xuli", "leave.cancel_notice").text
    with pytest.raises(errors.CancelledAlready):
        await service.cancel_confirm(office.tx, lilei, draft.id)


async def test_back_a_day_early(office: Office) -> None:
    request_id = await office.take("lilei", ANNUAL, WEEK)
    at(office, "2026-03-18T08:30")
    draft = await service.cancel_draft(office.tx, await office.person("lilei"), request_id)
    assert (draft.amount, draft.direct) == (1, 1)
    await service.cancel_confirm(office.tx, await office.person("lilei"), draft.id)
    assert await left(office) == 3


async def test_days_gone_by_are_given_back_when_the_approver_agrees(office: Office) -> None:
    request_id = await office.take("lilei", ANNUAL, WEEK)
    at(office, "2026-03-20T09:00")
    lilei = await office.person("lilei")
    draft = await service.cancel_draft(office.tx, lilei, request_id)
    assert (draft.direct, draft.asked) == (0, 3)
    asked = await service.cancel_confirm(office.tx, lilei, draft.id)
    await office.pump()
    assert asked.state == "in_approval"
    assert await left(office) == 2
    assert "销假" in office.last("xuli", "leave.cancel_task").text
    await office.agree(draft.id)
    assert await left(office) == 5
    assert "已生效" in office.last("lilei", "leave.cancellation").text
    assert (await queries.request(office.tx, request_id)).state == "cancelled"


async def test_a_rejected_cancellation_changes_nothing(office: Office) -> None:
    request_id = await office.take("lilei", ANNUAL, WEEK)
    at(office, "2026-03-20T09:00")
    draft = await service.cancel_draft(office.tx, await office.person("lilei"), request_id)
    await service.cancel_confirm(office.tx, await office.person("lilei"), draft.id)
    await office.pump()
    await office.reject(draft.id, "那几天没见到人")
    assert await left(office) == 2
    assert "那几天没见到人" in office.last("lilei", "leave.cancellation").text


async def test_events_for_later_contexts(office: Office) -> None:
    request_id = await office.submit("lilei", ANNUAL, WEEK)
    case = await approval_queries.case_for(office.tx, request_id)
    assert case is not None
    await service.decide(office.tx, request_id, service.Decision("approved"))
    (approved,) = [event for event in office.outbox.events if isinstance(event, LeaveApproved)]
    assert [day for day, _ in approved.days] == [date(2026, 3, day) for day in (16, 17, 18)]
    assert approved.paid == "full"
    draft = await service.cancel_draft(office.tx, await office.person("lilei"), request_id)
    await service.cancel_confirm(office.tx, await office.person("lilei"), draft.id)
    (cancelled,) = [event for event in office.outbox.events if isinstance(event, LeaveCancelled)]
    assert cancelled.days == approved.days


# papers and privacy


async def test_a_photo_finds_the_sick_leave(office: Office) -> None:
    today = date(2026, 3, 11)
    await office.take("lilei", SICK, Period(today, today), reason="发烧")
    kept = await service.attach_certificate(office.tx, LILEI, [Paper("f1", "病假条.jpg", "image/jpeg")])
    assert kept.proof_at is not None
    assert "李雷" in office.last("wangfang", "leave.certificate_came").text
    assert [paper.file_id for paper in await service.open_certificate(office.tx, WANGFANG, kept.code)] == ["f1"]
    with pytest.raises(errors.NotPermitted):
        await service.open_certificate(office.tx, PersonId("xuli"), kept.code)
    looks = await office.tx.session.execute(
        text("select count(*) from kernel_audit where action = 'leave.certificate_opened'")
    )
    assert looks.scalar_one() == 1
    more = await service.attach_certificate(office.tx, LILEI, [Paper("f2", "第2页.jpg", "image/jpeg")])
    assert more.id == kept.id
    assert len(await service.open_certificate(office.tx, WANGFANG, kept.code)) == 2


async def test_sick_leave_after_the_fact(office: Office) -> None:
    monday = date(2026, 3, 9)
    assert (await office.draft("lilei", SICK, Period(monday, monday))).amount == 1
    with pytest.raises(errors.InThePast):
        await office.draft("lilei", SICK, Period(date(2026, 3, 2), date(2026, 3, 2)))
    with pytest.raises(errors.InThePast):
        await office.draft("lilei", ANNUAL, Period(monday, monday))


async def test_colleagues_are_not_told_the_type(office: Office) -> None:
    await office.take("hanmeimei", SICK, Period(date(2026, 3, 12), date(2026, 3, 12)))
    span = (date(2026, 3, 12), date(2026, 3, 13))
    seen = {
        who: await queries.whos_out(office.tx, PersonId(who), *span, public=False)
        for who in ("lilei", "xuli", "wangfang", "zhangwei")
    }
    assert [(each.name, each.kind_name) for each in seen["lilei"]] == [("韩梅梅", None)]
    assert [(each.name, each.kind_name) for each in seen["xuli"]] == [("韩梅梅", "病假")]
    assert [(each.name, each.kind_name) for each in seen["wangfang"]] == [("韩梅梅", "病假")]
    assert seen["zhangwei"] == []
    public = await queries.whos_out(office.tx, PersonId("xuli"), *span, public=True)
    assert [each.kind_name for each in public] == [None]
    draft = await office.draft("lilei", ANNUAL, Period(*span))
    assert (draft.colleagues.names, draft.colleagues.count) == (("韩梅梅",), 1)


async def test_reasons_are_encrypted_at_rest(office: Office) -> None:
    await office.draft("lilei", SICK, Period(date(2026, 3, 12), date(2026, 3, 12)), reason="发烧三十九度")
    stored = (await office.tx.session.execute(text("select reason from leave_request"))).scalar_one()
    assert "发烧".encode() not in bytes(stored)


# adjustments


async def test_an_adjustment_takes_effect_when_a_second_person_agrees(office: Office) -> None:
    wangfang = await office.person("wangfang")
    change = Change(LILEI, ANNUAL, Decimal(1), "补发去年加班")
    draft = await service.adjust_draft(office.tx, wangfang, change)
    assert draft.reviewers
    assert "王芳" not in draft.reviewers
    await service.adjust_confirm(office.tx, wangfang, draft.id)
    await office.pump()
    assert await left(office) == 5
    await office.agree(draft.id)
    assert await left(office) == 6
    assert "补发去年加班" in office.last("lilei", "leave.adjusted").text
    explained = await queries.explain(office.tx, LILEI, ANNUAL)
    assert sum(line.amount for line in explained.lines) == 6
    with pytest.raises(errors.AdjustmentClosed):
        await service.adjust_confirm(office.tx, wangfang, draft.id)


async def test_only_hr_adjusts_and_never_below_nothing(office: Office) -> None:
    change = Change(LILEI, ANNUAL, Decimal(1), "想多休")
    with pytest.raises(errors.NotPermitted):
        await service.adjust_draft(office.tx, await office.person("lilei"), change)
    wangfang = await office.person("wangfang")
    with pytest.raises(errors.BelowZero):
        await service.adjust_draft(office.tx, wangfang, replace(change, amount=Decimal(-9)))
    with pytest.raises(errors.ReasonMissing):
        await service.adjust_draft(office.tx, wangfang, replace(change, reason=" "))


# years and the clock


async def test_a_year_not_published_is_counted_provisionally_and_again(office: Office) -> None:
    """2027: 1 January is a Friday; the notice (invented here) makes Monday 4 January a day off."""
    at(office, "2026-12-20T10:00")
    zhangwei = PersonId("zhangwei")
    span = Period(date(2027, 1, 4), date(2027, 1, 5))
    request_id = await office.take("zhangwei", ANNUAL, span)
    before = await queries.request(office.tx, request_id)
    assert (before.provisional, before.amount) == (True, 2)
    assert "暂按" in office.last("zhangwei", "leave.request").text
    new_year = Holiday("元旦", date(2027, 1, 1), date(2027, 1, 4), (date(2027, 1, 9),), (date(2027, 1, 1),))
    await calendar_service.load_year(office.tx, YearNotice(2027, "test", published=True, holidays=(new_year,)))
    await office.pump()
    after = await queries.request(office.tx, request_id)
    assert (after.provisional, after.amount, after.starts) == (False, 1, date(2027, 1, 5))
    assert "2 天 → 1 天" in office.last("zhangwei", "leave.recounted").text
    then = await queries.balance(office.tx, zhangwei, ANNUAL, date(2027, 1, 4))
    assert then.taken == 1
    assert not await calendar.absences(office.tx, [zhangwei], date(2027, 1, 4), date(2027, 1, 4))


async def test_yearly_grant_happens_once(office: Office) -> None:
    assert await service.grant_year(office.tx, 2026) == 0
    assert await left(office) == 5


async def test_statutory_days_never_just_lapse(office: Office) -> None:
    await office.take("lilei", ANNUAL, WEEK)
    at(office, "2027-01-01T09:00")
    await service.grant_year(office.tx, 2027)
    await service.expire_lots(office.tx, date(2027, 1, 1))
    await service.open_settlements(office.tx, 2026)
    now = await queries.balance(office.tx, LILEI, ANNUAL)
    assert (now.available, now.unsettled) == (5, 2)
    card = office.last("lilei", "leave.settlement")
    assert [action.label for action in card.actions] == ["结转到今年", "书面放弃"]
    key = office.sent("lilei", "leave.settlement")[-1].key
    assert key is not None
    await service.carry(office.tx, await office.person("lilei"), key)
    now = await queries.balance(office.tx, LILEI, ANNUAL)
    assert (now.available, now.unsettled) == (7, 0)
    with pytest.raises(errors.SettlementClosed):
        await service.waive(office.tx, await office.person("lilei"), key)
    at(office, "2028-01-01T09:00")
    await service.open_settlements(office.tx, 2027)
    assert (await queries.balance(office.tx, LILEI, ANNUAL)).unsettled == 7


async def test_a_waiver_is_confirmed_by_a_press_of_its_own(office: Office) -> None:
    at(office, "2027-01-01T09:00")
    await service.open_settlements(office.tx, 2026)
    key = office.sent("lilei", "leave.settlement")[-1].key
    assert key is not None
    ask = await office.press("lilei", "leave.waive_ask", key)
    assert "本人自愿放弃" in ask.text
    done = await office.press("lilei", "leave.waive_confirm", key)
    assert "已书面放弃" in done.text
    assert (await queries.balance(office.tx, LILEI, ANNUAL)).unsettled == 0


async def test_what_nobody_decided_is_listed_for_pay(office: Office) -> None:
    at(office, "2027-01-01T09:00")
    await service.open_settlements(office.tx, 2026)
    await service.close_settlements(office.tx, date(2027, 3, 31))
    assert not [event for event in office.outbox.events if isinstance(event, UnusedLeaveListed)]
    await service.close_settlements(office.tx, date(2027, 4, 1))
    listed = {event.person: event for event in office.outbox.events if isinstance(event, UnusedLeaveListed)}
    assert (listed[LILEI].days, listed[LILEI].further_pay) == (5, 200)


async def test_time_off_in_lieu_lapses_with_a_warning(office: Office) -> None:
    credit = service.Credit("comp_off", Decimal(8), date(2026, 3, 11), "ot-1", "overtime", {})
    assert await service.credit(office.tx, LILEI, credit)
    assert not await service.credit(office.tx, LILEI, credit)
    end = date(2026, 9, 10)
    at(office, "2026-08-27T09:05")
    assert await service.warn_expiring(office.tx, end - timedelta(days=14)) == 1
    assert "9月10日(周四)到期" in office.last("lilei", "leave.expiring").text
    at(office, "2026-09-11T00:30")
    assert await service.expire_lots(office.tx, date(2026, 9, 11)) == 1
    assert await service.expire_lots(office.tx, date(2026, 9, 11)) == 0
    assert await left(office, COMP_OFF) == 0
