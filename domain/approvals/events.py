"""What happened to tasks and cases, for the context that owns the subject. Events of one case come in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, kw_only=True)
class TaskUrged(_OfCase):
    """The holder was urged for the `times`-th time; approvals itself has sent the notice."""

    task_id: str
    holder: PersonId
    times: int
