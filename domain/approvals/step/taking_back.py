"""取回: one's own yes is void while nobody after it has acted."""

from __future__ import annotations

from domain.approvals.state import (
    UNDECIDED,
    Denied,
    Phase,
    Position,
    Stage,
    TakenBack,
    Task,
    TaskBack,
    TaskEnded,
    Turn,
)
from domain.approvals.step import ending
from domain.approvals.step.voting import asked_by
from domain.approvals.step.work import Work

QUIET = {Turn.OPEN, Turn.PENDING, Turn.AUTO}


def take_back(work: Work, action: TakenBack) -> None:
    task = work.tasks.get(action.task)
    if task is None:
        raise Denied("unknown")
    if task.holder != action.actor:
        raise Denied("not_holder", task)
    if work.phase is Phase.APPROVED:
        raise Denied("executed", task)
    work.must_run()
    work.allows("taken_back", task)
    if task.turn not in {Turn.AGREED, Turn.ADVISED} or action.seat.person != action.actor:
        raise Denied("touched", task)
    if work.position(task.visit) is None:
        _come_back(work, task)
    _untouched_here(work, task)
    if task.role in {"before", "advice"}:
        _hold_again(work, task)
    work.by = action.actor
    work.end(task, Turn.TAKEN_BACK, action.actor)
    for child in work.children(task):
        if child.role == "after" and child.turn in UNDECIDED:
            work.end(child, Turn.CANCELLED, None)
            work.end_children(child)
    _restore(work, task)
    work.make(task._replace(id=action.seat.task, turn=Turn.OPEN, by=None, urged=0))


def _untouched_here(work: Work, task: Task) -> None:
    for one in work.visit(task.visit):
        later = one.rank > task.rank and work.approval(task.node).mode == "sequence"
        after = one.role == "after" and one.parent == task.id
        if (later or after) and one.turn not in QUIET | {Turn.MOVED, Turn.CANCELLED}:
            raise Denied("touched", task)
        if later and one.turn is Turn.OPEN:
            work.effects.append(TaskEnded(work.mark(one, Turn.PENDING)))


def _hold_again(work: Work, task: Task) -> None:
    """Who asked for this waits again, if they have not acted meanwhile."""
    asker = work.tasks[str(task.parent)]
    if asker.turn not in {Turn.OPEN, Turn.WAITING, Turn.DELEGATED}:
        raise Denied("touched", task)
    if asker.turn is Turn.OPEN:
        work.end(asker, Turn.WAITING if task.role == "before" else Turn.DELEGATED, None)


def _restore(work: Work, task: Task) -> None:
    """Whom the vote had made needless is asked again."""
    skipped = [one for one in work.visit(task.visit) if one.turn is Turn.SKIPPED]
    for one in skipped:
        asked = [child for child in asked_by(work, one) if child in skipped]
        if not asked:
            work.effects.append(TaskBack(work.mark(one, Turn.OPEN)))
        else:
            work.mark(one, Turn.WAITING if asked[0].role == "before" else Turn.DELEGATED)


def _come_back(work: Work, task: Task) -> None:
    """The node that this yes led out of is live again; what it led to is not. Raises Denied if that was touched."""
    passed = next((one for one in work.passed if one.visit == task.visit), None)
    followers = [at for at in work.positions.values() if task.visit in at.before]
    waiting = [join for join in work.joins.values() if any(task.visit in one.before for one in join.arrived)]
    if passed is None or not (followers or waiting):
        raise Denied("touched", task)
    for at in followers:
        if at.sealed or at.again or at.before != (task.visit,) or at.stage is Stage.CHILD or _acted(work, at):
            raise Denied("executed" if at.sealed or at.stage is Stage.CHILD else "touched", task)
    for join in waiting:
        _unarrive(work, join.node, task)
    for at in followers:
        work.end_all(work.visit(at.visit), Turn.CANCELLED, None)
    ending.stop(work, [at.node for at in followers])
    _unsplit(work, task)
    work.passed.remove(passed)
    work.positions[task.node] = Position(task.node, task.visit, Stage.TASKS)


def _acted(work: Work, at: Position) -> bool:
    return at.stage is Stage.TASKS and any(one.turn not in QUIET for one in work.visit(at.visit))


def _unarrive(work: Work, fork: str, task: Task) -> None:
    join = work.joins[fork]
    if any(task.visit in one.before and (one.sealed or one.before != (task.visit,)) for one in join.arrived):
        raise Denied("executed", task)
    work.joins[fork] = join._replace(arrived=tuple(one for one in join.arrived if task.visit not in one.before))


def _unsplit(work: Work, task: Task) -> None:
    """Forks that were opened after this node are closed again."""
    places = work.definition.places
    around = places[task.node].forks
    order = list(places)
    for fork in list(work.joins):
        inside = places[fork].forks[: len(around)] == around
        if inside and order.index(fork) > order.index(task.node):
            del work.joins[fork]
