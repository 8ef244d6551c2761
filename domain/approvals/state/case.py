"""What a case's log adds up to. Named tuples: a step makes some, and they are made several times as fast."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, NamedTuple

from domain.approvals.state.actions import Note
from domain.kernel.ids import PersonId

NOBODY = PersonId("")


class Phase(StrEnum):
    """Where a case stands. RETURNED 已退回待重提, TERMINATED 已终止, EXPIRED 超时关闭, REVOKED 通过后撤销."""

    NEW = "new"
    RUNNING = "running"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    REVOKED = "revoked"


LIVE: Final = frozenset({Phase.RUNNING, Phase.RETURNED})


class Turn(StrEnum):
    """Where a task stands. PENDING 未到; DELEGATED and WAITING hold a person while others advise or sign before them.
    AUTO: passed because the same person agreed before, or it is their own case; LAPSED: time agreed in their place.
    MOVED: went to others, because the holder left or an administrator said so; TRANSFERRED: the holder said so.
    SKIPPED: others decided; PASSED_OVER: an administrator skipped it. ADVISED: an advice was given, no vote."""

    PENDING = "pending"
    OPEN = "open"
    WAITING = "waiting"
    DELEGATED = "delegated"
    AGREED = "agreed"
    ADVISED = "advised"
    REJECTED = "rejected"
    SENT_BACK = "sent_back"
    SKIPPED = "skipped"
    AUTO = "auto"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    MOVED = "moved"
    TRANSFERRED = "transferred"
    TAKEN_BACK = "taken_back"
    PASSED_OVER = "passed_over"


HOLDING: Final = frozenset({Turn.OPEN, Turn.WAITING, Turn.DELEGATED})
UNDECIDED: Final = HOLDING | {Turn.PENDING}
YES: Final = frozenset({Turn.AGREED, Turn.AUTO, Turn.LAPSED})


class Task(NamedTuple):
    """One person's turn at one visit of a node. role: vote (counts), before, after (加签), advice (委派); `parent` is
    the task that asked for it, `rank` its place under 依次."""

    id: str
    node: str
    holder: PersonId
    turn: Turn
    by: PersonId | None = None
    urged: int = 0
    note: Note | None = None
    visit: int = 0
    role: str = "vote"
    parent: str | None = None
    rank: int = 0


class Stage(StrEnum):
    """What a position waits for: its people to be found, its tasks, the clock, the case of a 子流程."""

    PEOPLE = "people"
    TASKS = "tasks"
    CLOCK = "clock"
    CHILD = "child"


class Position(NamedTuple):
    """A node that is live. `before` are the visits that led here directly; `sealed`: an effect ran in between;
    `again`: somebody sent the case back to here, so that nobody passes because they agreed once."""

    node: str
    visit: int
    stage: Stage
    before: tuple[int, ...] = ()
    sealed: bool = False
    again: bool = False


class Arrival(NamedTuple):
    """An arm of a join that is through."""

    arm: int
    before: tuple[int, ...]
    sealed: bool


class Join(NamedTuple):
    """A 并行 or 包容 node under way: the arms it waits for, and those that arrived."""

    node: str
    arms: tuple[int, ...]
    arrived: tuple[Arrival, ...] = ()


class Passed(NamedTuple):
    """A visit of an approval that is through and counts."""

    node: str
    visit: int


class Return(NamedTuple):
    """直达: the nodes that the case goes to, one after the other, when what was sent back is done again. `visit` None:
    the applicant has it."""

    visit: int | None
    to: tuple[str, ...]


class State(NamedTuple):
    """`version` counts actions, `changed` is the version at which the form changed last; `positions` is where the case
    is now, `fired` which effects it has asked for."""

    phase: Phase = Phase.NEW
    applicant: PersonId = NOBODY
    form: dict[str, Any] = {}  # noqa: RUF012 - never changed in place: a step makes a new one
    version: int = 0
    changed: int = 0
    visits: int = 0
    positions: tuple[Position, ...] = ()
    joins: tuple[Join, ...] = ()
    passed: tuple[Passed, ...] = ()
    tasks: tuple[Task, ...] = ()
    copies: tuple[PersonId, ...] = ()
    fired: tuple[str, ...] = ()
    choices: dict[str, list[PersonId]] = {}  # noqa: RUF012
    returning: tuple[Return, ...] = ()

    @property
    def awaiting(self) -> tuple[str, ...]:
        """The nodes whose people are still to be found."""
        return tuple(at.node for at in self.positions if at.stage is Stage.PEOPLE)

    def task(self, task_id: str) -> Task | None:
        return next((task for task in self.tasks if task.id == task_id), None)

    def open_tasks(self) -> list[Task]:
        return [task for task in self.tasks if task.turn is Turn.OPEN]

    def participants(self) -> set[PersonId]:
        """Who may speak in the case's thread."""
        return {self.applicant, *self.copies, *(task.holder for task in self.tasks)}
