"""What understanding takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, TypedDict


@dataclass(frozen=True)
class RosterEntry:
    """One colleague whose name can be recognised. `pinyin` is without tones and spaces; two people may share it."""

    id: str
    name: str
    pinyin: str
    english: str | None = None
    department: str | None = None


class Pending(TypedDict, total=False):
    """`context.pending` of facts/intents.md; which keys are there depends on `type`."""

    type: Literal["approval_card", "form_confirm", "slot_question", "survey_question"]
    kind: NotRequired[str]
    applicant: NotRequired[str]
    candidate: NotRequired[str]
    intent: NotRequired[str]
    slots: NotRequired[dict[str, Any]]
    asked: NotRequired[str]
    aspect: NotRequired[str]
    scale: NotRequired[str]
    choices: NotRequired[list[str]]


@dataclass(frozen=True)
class Understood:
    """One intent of the table, its stated slots, 0–1 confidence, the runners-up; `aspect` refines routing only."""

    intent: str
    slots: dict[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    candidates: tuple[tuple[str, float], ...] = ()
    aspect: str | None = None
