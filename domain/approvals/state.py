"""A case as a fold over its log: the actions that are logged, the state they add up to, the effects of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from domain.kernel.ids import PersonId

NOBODY = PersonId("")


class Phase(StrEnum):
    """Where a case stands."""

    NEW = "new"
    RUNNING = "running"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Turn(StrEnum):
    """Where a task stands. AUTO: passed because the same person agreed at the node before. MOVED: went to another."""

    OPEN = "open"
    AGREED = "agreed"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    AUTO = "auto"
    CANCELLED = "cancelled"
    MOVED = "moved"


@dataclass(frozen=True)
class Note:
    """Why this person and not another: `why` absent left own concerned empty line_ended nobody_else; `by` which
    stand-in; `who` is meant."""

    why: str
    by: str | None = None
    who: PersonId | None = None


@dataclass(frozen=True)
class Seat:
    """A person the resolver found, with the id of the task that becomes theirs."""

    task: str
    person: PersonId
    note: Note | None = None


# --- actions: what the log holds -------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Started:
    applicant: PersonId
    form: dict[str, Any]
    kind: Literal["started"] = "started"


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A node was reached and its people, as of that moment, are these."""

    node: str
    seats: tuple[Seat, ...]
    kind: Literal["entered"] = "entered"


@dataclass(frozen=True, kw_only=True)
class Agreed:
    task: str
    actor: PersonId
    comment: str | None = None
    kind: Literal["agreed"] = "agreed"


@dataclass(frozen=True, kw_only=True)
class Rejected:
    task: str
    actor: PersonId
    reason: str
    kind: Literal["rejected"] = "rejected"


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    actor: PersonId
    kind: Literal["withdrawn"] = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Urged:
    """All open tasks were urged; who may and how often is a policy of the service."""

    actor: PersonId
    kind: Literal["urged"] = "urged"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """An open task went from its holder to others, because the holder left."""

    task: str
    seats: tuple[Seat, ...]
    kind: Literal["moved"] = "moved"


Action = Annotated[Started | Entered | Agreed | Rejected | Withdrawn | Urged | Moved, Field(discriminator="kind")]
ACTION: TypeAdapter[Action] = TypeAdapter(Action)


# --- state -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Task:
    """One person's turn at one node."""

    id: str
    node: str
    holder: PersonId
    turn: Turn
    by: PersonId | None = None
    urged: int = 0
    note: Note | None = None


@dataclass(frozen=True)
class State:
    """`awaiting` is the node whose people are still to be found; `passed` are the nodes done, in order."""

    phase: Phase = Phase.NEW
    applicant: PersonId = NOBODY
    form: dict[str, Any] = field(default_factory=dict)
    node: str | None = None
    awaiting: str | None = None
    passed: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()

    def task(self, task_id: str) -> Task | None:
        return next((task for task in self.tasks if task.id == task_id), None)

    def open_tasks(self) -> list[Task]:
        return [task for task in self.tasks if task.turn is Turn.OPEN]

    def at(self, node: str) -> list[Task]:
        return [task for task in self.tasks if task.node == node]

    def with_task(self, changed: Task) -> State:
        return replace(self, tasks=tuple(changed if task.id == changed.id else task for task in self.tasks))


# --- effects: what the service does about a step ---------------------------------------------------------------------
@dataclass(frozen=True)
class NeedPeople:
    """Find the people of this node and come back with `Entered`."""

    node: str


@dataclass(frozen=True)
class TaskMade:
    """A task exists: open, or passed by itself."""

    task: Task


@dataclass(frozen=True)
class TaskEnded:
    """A task that was open is not any more."""

    task: Task
    remark: str | None = None


@dataclass(frozen=True)
class TaskPressed:
    """The holder of this task is urged, for the `task.urged`-th time."""

    task: Task


@dataclass(frozen=True)
class Ended:
    """The case is over."""

    phase: Phase
    by: PersonId | None
    reason: str | None = None


Effect = NeedPeople | TaskMade | TaskEnded | TaskPressed | Ended


class Denied(Exception):
    """The step refuses: why is closed, not_holder, decided, moved, no_reason, not_applicant, too_late or unknown."""

    def __init__(self, why: str, task: Task | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.task = task
