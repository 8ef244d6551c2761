"""From node to node: entering, splitting, arriving, and the end of the tree."""

from __future__ import annotations

from domain.approvals.definition import (
    Approval,
    Branch,
    Copy,
    Delay,
    Fork,
    Sub,
    Trigger,
    named,
    route,
)
from domain.approvals.definition.tree import chosen_arms, chosen_at
from domain.approvals.state import (
    YES,
    Arrival,
    ChildAsked,
    ChildEnded,
    ClockSet,
    CopyMade,
    Denied,
    Elapsed,
    Ended,
    Entered,
    Fired,
    Join,
    NeedPeople,
    Passed,
    Phase,
    Position,
    Stage,
    Started,
    Task,
    Turn,
)
from domain.approvals.step import ending
from domain.approvals.step.voting import settle
from domain.approvals.step.work import Work, distinct
from domain.kernel.ids import PersonId


def start(work: Work, action: Started) -> None:
    if work.phase is not Phase.NEW:
        raise Denied("closed")
    work.phase, work.applicant, work.form = Phase.RUNNING, action.applicant, action.form
    work.changed = work.version
    if action.choices:
        theirs = chosen_at(work.definition, "applicant_choice")
        work.choices = {node: persons for node, persons in action.choices.items() if node in theirs}
    route(work.definition, work.form)  # what a condition asks for is missed here, not when somebody agrees
    enter(work, work.definition.nodes[0].id, (), sealed=False)


def enter(work: Work, node_id: str, before: tuple[int, ...], *, sealed: bool, again: bool = False) -> None:
    """Come to a node. `again`: nobody passes it for having agreed before."""
    node = work.definition.places[node_id].node
    if isinstance(node, (Approval, Copy)):
        _stand(work, Position(node_id, 0, Stage.PEOPLE, before, sealed, again))
        work.effects.append(NeedPeople(node_id))
    elif isinstance(node, (Branch, Fork)):
        _split(work, node, before, sealed)
    elif isinstance(node, Delay):
        at = _stand(work, Position(node_id, 0, Stage.CLOCK, before, sealed))
        work.effects.append(ClockSet(node_id, at.visit, node.hours))
    elif isinstance(node, Sub):
        at = _stand(work, Position(node_id, 0, Stage.CHILD, before, sealed=True))
        work.effects.append(ChildAsked(node_id, at.visit, node.code, node.wait))
        if not node.wait:
            del work.positions[node_id]
            onward(work, node_id, before, sealed=True)
    else:
        _fire(work, node)
        onward(work, node_id, before, sealed=True)


def _fire(work: Work, node: Trigger) -> None:
    """Once for the case, also when the case comes by again."""
    if node.id not in work.fired:
        work.fired = (*work.fired, node.id)
        work.effects.append(Fired(node.id, node.effect))


def _stand(work: Work, position: Position) -> Position:
    work.visits += 1
    there = position._replace(visit=work.visits)
    work.positions[position.node] = there
    return there


def _split(work: Work, node: Branch | Fork, before: tuple[int, ...], sealed: bool) -> None:
    arms = chosen_arms(node, named(work.definition, work.form))
    if isinstance(node, Fork) and arms:
        work.join(Join(node.id, tuple(arms)))
    elif not arms:
        onward(work, node.id, before, sealed=sealed)
    for arm in arms:
        if node.arms[arm].nodes:
            enter(work, node.arms[arm].nodes[0].id, before, sealed=sealed)
        elif isinstance(node, Fork):
            _arrive(work, node.id, Arrival(arm, before, sealed))
        else:
            onward(work, node.id, before, sealed=sealed)


def onward(work: Work, node_id: str, before: tuple[int, ...], *, sealed: bool) -> None:
    """What follows a node that is through."""
    place = work.definition.places[node_id]
    if place.after is not None:
        enter(work, place.after, before, sealed=sealed)
    elif place.parent is None:
        work.phase = Phase.APPROVED
        work.effects.append(Ended(Phase.APPROVED, work.by))
    elif place.parent in work.joins:
        _arrive(work, place.parent, Arrival(place.arm, before, sealed))
    else:
        onward(work, place.parent, before, sealed=sealed)


def _arrive(work: Work, fork: str, arrival: Arrival) -> None:
    join = work.joins[fork]
    arrived = (*join.arrived, arrival)
    if len(arrived) < len(join.arms):
        work.join(join._replace(arrived=arrived))
        return
    del work.joins[fork]
    before = tuple(sorted({visit for one in arrived for visit in one.before}))
    onward(work, fork, before, sealed=True)


def leave(work: Work, position: Position) -> None:
    """An approval is through: on to the next, or straight back to whoever sent it back."""
    del work.positions[position.node]
    work.passed.append(Passed(position.node, position.visit))
    straight = work.returning.pop(position.visit, ())
    if straight:
        go_straight(work, straight, (position.visit,))
        return
    onward(work, position.node, (position.visit,), sealed=False)


def go_straight(work: Work, way: tuple[str, ...], before: tuple[int, ...]) -> None:
    """直达: to the first of the way; the rest of it is gone from there."""
    enter(work, way[0], before, sealed=False, again=True)
    if way[1:]:
        work.returning[work.visits] = way[1:]


def entered(work: Work, action: Entered) -> None:
    """The people of a node are found."""
    work.must_run()
    at = work.positions.get(action.node)
    if at is None or at.stage is not Stage.PEOPLE:
        raise Denied("unknown")
    node = work.definition.places[action.node].node
    if isinstance(node, Copy):
        give_copies(work, [seat.person for seat in action.seats])
        del work.positions[action.node]
        onward(work, action.node, at.before, sealed=at.sealed)
        return
    if not action.seats:
        _nobody(work, at, action)
        return
    work.place(at, Stage.TASKS)
    _seat(work, at, action)
    check(work, at.visit)


def _nobody(work: Work, at: Position, action: Entered) -> None:
    if action.empty == "pass":
        leave(work, at)
    elif action.empty == "reject":
        ending.finish(work, Phase.REJECTED, None)
    else:
        raise Denied("unknown")


def _seat(work: Work, at: Position, action: Entered) -> None:
    node = work.approval(at.node)
    known = _agreed(work, at, node)
    auto = {seat.person for seat in action.seats if seat.auto or seat.person in known}
    # one yes is enough under 或签: nobody else is asked
    whole = bool(auto) and node.mode in {"any", "random"}
    ahead = False
    for rank, seat in enumerate(distinct(action.seats), 1):
        passed = seat.person in auto
        if whole and not passed:
            continue
        turn = Turn.AUTO if passed else Turn.PENDING if ahead and node.mode == "sequence" else Turn.OPEN
        ahead = ahead or not passed
        by = seat.person if passed else None
        work.make(Task(seat.task, at.node, seat.person, turn, by, 0, seat.note, at.visit, rank=rank))
    if auto:
        work.by = min(auto)


def _agreed(work: Work, at: Position, node: Approval) -> set[PersonId]:
    """Who agreed before, as far as the definition lets repeats pass; what is to be done is done by each."""
    dedupe = work.definition.settings.dedupe
    if dedupe == "none" or at.again or node.handles:
        return set()
    visits = set(at.before) if dedupe == "adjacent" else {one.visit for one in work.passed}
    said_yes = YES - {Turn.LAPSED}
    return {task.holder for task in work.tasks.values() if task.visit in visits and task.turn in said_yes}


def give_copies(work: Work, persons: list[PersonId]) -> None:
    """Each person once in a case."""
    for person in dict.fromkeys(persons):
        if person not in work.copies:
            work.copies = (*work.copies, person)
            work.effects.append(CopyMade(person))


def check(work: Work, visit: int) -> None:
    """After something happened at a visit: is it through, is the case rejected, whose turn is it."""
    at = work.position(visit)
    assert at is not None
    result = settle(work, at)
    if result == "pass":
        leave(work, at)
    elif result == "fail":
        ending.finish(work, Phase.REJECTED, work.by)


def elapsed(work: Work, action: Elapsed) -> None:
    work.must_run()
    at = _waiting(work, action.node, action.visit, Stage.CLOCK)
    onward(work, action.node, at.before, sealed=at.sealed)


def child_ended(work: Work, action: ChildEnded) -> None:
    work.must_run()
    at = _waiting(work, action.node, action.visit, Stage.CHILD)
    if action.outcome == "approved":
        onward(work, action.node, at.before, sealed=True)
    else:
        ending.finish(work, Phase.REJECTED, None, action.reason)


def _waiting(work: Work, node: str, visit: int, stage: Stage) -> Position:
    at = work.positions.get(node)
    if at is None or at.visit != visit or at.stage is not stage:
        raise Denied("unknown")
    return work.positions.pop(node)
