"""The step's no, said so that a person can read it: who decided, and when."""

from __future__ import annotations

from domain.approvals import queries
from domain.approvals.errors import (
    ActedAlready,
    ActionNotAllowed,
    AddedInTurn,
    AddedTooDeep,
    AlreadyAgreed,
    AlreadyDecided,
    AlreadyRejected,
    CardStale,
    CaseClosed,
    EffectsRan,
    FieldNotYours,
    HandledNotRejected,
    NextHasActed,
    NothingSaid,
    NotReturned,
    NotTakingPart,
    NotYourAddition,
    NotYourCase,
    NotYourTask,
    NotYourTurnYet,
    NoWayStraight,
    OnlyAdvice,
    PersonConcerned,
    PersonIsYou,
    PersonThereAlready,
    ReasonMissing,
    TargetUnreachable,
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

WITH_LABEL: dict[str, type[DomainError]] = {
    "stale": CardStale,
    "not_allowed": ActionNotAllowed,
    "self": PersonIsYou,
    "already_there": PersonThereAlready,
    "party": PersonConcerned,
    "too_deep": AddedTooDeep,
    "in_turn": AddedInTurn,
    "acted": ActedAlready,
    "bad_target": TargetUnreachable,
    "no_direct": NoWayStraight,
    "only_advice": OnlyAdvice,
    "touched": NextHasActed,
    "executed": EffectsRan,
    "not_returned": NotReturned,
    "not_approval": HandledNotRejected,
}


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
    if denied.why in {"waiting", "not_yet"}:
        asked = [turn.holder_name for turn in await queries.tasks_of(tx, case.id) if turn.state == "open"]
        return NotYourTurnYet(names=asked, **called)
    if denied.why == "no_reason":
        return ReasonMissing(**called) if task is not None else NothingSaid(**called)
    plain: dict[str, DomainError] = {
        "closed": closed,
        "not_holder": NotYourTask(),
        "not_applicant": NotYourCase(),
        "too_late": WithdrawTooLate(state=case.state, kind=case.kind, **called),
        "not_adder": NotYourAddition(),
        "not_participant": NotTakingPart(),
        "not_editable": FieldNotYours(),
    }
    if denied.why in WITH_LABEL:
        return WITH_LABEL[denied.why](**called)
    return plain.get(denied.why, TaskUnknown())


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
