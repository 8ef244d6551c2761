"""退回 and 重提: back to the applicant or to a node that was passed, and from there again or straight back."""

from __future__ import annotations

from domain.approvals.definition import route
from domain.approvals.state import (
    Denied,
    Paused,
    Phase,
    Resubmitted,
    SentBack,
    State,
    Task,
    Turn,
)
from domain.approvals.step import ending, moving
from domain.approvals.step.work import Work


def send_back(work: Work, action: SentBack) -> None:
    task = work.held(action.task, action.actor)
    work.allows("sent_back", task)
    if task.role == "advice":
        raise Denied("only_advice", task)
    if not action.reason.strip():
        raise Denied("no_reason", task)
    inside = _forks_left(work, task.node, action.to, task)
    if action.direct and inside:
        raise Denied("no_direct", task)
    work.by = action.actor
    way = (task.node, *work.returning.get(task.visit, ())) if action.direct else ()
    work.end(task, Turn.SENT_BACK, action.actor, action.reason)
    _void(work, task.node, action.to)
    if action.to is None:
        work.phase = Phase.RETURNED
        if way:
            work.returning[None] = way
        else:
            work.passed.clear()
        work.effects.append(Paused(action.actor, action.reason))
        return
    _forget(work, action.to, keep_later=action.direct)
    moving.enter(work, action.to, (), sealed=False, again=True)
    if way:
        work.returning[work.visits] = way


def targets(state: State) -> list[str]:
    """The nodes that were passed, in order, each once."""
    return list(dict.fromkeys(one.node for one in state.passed))


def previous(state: State, task: Task) -> str | None:
    """The node right before a task's; None is the applicant. Raises Denied where several nodes came before."""
    at = next((one for one in state.positions if one.visit == task.visit), None)
    before = [one.node for one in state.passed if at is not None and one.visit in at.before]
    if len(before) > 1:
        raise Denied("bad_target", task)
    return before[0] if before else None


def _forks_left(work: Work, sender: str, target: str | None, task: Task) -> bool:
    """Whether going back leaves fork arms; into another arm, or an arm that is through, there is no way."""
    around = work.definition.places[sender].forks
    if target is None:
        return bool(around)
    order = list(work.definition.places)
    if all(one.node != target for one in work.passed) or order.index(target) >= order.index(sender):
        raise Denied("bad_target", task)
    forks = work.definition.places[target].forks
    if forks != around[: len(forks)]:
        raise Denied("bad_target", task)
    return forks != around


def _void(work: Work, sender: str, target: str | None) -> None:
    """All that is live inside the stretch that is gone back over ends: siblings, and the other arms of forks left."""
    places = work.definition.places
    stays = places[target].forks if target is not None else ()
    inner = places[sender].forks[len(stays) :]
    gone = {fork for fork, _ in inner[:1]}
    voided = [node for node in work.positions if node == sender or any(fork in gone for fork, _ in places[node].forks)]
    visits = {work.positions[node].visit for node in voided}
    work.end_all([one for one in work.tasks.values() if one.visit in visits], Turn.CANCELLED, None)
    ending.stop(work, voided)
    for fork in list(work.joins):
        if fork in gone or any(outer in gone for outer, _ in places[fork].forks):
            del work.joins[fork]


def _forget(work: Work, target: str, *, keep_later: bool) -> None:
    """What was agreed from the target on does not count any more; under 直达 only the target's own."""
    order = list(work.definition.places)
    first = order.index(target)
    stays = work.definition.places[target].forks
    work.passed = [
        one
        for one in work.passed
        if one.node != target
        and (
            keep_later or order.index(one.node) < first or work.definition.places[one.node].forks[: len(stays)] != stays
        )
    ]


def resubmit(work: Work, action: Resubmitted) -> None:
    """The applicant hands it in again. The form may have changed: conditions are looked at again on the way."""
    if action.actor != work.applicant:
        raise Denied("not_applicant")
    if work.phase is not Phase.RETURNED:
        raise Denied("not_returned" if work.phase is Phase.RUNNING else "closed")
    work.phase, work.by = Phase.RUNNING, action.actor
    work.merge(action.changes)
    straight = work.returning.pop(None, ())
    if straight:
        moving.go_straight(work, straight, ())
    else:
        route(work.definition, work.form)
        moving.enter(work, work.definition.nodes[0].id, (), sealed=False)
