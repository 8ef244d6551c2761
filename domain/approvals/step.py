"""The engine: a pure `step(definition, state, action) -> (state, effects)`. People come in with the action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from domain.approvals.definition import Definition, route
from domain.approvals.state import (
    Action,
    Agreed,
    Denied,
    Effect,
    Ended,
    Entered,
    Moved,
    NeedPeople,
    Phase,
    Rejected,
    Seat,
    Started,
    State,
    Task,
    TaskEnded,
    TaskMade,
    TaskPressed,
    Turn,
    Urged,
    Withdrawn,
)
from domain.kernel.ids import PersonId

Stepped = tuple[State, list[Effect]]


def step(definition: Definition, state: State, action: Action) -> Stepped:
    """The next state and what has to be done about it. Raises Denied, and FieldMissing from a condition."""
    if isinstance(action, Started):
        if state.phase is not Phase.NEW:
            raise Denied("closed")
        begun = State(phase=Phase.RUNNING, applicant=action.applicant, form=action.form)
        return _advance(definition, begun, [], None)
    if isinstance(action, (Agreed, Rejected)):
        return _decide(definition, state, action)
    if isinstance(action, Withdrawn):
        return _withdraw(definition, state, action)
    if state.phase is not Phase.RUNNING:
        raise Denied("closed")
    if isinstance(action, Entered):
        return _enter(definition, state, action)
    if isinstance(action, Urged):
        return _urge(state)
    return _move(definition, state, action)


def replay(definition: Definition, log: Iterable[Action]) -> State:
    """The state that a log adds up to."""
    state = State()
    for action in log:
        state, _ = step(definition, state, action)
    return state


def _advance(definition: Definition, state: State, effects: list[Effect], by: PersonId | None) -> Stepped:
    """On to the next node of the route that is not passed, or to the end."""
    for node in route(definition, state.form):
        if node.id not in state.passed:
            return replace(state, node=None, awaiting=node.id), [*effects, NeedPeople(node.id)]
    approved = replace(state, phase=Phase.APPROVED, node=None, awaiting=None)
    return approved, [*effects, Ended(Phase.APPROVED, by)]


def _enter(definition: Definition, state: State, action: Entered) -> Stepped:
    if action.node != state.awaiting or not action.seats:
        raise Denied("unknown")
    before = _agreed_before(definition, state)
    auto = {seat.person for seat in action.seats} & before
    state = replace(state, node=action.node, awaiting=None)
    whole = bool(auto) and definition.node(action.node).mode == "any"
    seats = [seat for seat in action.seats if seat.person in auto] if whole else list(action.seats)
    effects: list[Effect] = []
    for seat in _distinct(seats):
        passed = seat.person in auto
        task = _task(action.node, seat, Turn.AUTO if passed else Turn.OPEN)
        state = replace(state, tasks=(*state.tasks, task))
        effects.append(TaskMade(task))
    return _close_if_done(definition, state, effects, next(iter(sorted(auto)), None))


def _agreed_before(definition: Definition, state: State) -> set[PersonId]:
    """Who agreed at the node just before, where the definition lets adjacent repeats pass."""
    if definition.settings.dedupe != "adjacent" or not state.passed:
        return set()
    return {task.holder for task in state.at(state.passed[-1]) if task.turn in {Turn.AGREED, Turn.AUTO}}


def _distinct(seats: Iterable[Seat]) -> list[Seat]:
    seen: dict[PersonId, Seat] = {}
    for seat in seats:
        seen.setdefault(seat.person, seat)
    return list(seen.values())


def _task(node: str, seat: Seat, turn: Turn, urged: int = 0) -> Task:
    by = seat.person if turn is Turn.AUTO else None
    return Task(id=seat.task, node=node, holder=seat.person, turn=turn, by=by, urged=urged, note=seat.note)


def _decide(definition: Definition, state: State, action: Agreed | Rejected) -> Stepped:
    task = state.task(action.task)
    if task is None:
        raise Denied("unknown")
    if task.holder != action.actor:
        raise Denied("not_holder", task)
    if task.turn is Turn.MOVED:
        raise Denied("moved", task)
    if task.turn is not Turn.OPEN:
        raise Denied("closed" if task.turn is Turn.CANCELLED else "decided", task)
    if isinstance(action, Agreed):
        agreed = replace(task, turn=Turn.AGREED, by=action.actor)
        effects: list[Effect] = [TaskEnded(agreed, action.comment)]
        return _close_if_done(definition, state.with_task(agreed), effects, action.actor)
    if not action.reason.strip():
        raise Denied("no_reason", task)
    rejected = replace(task, turn=Turn.REJECTED, by=action.actor)
    state, skipped = _end_open(state.with_task(rejected), Turn.SKIPPED, action.actor)
    return (
        replace(state, phase=Phase.REJECTED, node=None, awaiting=None),
        [TaskEnded(rejected, action.reason), *skipped, Ended(Phase.REJECTED, action.actor, action.reason)],
    )


def _close_if_done(definition: Definition, state: State, effects: list[Effect], by: PersonId | None) -> Stepped:
    """Leave the node when its rule is met: 或签 one yes, 会签 nobody left to ask."""
    node = state.node
    assert node is not None
    tasks = state.at(node)
    said_yes = any(task.turn in {Turn.AGREED, Turn.AUTO} for task in tasks)
    still_open = any(task.turn is Turn.OPEN for task in tasks)
    mode = definition.node(node).mode
    if not said_yes or (mode == "all" and still_open):
        return state, effects
    state, skipped = _end_open(state, Turn.SKIPPED, by)
    passed = replace(state, passed=(*state.passed, node), node=None)
    return _advance(definition, passed, [*effects, *skipped], by)


def _end_open(state: State, turn: Turn, by: PersonId | None) -> tuple[State, list[Effect]]:
    effects: list[Effect] = []
    for task in state.open_tasks():
        ended = replace(task, turn=turn, by=by)
        state = state.with_task(ended)
        effects.append(TaskEnded(ended))
    return state, effects


def _withdraw(definition: Definition, state: State, action: Withdrawn) -> Stepped:
    if action.actor != state.applicant:
        raise Denied("not_applicant")
    if state.phase is Phase.APPROVED:
        raise Denied("too_late")
    if state.phase is not Phase.RUNNING:
        raise Denied("closed")
    decided = any(task.turn is Turn.AGREED for task in state.tasks)
    if decided and definition.settings.withdraw_until == "first":
        raise Denied("too_late")
    state, cancelled = _end_open(state, Turn.CANCELLED, None)
    ended = replace(state, phase=Phase.WITHDRAWN, node=None, awaiting=None)
    return ended, [*cancelled, Ended(Phase.WITHDRAWN, action.actor)]


def _urge(state: State) -> Stepped:
    effects: list[Effect] = []
    for task in state.open_tasks():
        urged = replace(task, urged=task.urged + 1)
        state = state.with_task(urged)
        effects.append(TaskPressed(urged))
    return state, effects


def _move(definition: Definition, state: State, action: Moved) -> Stepped:
    task = state.task(action.task)
    if task is None or task.turn is not Turn.OPEN:
        raise Denied("unknown", task)
    state = state.with_task(replace(task, turn=Turn.MOVED))
    effects: list[Effect] = [TaskEnded(replace(task, turn=Turn.MOVED))]
    taking_part = {other.holder for other in state.at(task.node) if other.turn in {Turn.OPEN, Turn.AGREED, Turn.AUTO}}
    for seat in _distinct(action.seats):
        if seat.person not in taking_part:
            made = _task(task.node, seat, Turn.OPEN, urged=task.urged)
            state = replace(state, tasks=(*state.tasks, made))
            effects.append(TaskMade(made))
    if not state.open_tasks() and not taking_part:
        raise Denied("unknown", task)
    return _close_if_done(definition, state, effects, None)
