"""Yes, no, and taking a request back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.approvals.refusals import refusal
from domain.approvals.run import locked, locked_by_task
from domain.approvals.service.acting import act, plain, seats, short
from domain.approvals.state import Agreed, Rejected, Withdrawn
from domain.approvals.step import denial
from domain.approvals.views import CaseView
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx


@dataclass(frozen=True)
class Given:
    """What comes with a yes: changes of fields that the node may edit, people chosen for later nodes that ask for it
    (by node), and the version of the case that the presser's card showed."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, list[PersonId]] = field(default_factory=dict)
    seen: int | None = None


NOTHING = Given()


async def agree(
    tx: Tx,
    actor: PersonId,
    task_id: str,
    comment: str | None = None,
    *,
    given: Given = NOTHING,
) -> CaseView:
    """The holder agrees.

    Raises TaskUnknown, NotYourTask, TaskMoved, AlreadyAgreed, AlreadyRejected, CaseClosed, CardStale, FieldNotYours.
    """
    run = await locked_by_task(tx, task_id)
    action = Agreed(
        task=task_id,
        actor=actor,
        comment=short(comment),
        changes=plain(dict(given.changes)),
        choices=dict(given.choices),
        seen=given.seen,
    )
    return await act(tx, run, action, actor)


async def add_after(
    tx: Tx, actor: PersonId, task_id: str, persons: list[PersonId], comment: str | None = None
) -> CaseView:
    """后加签: agree, and let these people sign before the next node. Raises as `agree` and `transfer`."""
    run = await locked_by_task(tx, task_id)
    then = await seats(tx, persons)
    return await act(tx, run, Agreed(task=task_id, actor=actor, comment=short(comment), then=then), actor)


async def reject(tx: Tx, actor: PersonId, task_id: str, reason: str, *, seen: int | None = None) -> CaseView:
    """The holder rejects, with a reason. Raises as `agree`, and ReasonMissing."""
    run = await locked_by_task(tx, task_id)
    return await act(tx, run, Rejected(task=task_id, actor=actor, reason=short(reason) or "", seen=seen), actor)


async def check_turn(tx: Tx, actor: PersonId, task_id: str) -> None:
    """Whether this person could decide this task now; asked before a reason is asked for. Raises as `agree`."""
    run = await locked_by_task(tx, task_id)
    denied = denial(run.definition, run.state, Agreed(task=task_id, actor=actor))
    if denied is not None:
        raise await refusal(tx, run, denied, actor)


async def withdraw(tx: Tx, actor: PersonId, case_id: str) -> CaseView:
    """The applicant takes it back before the end. Raises CaseUnknown, NotYourCase, CaseClosed, WithdrawTooLate."""
    return await act(tx, await locked(tx, case_id), Withdrawn(actor=actor), actor)
