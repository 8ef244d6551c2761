"""Seeds leave for the demo company: this year's grants, time off in lieu for some, leave taken and leave to come.

李雷, 韩梅梅 and 徐丽 start with nothing pending; 李雷 keeps his whole annual leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from domain.approvals import queries as approval_queries
from domain.approvals import service as approvals
from domain.calendar import queries as calendar
from domain.kernel.clock import SHANGHAI, FixedClock
from domain.kernel.events import Event
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave import service
from domain.leave.rules.period import Half, Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service.deciding import Decision
from domain.leave.service.granting import Credit
from domain.people import queries as people


@dataclass(frozen=True)
class Taken:
    """One leave of the demo's story: the n-th working day from so many days away, for so many days."""

    person: str
    kind: LeaveKind
    away: int
    days: Decimal
    half: Half | None = None
    reason: str | None = None


HALF, ONE, TWO = Decimal("0.5"), Decimal(1), Decimal(2)
STORY = (
    Taken("zhangwei", LeaveKind.ANNUAL, -32, TWO, reason="回老家"),
    Taken("wuqian", LeaveKind.ANNUAL, -25, ONE),
    Taken("machao", LeaveKind.PERSONAL, -18, ONE, reason="搬家"),
    Taken("linxiao", LeaveKind.SICK, -12, ONE, reason="感冒发烧"),
    Taken("zhaomin", LeaveKind.ANNUAL, -9, HALF, "PM"),
    Taken("zhangwei2", LeaveKind.ANNUAL, 7, ONE),
    Taken("machao", LeaveKind.ANNUAL, 6, TWO, reason="陪家人旅行"),
    Taken("heyu", LeaveKind.ANNUAL, 8, HALF, "PM"),
    Taken("guotao", LeaveKind.PERSONAL, 9, ONE, reason="办理证件"),
)
HOURS_IN_LIEU = {"lilei": 8, "hanmeimei": 4, "zhangwei": 12, "yangfan": 16, "guotao": 6}
OVERTIME_AGO = 20
ASKED_AHEAD = 6


class Silent:
    """An outbox that drops everything: what would have been told in the past is not told now."""

    async def notify(self, tx: Tx, to: PersonId, template: str, key: str | None, data: dict[str, Any]) -> None:
        """Nobody hears of it."""

    async def emit(self, tx: Tx, event: Event) -> None:
        """Nobody reacts to it."""


async def seed(tx: Tx) -> None:
    """Grants, hours in lieu and the story, each through the real use-cases on the day it happened."""
    await service.grant_year(tx, tx.today.year)
    earned = tx.today - timedelta(days=OVERTIME_AGO)
    for person, hours in HOURS_IN_LIEU.items():
        what = Credit("comp_off", Decimal(hours), earned, f"demo:{person}", "overtime", {})
        await service.credit(tx, PersonId(person), what)
    for taken in STORY:
        await _take(tx, taken)


async def _take(tx: Tx, taken: Taken) -> None:
    """Asked for some days ahead (sick leave on the day), agreed to by whoever decides."""
    person = await people.find(tx, PersonId(taken.person))
    about = tx.today + timedelta(days=taken.away)
    day = await _working_day(tx, PersonId(taken.person), about)
    if person is None or day is None or (taken.kind is LeaveKind.ANNUAL and day.year != tx.today.year):
        return
    ahead = 0 if taken.kind is LeaveKind.SICK else ASKED_AHEAD
    then = _silent(tx, min(day, tx.today) - timedelta(days=ahead))
    period = Period(day, duration_days=taken.days, start_half=taken.half)
    draft = await service.draft(then, person, taken.kind, period, taken.reason)
    await service.submit(then, person, draft.id)
    case = await approval_queries.case_for(then, draft.id)
    while case is not None and case.live:
        open_one = next(turn for turn in await approval_queries.tasks_of(then, case.id) if turn.state == "open")
        case = await approvals.agree(then, open_one.holder, open_one.id)
        if not case.live:
            await service.decide(then, draft.id, Decision(case.state, open_one.holder))


def _silent(tx: Tx, on: date) -> Tx:
    """The same transaction, at noon of another day, with nobody listening."""
    noon = datetime.combine(on, time(12), SHANGHAI)
    return replace(tx, clock=FixedClock(noon), outbox=Silent(), principal="demo")


async def _working_day(tx: Tx, person: PersonId, about: date) -> date | None:
    """The first day from `about` on that the person works; None when there is none soon."""
    schedule = await calendar.schedule(tx, person, about, about + timedelta(days=21))
    return next((day.day for day in schedule if day.works), None)
