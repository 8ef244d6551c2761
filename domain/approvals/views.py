"""What approvals show of a case, frozen: the case, a person's turn, how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypedDict, get_args

from domain.approvals.definition import StandIn
from domain.approvals.state import LIVE
from domain.kernel.ids import PersonId

Whose = Literal["own", "sent", "other"]
"""Whose a case is to who reads of it: about themselves, sent by them about another, or another's."""


class Spoken(TypedDict):
    """How a case is called towards one reader; the words are in cards/approvals/_labels.yaml."""

    label: str
    whose: Whose


def asked_as(code: str | None) -> str:
    """What the people of a node are asked as, a key of cards/approvals/_nodes.yaml: a note's stand-in, or the note."""
    if not code:
        return "plain"
    stand_in = code.partition("_")[2]
    return stand_in if stand_in in get_args(StandIn) else code


@dataclass(frozen=True)
class CaseView:
    """One case; state as `state.Phase`. `definition` is its name, `kind` its code."""

    id: str
    code: str
    definition: str
    definition_id: str
    kind: str
    applicant: PersonId
    applicant_name: str
    subject_id: str
    subject_code: str | None
    label: str
    days: Decimal | None
    """The length that was asked for, where the form tells one."""
    state: str
    version: int
    opened_at: datetime
    decided_at: datetime | None
    decided_by: PersonId | None
    reason: str | None
    reverses: str | None = None
    """The id of the approved case that this one would undo (通过后撤销)."""

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def shown_code(self) -> str:
        """The code people know it by: the owner's (`LV-7F3`), else its own (`AP-…`)."""
        return self.subject_code or self.code

    def spoken(self, reader: PersonId) -> Spoken:
        """Nobody is told their own name: to the applicant it is `own`, without the name in front of the label."""
        if reader != self.applicant:
            return {"label": self.label, "whose": "other"}
        rest = self.label.removeprefix(self.applicant_name).strip()
        return {"label": rest, "whose": "sent" if rest == self.label else "own"}


@dataclass(frozen=True)
class NoteView:
    """Why somebody else was asked. `code` is `why` or `why_by`; its words are in cards/approvals/_notes.yaml."""

    code: str
    name: str | None

    @property
    def why(self) -> str:
        """absent left own concerned empty line nobody."""
        return self.code.partition("_")[0]


@dataclass(frozen=True)
class TaskView:
    """One person's turn; state as `state.Turn`."""

    id: str
    case: CaseView
    node: str
    holder: PersonId
    holder_name: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: PersonId | None
    comment: str | None
    urged: int
    waited: int
    """Minutes that it waits or waited."""
    note: NoteView | None
    role: str = "vote"
    """vote, before or after (加签), advice (委派)."""


@dataclass(frozen=True)
class ProgressStep:
    """One node that was reached. state: open agreed rejected sent_back auto lapsed
    passed_over cancelled."""

    node_name: str
    people: tuple[str, ...]
    state: str
    since: datetime
    decided_at: datetime | None
    decided_by: str | None
    comment: str | None
    waited: int
    asked_as: str
    """`plain`, or why these people and not the ones that the node names."""
    notes: tuple[NoteView, ...]


@dataclass(frozen=True)
class ProgressView:
    """A case on its way, node by node, with real names."""

    case: CaseView
    code: str
    label: str
    state: str
    steps: tuple[ProgressStep, ...]
