"""The step's no, said so that a person can read it: who decided, and when."""

from __future__ import annotations

from domain.approvals import queries
from domain.approvals.errors import (
    AlreadyAgreed,
    AlreadyDecided,
    AlreadyRejected,
    CaseClosed,
    NotYourCase,
    NotYourTask,
    ReasonMissing,
    TaskMoved,
    TaskUnknown,
    WithdrawTooLate,
)
from domain.approvals.model import CaseRow, TaskRow
from domain.approvals.run import Run
from domain.approvals.state import Denied, Turn
from domain.approvals.views import Spoken
from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people


async def refusal(tx: Tx, run: Run, denied: Denied, actor: PersonId) -> DomainError:
    """The step's no as the error a person can read: who decided, and when."""
    case, task = run.case, denied.task
    called = (await queries.case(tx, case.id)).spoken(actor)
    closed = CaseClosed(state=case.state, **called)
    if task is not None and denied.why in {"decided", "moved"}:
        row = await tx.session.get_one(TaskRow, task.id, populate_existing=True)
        if denied.why == "decided":
            return await _decided(tx, case, row, actor, called)
        heirs = [turn.holder_name for turn in await queries.tasks_of(tx, case.id) if turn.state == "open"]
        return TaskMoved(names=heirs, **called) if heirs else closed
    by_why: dict[str, DomainError] = {
        "closed": closed,
        "not_holder": NotYourTask(),
        "not_applicant": NotYourCase(),
        "no_reason": ReasonMissing(**called),
        "too_late": WithdrawTooLate(state=case.state, kind=case.kind, **called),
    }
    return by_why.get(denied.why, TaskUnknown())


async def _decided(tx: Tx, case: CaseRow, row: TaskRow, actor: PersonId, called: Spoken) -> AlreadyDecided:
    by = PersonId(row.closed_by or row.holder)
    turns = [turn for turn in await queries.tasks_of(tx, case.id) if turn.node == row.node]
    rejected = any(turn.state == Turn.REJECTED.value for turn in turns)
    kind = AlreadyRejected if rejected else AlreadyAgreed
    names = await people.names(tx, [by])
    return kind(
        name=names.get(by, by),
        at=row.closed_at,
        outcome="rejected" if rejected else "agreed",
        mine=by == actor,
        **called,
    )
