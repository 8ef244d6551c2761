"""退回, 重提, 取回."""

from __future__ import annotations

from typing import Any

from domain.approvals import queries
from domain.approvals.booking import of
from domain.approvals.events import CaseResubmitted
from domain.approvals.model import CaseRow
from domain.approvals.refusals import refusal
from domain.approvals.run import Run, locked, locked_by_task
from domain.approvals.service.acting import act, plain, seats, short
from domain.approvals.state import Denied, Phase, Resubmitted, SentBack, TakenBack
from domain.approvals.step.returning import previous
from domain.approvals.views import CaseView
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

APPLICANT, PREVIOUS = "applicant", "previous"


async def send_back(
    tx: Tx, actor: PersonId, task_id: str, reason: str, *, to: str = APPLICANT, direct: bool = False
) -> CaseView:
    """退回 to the applicant, to the `previous` node, or to a node by its id. `direct`: it comes straight back (直达).

    Raises as `agree`, and ReasonMissing, TargetUnreachable, NoWayStraight, OnlyAdvice, ActionNotAllowed.
    """
    run = await locked_by_task(tx, task_id)
    target = await _target(tx, run, task_id, actor, to)
    action = SentBack(task=task_id, actor=actor, to=target, reason=short(reason) or "", direct=direct)
    return await act(tx, run, action, actor)


async def _target(tx: Tx, run: Run, task_id: str, actor: PersonId, to: str) -> str | None:
    task = run.state.task(task_id)
    if to != PREVIOUS or task is None:
        return None if to == APPLICANT else to
    try:
        return previous(run.state, task)
    except Denied as denied:
        raise await refusal(tx, run, denied, actor) from None


async def resubmit(tx: Tx, actor: PersonId, case_id: str, changes: dict[str, Any] | None = None) -> CaseView:
    """The applicant hands in again what was sent back, with changes of the form.

    Raises CaseUnknown, NotYourCase, NotReturned, CaseClosed, FieldMissing, NobodyToAsk.
    """
    run = await locked(tx, case_id)
    case: CaseRow = run.case
    if run.state.phase is Phase.RETURNED and actor == case.applicant:
        case.state = Phase.RUNNING.value
    plain_changes = plain(changes or {})
    await act(tx, run, Resubmitted(actor=actor, changes=plain_changes), actor)
    case.form = run.state.form
    await tx.emit(CaseResubmitted(changes=plain_changes, **of(case)))
    await tx.session.flush()
    return await queries.case(tx, case.id)


async def take_back(tx: Tx, actor: PersonId, task_id: str) -> CaseView:
    """取回 one's own yes while nobody after it has acted.

    Raises TaskUnknown, NotYourTask, NextHasActed, EffectsRan, CaseClosed, ActionNotAllowed.
    """
    run = await locked_by_task(tx, task_id)
    (seat,) = await seats(tx, [actor])
    return await act(tx, run, TakenBack(task=task_id, actor=actor, seat=seat), actor)
