"""What a step asks for, done to the tables: tasks, the end, copies, clocks, effects; and other contexts are told."""

from __future__ import annotations

from dataclasses import asdict
from typing import TypedDict

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from domain.approvals import timing
from domain.approvals.events import (
    CaseDecided,
    CaseOutcome,
    CaseReturned,
    ChildAbandoned,
    EffectDue,
    TaskClosed,
    TaskOpened,
    TaskOutcome,
    TaskUrged,
)
from domain.approvals.model import CaseRow, CopyRow, EffectRow, TaskRow, TimerRow
from domain.approvals.state import (
    LIVE,
    ChildStopped,
    ClockSet,
    CopyMade,
    Effect,
    Ended,
    Fired,
    Paused,
    Phase,
    Task,
    TaskBack,
    TaskEnded,
    TaskMade,
    TaskPressed,
    Turn,
)
from domain.approvals.work import Run
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

OUTCOMES: dict[Turn, TaskOutcome] = {
    Turn.AGREED: "agreed",
    Turn.REJECTED: "rejected",
    Turn.SKIPPED: "skipped",
}
"""Every other way in which a turn ends is `cancelled` to the owner of the subject."""

CASE_OUTCOMES: dict[Phase, CaseOutcome] = {
    Phase.APPROVED: "approved",
    Phase.REJECTED: "rejected",
    Phase.WITHDRAWN: "withdrawn",
    Phase.TERMINATED: "rejected",
    Phase.EXPIRED: "rejected",
}
ENGINE = PersonId("engine")
"""Who ends a case that another one had opened and does not wait for any more."""
UNFINISHED = {Turn.WAITING, Turn.DELEGATED, Turn.PENDING}


class _Of(TypedDict):
    case_id: str
    subject_id: str
    definition: str


def of(case: CaseRow) -> _Of:
    """What every event says of its case."""
    return {"case_id": case.id, "subject_id": case.subject_id, "definition": case.definition}


async def book(tx: Tx, run: Run, effect: Effect) -> None:
    """Raises nothing of its own: what a step decided is done."""
    if isinstance(effect, TaskMade):
        await _make(tx, run, effect.task)
    elif isinstance(effect, TaskEnded):
        await _close(tx, run.case, effect)
    elif isinstance(effect, TaskBack):
        await _back(tx, run, effect.task)
    elif isinstance(effect, TaskPressed):
        await _press(tx, run.case, effect.task)
    elif isinstance(effect, Ended):
        await _end(tx, run.case, effect)
    elif isinstance(effect, Paused):
        await _pause(tx, run.case, effect)
    else:
        await _beside(tx, run, effect)


async def _beside(tx: Tx, run: Run, effect: Effect) -> None:
    case = run.case
    if isinstance(effect, CopyMade):
        row = {"case_id": case.id, "person": effect.person, "at": tx.now}
        await tx.session.execute(insert(CopyRow).values(row).on_conflict_do_nothing())
        await tx.notify(effect.person, "approvals.copied", case=_called(case))
    elif isinstance(effect, ClockSet):
        await timing.set_clock(tx, run, effect)
    elif isinstance(effect, Fired):
        tx.session.add(EffectRow(case_id=case.id, node=effect.node, name=effect.name, state="due", at=tx.now))
        await tx.emit(EffectDue(node=effect.node, effect=effect.name, **of(case)))
    elif isinstance(effect, ChildStopped):
        wanted = (CaseRow.parent == case.id, CaseRow.parent_node == effect.node, CaseRow.parent_visit == effect.visit)
        for child in await tx.session.scalars(select(CaseRow).where(*wanted, CaseRow.state.in_(LIVE))):
            await tx.emit(ChildAbandoned(**of(child)))


async def _make(tx: Tx, run: Run, task: Task) -> None:
    position = await tx.session.scalar(select(func.count()).where(TaskRow.case_id == run.case.id))
    undecided = task.turn in {Turn.OPEN, *UNFINISHED}
    tx.session.add(
        TaskRow(
            id=task.id,
            case_id=run.case.id,
            position=int(position or 0) + 1,
            node=task.node,
            holder=task.holder,
            turn=task.turn.value,
            note=asdict(task.note) if task.note else None,
            opened_at=tx.now,
            closed_at=None if undecided else tx.now,
            closed_by=task.by,
            urged=task.urged,
            role=task.role,
        )
    )
    await tx.session.flush()
    if task.turn is Turn.OPEN:
        await _opened(tx, run, task)


async def _opened(tx: Tx, run: Run, task: Task) -> None:
    await timing.set_timers(tx, run, task)
    await tx.emit(TaskOpened(task_id=task.id, holder=task.holder, urged=task.urged, **of(run.case)))


async def _back(tx: Tx, run: Run, task: Task) -> None:
    row = await tx.session.get_one(TaskRow, task.id, populate_existing=True)
    if row.turn == Turn.PENDING.value:
        row.opened_at = tx.now
    row.turn, row.closed_at, row.closed_by, row.comment = task.turn.value, None, None, None
    await tx.session.flush()
    await _opened(tx, run, task)


async def _close(tx: Tx, case: CaseRow, effect: TaskEnded) -> None:
    task = effect.task
    row = await tx.session.get_one(TaskRow, task.id, populate_existing=True)
    was = row.turn
    row.turn, row.closed_by, row.comment = task.turn.value, task.by, effect.remark
    row.closed_at = None if task.turn in UNFINISHED else tx.now
    await tx.session.execute(delete(TimerRow).where(TimerRow.task == task.id))
    await tx.session.flush()  # before a new task of the same person at this node is inserted
    if was == Turn.OPEN.value or task.turn not in UNFINISHED | {Turn.CANCELLED, Turn.SKIPPED}:
        outcome = OUTCOMES.get(task.turn, "cancelled")
        await tx.emit(TaskClosed(task_id=task.id, holder=task.holder, outcome=outcome, by=task.by, **of(case)))


async def _press(tx: Tx, case: CaseRow, task: Task) -> None:
    row = await tx.session.get_one(TaskRow, task.id)
    row.urged, row.urged_at = task.urged, tx.now
    await tx.emit(TaskUrged(task_id=task.id, holder=task.holder, times=task.urged, **of(case)))


async def _pause(tx: Tx, case: CaseRow, effect: Paused) -> None:
    case.state = Phase.RETURNED.value
    applicant = PersonId(case.applicant)
    await tx.emit(CaseReturned(applicant=applicant, by=effect.by, reason=effect.reason, **of(case)))
    await tx.notify(applicant, "approvals.returned", case=_called(case), reason=effect.reason)


async def _end(tx: Tx, case: CaseRow, effect: Ended) -> None:
    case.state = effect.phase.value
    await tx.session.execute(delete(TimerRow).where(TimerRow.case_id == case.id))
    if effect.phase is Phase.REVOKED:
        return  # who decided it and when stays; the reversal is a case of its own
    case.decided_at, case.decided_by, case.reason = tx.now, effect.by, effect.reason
    await tx.emit(
        CaseDecided(
            applicant=PersonId(case.applicant),
            outcome=CASE_OUTCOMES[effect.phase],
            by=effect.by,
            reason=effect.reason,
            how=effect.phase.value,
            **of(case),
        )
    )
    if effect.phase in {Phase.TERMINATED, Phase.EXPIRED} and effect.by != ENGINE:
        applicant = PersonId(case.applicant)
        await tx.notify(applicant, "approvals.closed", case=_called(case), how=effect.phase.value, reason=effect.reason)


def _called(case: CaseRow) -> dict[str, str]:
    """What a notice says of a case: plain values, for it waits in the outbox."""
    return {"code": case.subject_code or case.code, "label": case.label}
