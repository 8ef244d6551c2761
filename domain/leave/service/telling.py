"""Cards that follow a case: what an approver is shown of a request, a cancellation, an adjustment."""

from __future__ import annotations

from domain.approvals import queries as approvals
from domain.approvals.queries import TaskView
from domain.kernel.tx import Tx
from domain.leave import queries
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import adjusting, cancelling, policies
from domain.leave.views import Away
from domain.people import queries as people

CARD_STATES = {
    "open": "waiting",
    "agreed": "approved",
    "rejected": "rejected",
    "auto": "approved",
    "withdrawn": "withdrawn",
}


async def task(tx: Tx, task_id: str, subject_id: str) -> None:
    """Send or update the holder's card of one task; its key is the task's id."""
    turn = await approvals.task(tx, task_id)
    if subject_id.startswith("lv_"):
        await _request(tx, turn, subject_id)
    elif subject_id.startswith("lc_"):
        shown = await cancelling.view(tx, subject_id)
        await tx.notify(turn.holder, "leave.cancel_task", key=turn.id, cancellation=shown, **await _outcome(tx, turn))
    elif subject_id.startswith("la_"):
        adjustment = await adjusting.view(tx, subject_id)
        await tx.notify(
            turn.holder, "leave.adjust_task", key=turn.id, adjustment=adjustment, **await _outcome(tx, turn)
        )


async def _request(tx: Tx, turn: TaskView, request_id: str) -> None:
    shown = await queries.request(tx, request_id)
    policy = await policies.type_policy(tx, LeaveKind(shown.kind), shown.starts)
    left = (await queries.balance(tx, shown.person, policy.kind, shown.starts)) if policy.accounts else None
    away = await queries.colleagues_away(tx, shown.person, shown.starts, shown.ends)
    await tx.notify(
        turn.holder,
        "leave.task",
        key=turn.id,
        request=shown,
        balance=left,
        away=_names(away),
        cover=await queries.cover(tx, request_id),
        **await _outcome(tx, turn),
    )


async def _outcome(tx: Tx, turn: TaskView) -> dict[str, object]:
    """How the task stands: the card's state, by whom it was decided, whether by the holder."""
    names = await people.names(tx, [turn.closed_by] if turn.closed_by else [])
    undecided = turn.state not in {"agreed", "rejected", "auto"}
    outcome = "withdrawn" if undecided and turn.case.state == "withdrawn" else turn.state
    return {
        "state": CARD_STATES.get(outcome, "expired"),
        "outcome": outcome,
        "by": names.get(turn.closed_by) if turn.closed_by else None,
        "mine": turn.closed_by == turn.holder,
        "at": turn.closed_at,
        "comment": turn.comment or turn.case.reason,
        "urged": turn.urged,
        "note": turn.note,
    }


def _names(away: list[Away]) -> list[str]:
    return list(dict.fromkeys(each.name for each in away))
