"""What the service does about a step, as plain data, and the step's no."""

from __future__ import annotations

from dataclasses import dataclass

from domain.approvals.state.case import Phase, Task
from domain.kernel.ids import PersonId


@dataclass(frozen=True)
class NeedPeople:
    """Find the people of this node and come back with `Entered`."""

    node: str


@dataclass(frozen=True)
class TaskMade:
    """A task exists: open, still to come, or passed by itself."""

    task: Task


@dataclass(frozen=True)
class TaskEnded:
    """A task that was somebody's turn is not now."""

    task: Task
    remark: str | None = None


@dataclass(frozen=True)
class TaskBack:
    """A task that exists is its holder's turn (again)."""

    task: Task


@dataclass(frozen=True)
class TaskPressed:
    """The holder of this task is urged, for the `task.urged`-th time."""

    task: Task


@dataclass(frozen=True)
class CopyMade:
    """This person may read the case from now on."""

    person: PersonId


@dataclass(frozen=True)
class ClockSet:
    """Come back with `Elapsed` after so many working hours."""

    node: str
    visit: int
    hours: float


@dataclass(frozen=True)
class ChildAsked:
    """Open a case of this definition; if `wait`, come back with `ChildEnded`."""

    node: str
    visit: int
    code: str
    wait: bool


@dataclass(frozen=True)
class ChildStopped:
    """Nobody waits for this child any more."""

    node: str
    visit: int


@dataclass(frozen=True)
class Fired:
    """Do this effect after the commit, once for the case and node."""

    node: str
    name: str


@dataclass(frozen=True)
class Paused:
    """The case went back to its applicant."""

    by: PersonId
    reason: str


@dataclass(frozen=True)
class Ended:
    """The case is over."""

    phase: Phase
    by: PersonId | None
    reason: str | None = None


Effect = (
    NeedPeople
    | TaskMade
    | TaskEnded
    | TaskBack
    | TaskPressed
    | CopyMade
    | ClockSet
    | ChildAsked
    | ChildStopped
    | Fired
    | Paused
    | Ended
)


class Denied(Exception):
    """The step refuses. `why`: closed not_holder decided moved no_reason not_applicant too_late unknown; waiting
    not_yet stale not_allowed self already_there party too_deep in_turn acted not_adder bad_target no_direct only_advice
    touched executed not_participant not_returned not_editable not_approval."""

    def __init__(self, why: str, task: Task | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.task = task
