"""What happened to tasks and cases, for the context that owns the subject. Events of one case come in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from domain.kernel.events import Event
from domain.kernel.ids import PersonId

TaskOutcome = Literal["agreed", "rejected", "skipped", "cancelled"]
CaseOutcome = Literal["approved", "rejected", "withdrawn"]


@dataclass(frozen=True, kw_only=True)
class _OfCase(Event):
    case_id: str
    subject_id: str
    """The owning row's id, such as `lv_…`."""
    definition: str
    """Its name (流程), as in the published document."""

    @property
    def subject(self) -> str:
        return self.case_id


@dataclass(frozen=True, kw_only=True)
class TaskOpened(_OfCase):
    """It is this person's turn. `urged`: how often this turn was urged before it came to them (a moved task)."""

    task_id: str
    holder: PersonId
    urged: int = 0


@dataclass(frozen=True, kw_only=True)
class TaskClosed(_OfCase):
    """It is no longer this person's turn. `by` is who decided; None where nobody did."""

    task_id: str
    holder: PersonId
    outcome: TaskOutcome
    by: PersonId | None


@dataclass(frozen=True, kw_only=True)
class CaseDecided(_OfCase):
    """The end. `by` decided last (None: every node passed by itself); `reason` goes with a rejection."""

    applicant: PersonId
    outcome: CaseOutcome
    by: PersonId | None
    reason: str | None
    how: str = ""
    """The case's own state where `outcome` is coarser: an owner takes terminated and expired as a rejection."""


@dataclass(frozen=True, kw_only=True)
class TaskUrged(_OfCase):
    """The holder was urged for the `times`-th time; approvals itself has sent the notice."""

    task_id: str
    holder: PersonId
    times: int


@dataclass(frozen=True, kw_only=True)
class CaseReturned(_OfCase):
    """退回: the applicant has it and may hand it in again."""

    applicant: PersonId
    by: PersonId
    reason: str


@dataclass(frozen=True, kw_only=True)
class CaseResubmitted(_OfCase):
    """The applicant handed it in again, with `changes` of the form."""

    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CaseReversed(_OfCase):
    """通过后撤销 was approved: whatever the owner did because of this case is to be undone."""

    applicant: PersonId
    by: PersonId | None
    reversal: str
    """The id of the case that decided it."""


@dataclass(frozen=True, kw_only=True)
class ChildAbandoned(_OfCase):
    """The case that waited for this one goes on without it."""


@dataclass(frozen=True, kw_only=True)
class EffectDue(_OfCase):
    """An effect is to be done, or (`undo`) compensated."""

    node: str
    effect: str
    undo: bool = False

    def given_up(self) -> Event | None:
        return EffectFailed(
            case_id=self.case_id,
            subject_id=self.subject_id,
            definition=self.definition,
            node=self.node,
            effect=self.effect,
            undo=self.undo,
        )


@dataclass(frozen=True, kw_only=True)
class EffectFailed(_OfCase):
    """执行失败: it was tried often enough; nothing of it is done."""

    node: str
    effect: str
    undo: bool
