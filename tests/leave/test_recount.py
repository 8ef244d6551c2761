"""暂按: leave asked for before the schedule is known is counted again when it is published."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from config.statutory.calendar import Holiday, YearNotice
from domain.approvals import queries as approval_queries
from domain.calendar import queries as calendar
from domain.calendar import service as calendar_service
from domain.calendar.rules import ShiftDay
from domain.kernel.ids import PersonId
from domain.leave import queries, service
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from tests.leave.conftest import Office

ANNUAL = LeaveKind.ANNUAL
LILEI = PersonId("lilei")
LATE = ShiftDay("晚班", ((time(13), time(21)),))
REST = ShiftDay(None)
FAR = date(2026, 4, 20)  # a Monday beyond the published shifts


async def test_published_shifts_move_the_hours_without_a_word(office: Office) -> None:
    request_id = await office.take("lilei", ANNUAL, Period(FAR))
    assert (await queries.request(office.tx, request_id)).provisional
    await calendar_service.publish_shifts(office.tx, LILEI, {FAR: LATE})
    await office.pump()
    request = await queries.request(office.tx, request_id)
    assert (request.provisional, request.amount) == (False, 1)
    (absence,) = await calendar.absences(office.tx, [LILEI], FAR, FAR)
    assert (absence.start.hour, absence.end.hour) == (13, 21)
    assert office.sent("lilei", "leave.recounted") == []


async def test_a_published_rest_day_gives_the_day_back(office: Office) -> None:
    tuesday = date(2026, 4, 21)
    request_id = await office.submit("lilei", ANNUAL, Period(FAR, tuesday))
    await calendar_service.publish_shifts(office.tx, LILEI, {FAR: LATE, tuesday: REST})
    await office.pump()
    request = await queries.request(office.tx, request_id)
    assert (request.state, request.amount, request.ends) == ("in_approval", 1, FAR)
    assert (await queries.balance(office.tx, LILEI, ANNUAL)).held == 1
    assert "2 天 → 1 天" in "".join(office.last("lilei", "leave.recounted").text)
    await office.agree(request_id)
    assert (await queries.balance(office.tx, LILEI, ANNUAL)).taken == 1


async def test_leave_on_nothing_but_rest_days_falls_away(office: Office) -> None:
    request_id = await office.take("lilei", ANNUAL, Period(FAR))
    await calendar_service.publish_shifts(office.tx, LILEI, {FAR: REST})
    await office.pump()
    assert (await queries.request(office.tx, request_id)).state == "cancelled"
    assert (await queries.balance(office.tx, LILEI, ANNUAL)).available == 5
    assert "不用请假" in office.last("lilei", "leave.recounted").text


async def test_what_falls_away_in_approval_needs_no_decision(office: Office) -> None:
    request_id = await office.submit("lilei", ANNUAL, Period(FAR))
    await calendar_service.publish_shifts(office.tx, LILEI, {FAR: REST})
    await office.pump()
    case = await approval_queries.case_for(office.tx, request_id)
    assert case is not None
    assert not case.live
    assert (await queries.request(office.tx, request_id)).state == "cancelled"
    assert "不用处理" in office.last("xuli", "leave.task").text
    assert (await queries.balance(office.tx, LILEI, ANNUAL)).available == 5


async def test_a_make_up_day_that_nothing_pays_for_is_named(office: Office) -> None:
    """Saturday 8 May 2027 (invented) becomes a working day inside five days of leave that used all there is."""
    zhangwei = PersonId("zhangwei")
    office.tx.clock.instant = office.tx.clock.instant.replace(year=2027, month=4, day=1)  # type: ignore[attr-defined]
    await service.grant_year(office.tx, 2027)
    have = int((await queries.balance(office.tx, zhangwei, ANNUAL)).available)
    request_id = await office.take("zhangwei", ANNUAL, Period(date(2027, 5, 6), duration_days=Decimal(have)))
    may = Holiday(
        "劳动节", date(2027, 5, 1), date(2027, 5, 5), (date(2027, 5, 8),), (date(2027, 5, 1), date(2027, 5, 2))
    )
    await calendar_service.load_year(office.tx, YearNotice(2027, "test", published=True, holidays=(may,)))
    await office.pump()
    request = await queries.request(office.tx, request_id)
    assert request.amount == have
    assert request.lines[0].first == date(2027, 5, 6)
    assert "余额不够" in office.last("zhangwei", "leave.recounted").text


async def test_a_whole_entitlement_stays_whole(office: Office) -> None:
    """陪产假 said with a first day only: ten days, before and after the year's shifts are known."""
    span = Period(date(2026, 4, 13), date(2026, 4, 13))
    request_id = await office.take("lilei", LeaveKind.PATERNITY, span)
    before = await queries.request(office.tx, request_id)
    await calendar_service.publish_shifts(office.tx, LILEI, {FAR: LATE})
    await office.pump()
    after = await queries.request(office.tx, request_id)
    assert (before.amount, after.amount, after.ends) == (10, 10, date(2026, 4, 22))
