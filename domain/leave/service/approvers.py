"""Who has had a say in a request."""

from __future__ import annotations

from domain.approvals import queries as approvals
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx


async def approvers_of(tx: Tx, subject_id: str) -> list[PersonId]:
    """Who has agreed to a request: they hear when it is given back."""
    case = await approvals.case_for(tx, subject_id)
    if case is None:
        return []
    return list(dict.fromkeys(turn.holder for turn in await approvals.tasks_of(tx, case.id) if turn.state == "agreed"))
