"""What waits for people who left goes on."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from domain.approvals.model import TaskRow
from domain.approvals.run import locked_by_task, perform, seats_for
from domain.approvals.state import Moved, Note, Turn
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people


async def reassign_departed(tx: Tx, person: PersonId) -> int:
    """Whoever left decides nothing any more: each open task goes to the next by fallback; how many went."""
    held = await tx.session.scalars(
        select(TaskRow.id).where(TaskRow.holder == person, TaskRow.turn == Turn.OPEN.value).order_by(TaskRow.id)
    )
    moved = 0
    for task_id in list(held):
        run = await locked_by_task(tx, task_id)
        task = run.state.task(task_id)
        if task is not None and task.turn is Turn.OPEN:  # decided while we waited for the lock
            found = await seats_for(tx, run, task.node, barred={person})
            seats = tuple(replace(seat, note=seat.note or Note("left", who=person)) for seat in found)
            await perform(tx, run, Moved(task=task_id, seats=seats), PersonId(tx.principal))
            moved += 1
    return moved


async def hand_over_departed(tx: Tx) -> int:
    """Tasks of everybody who left meanwhile go on, for the daily job; how many went."""
    holders = await tx.session.scalars(select(TaskRow.holder).where(TaskRow.turn == Turn.OPEN.value).distinct())
    waited_for = {PersonId(holder) for holder in holders}
    gone = waited_for - await people.employed(tx, waited_for, tx.today)
    return sum([await reassign_departed(tx, person) for person in sorted(gone)])
