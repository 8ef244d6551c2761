"""Bringing other people in."""

from __future__ import annotations

from domain.approvals.run import locked_by_task
from domain.approvals.service.acting import act, seats, short
from domain.approvals.state import AddedBefore, AddedBeside, Delegated, Dropped, Transferred
from domain.approvals.views import CaseView
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx


async def transfer(tx: Tx, actor: PersonId, task_id: str, to: PersonId, comment: str | None = None) -> CaseView:
    """转交: the task is theirs from now on.

    Raises as `agree`, and PersonGone, PersonIsYou, PersonThereAlready, PersonConcerned, ActionNotAllowed.
    """
    run = await locked_by_task(tx, task_id)
    (seat,) = await seats(tx, [to])
    return await act(tx, run, Transferred(task=task_id, actor=actor, seat=seat, comment=short(comment)), actor)


async def delegate(tx: Tx, actor: PersonId, task_id: str, to: PersonId, comment: str | None = None) -> CaseView:
    """委派: they advise, then it is the holder's turn again. Raises as `transfer`, and OnlyAdvice."""
    run = await locked_by_task(tx, task_id)
    (seat,) = await seats(tx, [to])
    return await act(tx, run, Delegated(task=task_id, actor=actor, seat=seat, comment=short(comment)), actor)


async def add_before(
    tx: Tx, actor: PersonId, task_id: str, persons: list[PersonId], comment: str | None = None
) -> CaseView:
    """前加签: these sign before the holder decides. Raises as `transfer`, and AddedTooDeep."""
    run = await locked_by_task(tx, task_id)
    added = await seats(tx, persons)
    return await act(tx, run, AddedBefore(task=task_id, actor=actor, seats=added, comment=short(comment)), actor)


async def add_beside(
    tx: Tx, actor: PersonId, task_id: str, persons: list[PersonId], comment: str | None = None
) -> CaseView:
    """并加签: these decide with the holder. Raises as `transfer`, and AddedInTurn under 依次."""
    run = await locked_by_task(tx, task_id)
    added = await seats(tx, persons)
    return await act(tx, run, AddedBeside(task=task_id, actor=actor, seats=added, comment=short(comment)), actor)


async def drop_added(tx: Tx, actor: PersonId, task_id: str) -> CaseView:
    """减签: `task_id` is the added person's. Raises NotYourAddition, ActedAlready, CaseClosed."""
    run = await locked_by_task(tx, task_id)
    return await act(tx, run, Dropped(task=task_id, actor=actor), actor)
