"""What an administrator of the flow may do. Each is logged with its reason and shown to the applicant."""

from __future__ import annotations

from typing import Any

from domain.approvals.refusals import refusal
from domain.approvals.run import Run, locked, locked_by_task
from domain.approvals.service.acting import act, must_administrate, seats, short
from domain.approvals.state import Action, Reassigned, Skipped, Terminated
from domain.approvals.step import denial
from domain.approvals.views import CaseView
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people


async def terminate(tx: Tx, actor: PersonId, case_id: str, reason: str) -> CaseView:
    """终止. Raises CaseUnknown, NotAdministrator, ReasonMissing, CaseClosed."""
    run = await locked(tx, case_id)
    await must_administrate(tx, run, actor)
    return await act(tx, run, Terminated(actor=actor, reason=short(reason) or ""), actor)


async def reassign(tx: Tx, actor: PersonId, task_id: str, to: PersonId, reason: str) -> CaseView:
    """改派: somebody else gets a task, whoever holds it. Raises as `terminate` and `transfer`."""
    run = await locked_by_task(tx, task_id)
    await must_administrate(tx, run, actor)
    added = await seats(tx, [to])
    return await _rule(tx, run, Reassigned(task=task_id, actor=actor, seats=added, reason=short(reason) or ""), actor)


async def skip(tx: Tx, actor: PersonId, task_id: str, reason: str) -> CaseView:
    """跳过: this turn is not needed. Raises as `terminate`."""
    run = await locked_by_task(tx, task_id)
    await must_administrate(tx, run, actor)
    return await _rule(tx, run, Skipped(task=task_id, actor=actor, reason=short(reason) or ""), actor)


async def _rule(tx: Tx, run: Run, action: Reassigned | Skipped, actor: PersonId) -> CaseView:
    done: Action = action
    denied = denial(run.definition, run.state, done)
    if denied is not None:
        raise await refusal(tx, run, denied, actor)
    task = run.state.task(action.task)
    holder = task.holder if task else actor
    names = await people.names(tx, [holder, actor, *(seat.person for seat in getattr(action, "seats", ()))])
    told: dict[str, Any] = {
        "code": run.case.subject_code or run.case.code,
        "label": run.case.label,
        "by": names.get(actor, actor),
        "holder": names.get(holder, holder),
        "heirs": [names.get(seat.person, seat.person) for seat in getattr(action, "seats", ())],
        "reason": action.reason,
    }
    shown = await act(tx, run, done, actor)
    await tx.notify(PersonId(run.case.applicant), "approvals.ruled", **told)
    return shown
