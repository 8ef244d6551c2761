"""A case while a step works on it: the state's parts, changed in place, and the effects so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.approvals.definition import Approval, Definition, parties
from domain.approvals.state import (
    UNDECIDED,
    Denied,
    Effect,
    Join,
    Phase,
    Position,
    Return,
    Seat,
    Stage,
    State,
    Task,
    TaskBack,
    TaskEnded,
    TaskMade,
    Turn,
)
from domain.kernel.ids import PersonId


class Work:
    """Made for one step and thrown away. `by` is who acts."""

    __slots__ = (
        "applicant",
        "before",
        "by",
        "changed",
        "choices",
        "copies",
        "definition",
        "effects",
        "fired",
        "form",
        "joins",
        "passed",
        "phase",
        "positions",
        "returning",
        "tasks",
        "version",
        "visits",
    )

    def __init__(self, definition: Definition, state: State) -> None:
        self.definition = definition
        self.before = state
        self.effects: list[Effect] = []
        self.by: PersonId | None = None
        self.phase, self.applicant, self.form = state.phase, state.applicant, state.form
        self.version, self.changed, self.visits = state.version + 1, state.changed, state.visits
        self.positions = {at.node: at for at in state.positions}
        self.joins = {join.node: join for join in state.joins}
        self.passed = list(state.passed)
        self.tasks = {task.id: task for task in state.tasks}
        self.copies, self.fired, self.choices = state.copies, state.fired, state.choices
        self.returning = {one.visit: one.to for one in state.returning}

    def frozen(self) -> State:
        return State(
            self.phase,
            self.applicant,
            self.form,
            self.version,
            self.changed,
            self.visits,
            tuple(self.positions.values()),
            tuple(self.joins.values()),
            tuple(self.passed),
            tuple(self.tasks.values()),
            self.copies,
            self.fired,
            self.choices,
            tuple(Return(visit, to) for visit, to in self.returning.items()),
        )

    # what is asked first

    def must_run(self) -> None:
        if self.phase is not Phase.RUNNING:
            raise Denied("closed")

    def allows(self, kind: str, task: Task | None = None) -> None:
        """The definition may keep people from some actions."""
        allowed = self.definition.settings.allowed
        if allowed is not None and kind not in allowed:
            raise Denied("not_allowed", task)

    def held(self, task_id: str, actor: PersonId) -> Task:
        """The task, if it is this person's turn. Raises Denied as a person should hear it."""
        task = self.tasks.get(task_id)
        if task is None:
            raise Denied("unknown")
        if task.holder != actor:
            raise Denied("not_holder", task)
        if task.turn is not Turn.OPEN:
            raise Denied(WHY.get(task.turn, "decided"), task)
        return task

    # tasks

    def visit(self, visit: int) -> list[Task]:
        return [task for task in self.tasks.values() if task.visit == visit]

    def children(self, task: Task) -> list[Task]:
        return [one for one in self.tasks.values() if one.parent == task.id]

    def mark(self, task: Task, turn: Turn, by: PersonId | None = None) -> Task:
        changed = task._replace(turn=turn, by=by)
        self.tasks[task.id] = changed
        return changed

    def make(self, task: Task) -> None:
        if task.id in self.tasks:
            raise Denied("unknown")
        self.tasks[task.id] = task
        self.effects.append(TaskMade(task))

    def end(self, task: Task, turn: Turn, by: PersonId | None, remark: str | None = None) -> None:
        self.effects.append(TaskEnded(self.mark(task, turn, by), remark))

    def reopen(self, task: Task) -> None:
        self.effects.append(TaskBack(self.mark(task, Turn.OPEN)))

    def end_all(self, tasks: Iterable[Task], turn: Turn, by: PersonId | None) -> None:
        for task in tasks:
            if task.turn in UNDECIDED:
                self.end(task, turn, by)

    def end_children(self, task: Task) -> None:
        """Whom the holder waits for is not needed any more, nor whom they asked."""
        for child in self.children(task):
            if child.turn in UNDECIDED and child.role in {"before", "advice"}:
                self.end(child, Turn.CANCELLED, None)
                self.end_children(child)

    # people

    def new_people(self, task: Task, seats: Iterable[Seat]) -> list[Seat]:
        """The seats, if these people may be brought into the visit of a task. Raises Denied."""
        wanted = distinct(seats)
        if not wanted:
            raise Denied("unknown", task)
        node = self.definition.node(task.node)
        own = (
            frozenset()
            if node.who.kind == "applicant"
            else parties(self.definition.settings, self.applicant, self.form)
        )
        there = self.holding(task.visit)
        for seat in wanted:
            if seat.person == task.holder:
                raise Denied("self", task)
            if seat.person in own:
                raise Denied("party", task)
            if seat.person in there:
                raise Denied("already_there", task)
        return wanted

    def holding(self, visit: int) -> set[PersonId]:
        """Who has, or has used, a turn at this visit."""
        return {task.holder for task in self.tasks.values() if task.visit == visit and task.turn not in LET_GO}

    # positions

    def position(self, visit: int) -> Position | None:
        return next((at for at in self.positions.values() if at.visit == visit), None)

    def place(self, position: Position, stage: Stage) -> None:
        self.positions[position.node] = position._replace(stage=stage)

    def approval(self, node: str) -> Approval:
        return self.definition.node(node)

    def join(self, join: Join) -> None:
        self.joins[join.node] = join

    def merge(self, changes: dict[str, Any]) -> None:
        """New values of form fields."""
        if changes:
            self.form = {**self.form, **changes}
            self.changed = self.version


WHY = {
    Turn.MOVED: "moved",
    Turn.TRANSFERRED: "moved",
    Turn.CANCELLED: "closed",
    Turn.PENDING: "not_yet",
    Turn.WAITING: "waiting",
    Turn.DELEGATED: "waiting",
}

LET_GO = frozenset({Turn.MOVED, Turn.TRANSFERRED, Turn.CANCELLED, Turn.TAKEN_BACK, Turn.ADVISED})


def distinct(seats: Iterable[Seat]) -> list[Seat]:
    """One seat a person, the first."""
    seen: dict[PersonId, Seat] = {}
    for seat in seats:
        seen.setdefault(seat.person, seat)
    return list(seen.values())
