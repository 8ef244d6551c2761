"""What is due: clocks that run out, reminders, and tasks that nobody decided in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import delete, select

from domain.approvals.model import CaseRow, TimerRow
from domain.approvals.run import Run, perform, seats_for, standing
from domain.approvals.service.telling import tell_of_urge
from domain.approvals.state import HOLDING, Denied, Elapsed, Lapsed, Moved, Note, Seat, Turn
from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import queries as people

AT_ONCE = 200
CLOCK = PersonId("clock")
LAPSES: dict[str, Callable[[str], Lapsed]] = {
    "agree": lambda task: Lapsed(task=task, outcome="agree"),
    "reject": lambda task: Lapsed(task=task, outcome="reject"),
    "close": lambda task: Lapsed(task=task, outcome="close"),
}


async def run_due(tx: Tx) -> int:
    """Do what is due, at most AT_ONCE; how much was done. A case that somebody works on just now waits for the next
    run, so any number of these may run at once. What cannot be done any more is dropped."""
    rows = await tx.session.execute(
        select(TimerRow.id, TimerRow.case_id)
        .where(TimerRow.due_at <= tx.now)
        .order_by(TimerRow.due_at, TimerRow.id)
        .limit(AT_ONCE)
    )
    done = 0
    for timer_id, case_id in rows.all():
        case = await tx.session.scalar(
            select(CaseRow)
            .where(CaseRow.id == case_id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if case is not None:
            done += await _apart(tx, case, timer_id)
    return done


async def _apart(tx: Tx, case: CaseRow, timer_id: str) -> int:
    """What one case cannot do (nobody found for its next node) is tried again later; the others go on."""
    try:
        async with tx.session.begin_nested():
            return await _claim(tx, case, timer_id)
    except DomainError:
        return 0


async def _claim(tx: Tx, case: CaseRow, timer_id: str) -> int:
    timer = await tx.session.get(TimerRow, timer_id, populate_existing=True)
    if timer is None:  # done, or the task is decided, while we waited
        return 0
    node, visit, task, action = timer.node, timer.visit, timer.task, timer.action
    await tx.session.execute(delete(TimerRow).where(TimerRow.id == timer_id))
    tx.session.expunge(timer)
    run = await standing(tx, case)
    try:
        if task is None:
            await perform(tx, run, Elapsed(node=node, visit=visit), CLOCK)
        else:
            await _act_on_task(tx, run, task, action)
    except Denied:
        return 0  # it went another way meanwhile
    return 1


async def _act_on_task(tx: Tx, run: Run, task_id: str, action: str) -> None:
    task = run.state.task(task_id)
    if task is None or task.turn not in HOLDING:
        raise Denied("unknown", task)
    if action == "remind":
        await tell_of_urge(tx, run.case, task_id, escalate=False)
    elif action == "escalate":
        await _escalate(tx, run, task_id)
    elif action in LAPSES:
        await perform(tx, run, LAPSES[action](task_id), CLOCK)


async def _escalate(tx: Tx, run: Run, task_id: str) -> None:
    """To the holder's own leader, where that is somebody who may decide it; else to whom the definition falls back."""
    task = run.state.task(task_id)
    if task is None or task.turn is not Turn.OPEN:
        raise Denied("unknown", task)
    applicant = PersonId(run.case.applicant)
    line = [one for one in await org.manager_line(tx, task.holder, tx.today) if one != applicant]
    here = await people.employed(tx, line[:1], tx.today)
    note = Note("escalated", who=task.holder)
    if here:
        seats: tuple[Seat, ...] = (Seat(tx.new_id("apt"), line[0], note),)
    else:
        found = await seats_for(tx, run, task.node, barred={task.holder})
        seats = tuple(replace(seat, note=note) for seat in found)
    await perform(tx, run, Moved(task=task_id, seats=seats), CLOCK)
