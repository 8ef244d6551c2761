"""Draft → submit → approve → balance, and the other ways it can go."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cards.render import Renderer
from domain.calendar import queries as calendar
from domain.kernel.ids import PersonId
from domain.leave import queries, service
from domain.leave.errors import DraftClosed, InsufficientBalance, NothingToTake, Overlapping
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from tests.leave.conftest import RENDERER, Office

ANNUAL, SICK, COMP_OFF, PERSONAL = LeaveKind.ANNUAL, LeaveKind.SICK, LeaveKind.COMP_OFF, LeaveKind.PERSONAL
WEDNESDAY_PM = Period(date(2026, 3, 18), date(2026, 3, 18), "PM", "PM")
LILEI = PersonId("lilei")


def words(text: str) -> str:
    return "".join(text.split())


async def test_half_a_day_from_draft_to_balance(office: Office) -> None:
    tx, lilei = office.tx, await office.person("lilei")
    assert (await queries.balance(tx, LILEI, ANNUAL)).available == 5
    draft = await office.draft("lilei", ANNUAL, WEDNESDAY_PM)
    card = RENDERER.card("leave.draft", {"draft": draft})
    assert words("年假 3月18日(周三) 下午 0.5 天") in words(card.text)
    assert draft.left_after == Decimal("4.5")
    assert draft.approvers == ("徐丽",)
    assert [action.label for action in card.actions] == ["提交", "修改", "取消"]
    await service.submit(tx, lilei, draft.id)
    held = await queries.balance(tx, LILEI, ANNUAL)
    assert (held.available, held.held, held.taken) == (Decimal("4.5"), Decimal("0.5"), 0)
    await office.pump()
    task = office.last("xuli", "leave.task")
    assert words("李雷 申请年假 0.5 天") in words(task.text)
    assert [action.label for action in task.actions] == ["同意", "驳回", "更多"]
    await office.agree(draft.id)
    after = await queries.balance(tx, LILEI, ANNUAL)
    assert (after.available, after.held, after.taken) == (Decimal("4.5"), 0, Decimal("0.5"))
    notice = office.last("lilei", "leave.decided")
    assert words("年假已批准") in words(notice.text)
    assert words("3月18日(周三) 下午 0.5 天，剩余 4.5 天") in words(notice.text)
    assert office.last("lilei", "leave.request").state == "approved"
    assert office.last("xuli", "leave.task").state == "approved"
    (absence,) = await calendar.absences(tx, [LILEI], date(2026, 3, 18), date(2026, 3, 18))
    assert absence.source == draft.id


async def test_the_sum_of_the_explained_lines_is_the_balance(office: Office) -> None:
    await office.take("lilei", ANNUAL, WEDNESDAY_PM)
    await office.submit("lilei", ANNUAL, Period(date(2026, 3, 19), date(2026, 3, 19)))
    explained = await queries.explain(office.tx, LILEI, ANNUAL)
    assert [line.rule for line in explained.lines] == ["annual_band", "taken", "held"]
    assert sum(line.amount for line in explained.lines) == explained.total == Decimal("3.5")
    assert (
        "合计 3.5 天"
        in RENDERER.card("leave.explain", {"explanation": explained, "whose": None, "today": office.tx.today}).text
    )


async def test_submitting_twice_says_how_things_stand(office: Office) -> None:
    draft = await office.draft("lilei", ANNUAL, WEDNESDAY_PM)
    await service.submit(office.tx, await office.person("lilei"), draft.id)
    with pytest.raises(DraftClosed) as again:
        await service.submit(office.tx, await office.person("lilei"), draft.id)
    assert "正在审批" in Renderer().refusal(again.value).text
    assert (await queries.balance(office.tx, LILEI, ANNUAL)).held == Decimal("0.5")


async def test_rejected_gives_everything_back_and_says_why(office: Office) -> None:
    request_id = await office.submit("lilei", ANNUAL, WEDNESDAY_PM)
    await office.reject(request_id, "人手不足")
    assert (await queries.balance(office.tx, LILEI, ANNUAL)).available == 5
    assert "人手不足" in office.last("lilei", "leave.decided").text
    again = await office.draft("lilei", ANNUAL, WEDNESDAY_PM)
    assert again.left_after == Decimal("4.5")


async def test_withdrawn_in_approval(office: Office) -> None:
    request_id = await office.submit("lilei", ANNUAL, WEDNESDAY_PM)
    shown = await service.withdraw(office.tx, await office.person("lilei"), request_id)
    assert shown.state == "withdrawn"
    await office.pump()
    assert (await queries.balance(office.tx, LILEI, ANNUAL)).available == 5
    assert "撤回" in office.last("xuli", "leave.task").text
    assert office.sent("lilei", "leave.decided") == []


async def test_an_overlap_is_refused_at_the_draft(office: Office) -> None:
    await office.submit("lilei", ANNUAL, WEDNESDAY_PM)
    with pytest.raises(Overlapping) as refused:
        await office.draft("lilei", PERSONAL, Period(date(2026, 3, 18), date(2026, 3, 18)))
    assert "年假" in Renderer().refusal(refused.value).text
    morning = await office.draft("lilei", ANNUAL, Period(date(2026, 3, 18), date(2026, 3, 18), "AM", "AM"))
    assert morning.amount == Decimal("0.5")


async def test_more_than_is_left_is_refused_at_the_draft(office: Office) -> None:
    with pytest.raises(InsufficientBalance) as refused:
        await office.draft("lilei", ANNUAL, Period(date(2026, 3, 16), duration_days=Decimal(6)))
    assert "可用 5 天，要请 6 天" in Renderer().refusal(refused.value).text


async def test_a_rest_day_needs_no_leave(office: Office) -> None:
    with pytest.raises(NothingToTake) as refused:
        await office.draft("lilei", ANNUAL, Period(date(2026, 3, 14), date(2026, 3, 15)))
    assert "本来就不上班" in Renderer().refusal(refused.value).text


async def test_a_new_draft_replaces_the_older_one(office: Office) -> None:
    first = await office.draft("lilei", ANNUAL, WEDNESDAY_PM)
    await office.draft("lilei", PERSONAL, WEDNESDAY_PM)
    with pytest.raises(DraftClosed):
        await service.submit(office.tx, await office.person("lilei"), first.id)


async def test_a_correction_keeps_the_draft(office: Office) -> None:
    first = await office.draft("lilei", ANNUAL, WEDNESDAY_PM, reason="家里有事")
    thursday = Period(date(2026, 3, 19), date(2026, 3, 19), "PM", "PM")
    second = await service.redraft(office.tx, await office.person("lilei"), first.id, ANNUAL, thursday)
    assert (second.id, second.changed, second.reason) == (first.id, ("time",), "家里有事")


async def test_what_annual_leave_lacks_is_topped_up(office: Office) -> None:
    credit = service.Credit("comp_off", Decimal(16), date(2026, 3, 1), "test", "overtime", {})
    await service.credit(office.tx, LILEI, credit)
    period = Period(date(2026, 3, 16), duration_days=Decimal(6))
    draft = await office.draft("lilei", ANNUAL, period, top_up=COMP_OFF)
    assert [(share.kind, share.amount, share.unit) for share in draft.shares] == [
        ("annual", Decimal(5), "day"),
        ("comp_off", Decimal(8), "hour"),
    ]
    await service.submit(office.tx, await office.person("lilei"), draft.id)
    await office.agree(draft.id)
    assert (await queries.balance(office.tx, LILEI, ANNUAL)).available == 0
    assert (await queries.balance(office.tx, LILEI, COMP_OFF)).available == 8
