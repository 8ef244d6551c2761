"""Clocks: working time of the holder, timers as rows, and the job that does what is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.approvals import rules
from domain.approvals.definition import Approval
from domain.approvals.model import TimerRow
from domain.approvals.state import ClockSet, Task
from domain.approvals.work import Run
from domain.calendar import queries as calendar
from domain.calendar.rules import DaySchedule
from domain.kernel.clock import business_date
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

LOOK_AHEAD = timedelta(days=45)


async def set_timers(tx: Tx, run: Run, task: Task) -> None:
    """Everything that happens by itself while this task waits; hours are working hours of its holder."""
    node = run.definition.places[task.node].node
    for timer in node.timers if isinstance(node, Approval) else ():
        due = await due_at(tx, task.holder, timer.hours)
        _add(tx, run, (task.node, task.visit, task.id), timer.do, due)


async def set_clock(tx: Tx, run: Run, effect: ClockSet) -> None:
    """延迟 counts the company's working hours."""
    due = await due_at(tx, None, effect.hours)
    _add(tx, run, (effect.node, effect.visit, None), "elapse", due)


def _add(tx: Tx, run: Run, place: tuple[str, int, str | None], action: str, due: datetime) -> None:
    node, visit, task = place
    row = TimerRow(id=tx.new_id("apw"), case_id=run.case.id, node=node, visit=visit, task=task, action=action)
    row.due_at = due
    tx.session.add(row)


async def due_at(tx: Tx, person: PersonId | None, hours: float) -> datetime:
    """After so many working hours from now, of a person or (None) of the company."""
    today, left, start = business_date(tx.now), timedelta(hours=hours), tx.now
    for _ in range(40):
        first, last = today - timedelta(days=1), today + LOOK_AHEAD
        days = await _days(tx, person, first, last)
        due, left = rules.after_working(days, start, left)
        if due is not None:
            return due
        today, start = last + timedelta(days=2), max(start, days[-1].windows[-1].end if days[-1].windows else start)
    return tx.now + timedelta(hours=hours)  # nobody works any more: the wall clock, rather than never


async def _days(tx: Tx, person: PersonId | None, first: date, last: date) -> list[DaySchedule]:
    if person is None:
        return await calendar.company_days(tx, first, last)
    return await calendar.schedule(tx, person, first, last)
