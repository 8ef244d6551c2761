"""What is shown of announcements, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.kernel.ids import PersonId

NAMED = 10
"""So many of those who could not be reached are named."""


class State(StrEnum):
    """Where an announcement stands. `stopping`: its author said stop, some messages are still on their way."""

    DRAFT = "draft"
    DROPPED = "dropped"
    PLANNED = "planned"
    SENDING = "sending"
    STOPPING = "stopping"
    SENT = "sent"
    STOPPED = "stopped"


OVER = {State.SENT, State.STOPPED}
ON_ITS_WAY = {State.PLANNED, State.SENDING, State.STOPPING}


@dataclass(frozen=True)
class Unreached:
    """Somebody who could not be reached, and why: a code whose words are in `cards/announcements/_reasons.yaml`."""

    name: str
    reason: str


@dataclass(frozen=True)
class Progress:
    """How far an announcement is: people, and seconds of real time."""

    total: int = 0
    sent: int = 0
    failed: int = 0
    left: int = 0
    """Not sent, because it was stopped before."""
    planned_seconds: int = 0
    seconds: float = 0.0
    unreached: tuple[Unreached, ...] = ()
    """The first of the failed ones."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Progress:
        named = tuple(Unreached(**one) for one in data.get("unreached", ()))
        return cls(**{**data, "unreached": named})


@dataclass(frozen=True)
class AnnouncementView:
    """An announcement as its author sees it. `unit_name` is None for everybody."""

    id: str
    author: PersonId
    title: str
    body: str
    unit: str | None
    unit_name: str | None
    must_read: bool
    state: State
    made_at: datetime
    starts_at: datetime | None
    published_at: datetime | None
    progress: Progress
    read: int = 0
    unread: int = 0
    """Of those who got it."""

    @property
    def standing(self) -> str:
        """The card that shows its author how it stands."""
        if self.state == State.DROPPED:
            return "announcements.dropped"
        return "announcements.sent" if self.state in OVER else "announcements.sending"


@dataclass(frozen=True)
class Letter:
    """An announcement as one of its receivers sees it."""

    id: str
    title: str
    body: str
    author_name: str
    must_read: bool
    published_at: datetime
    read_at: datetime | None
