"""What happened to announcements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class Published(Event):
    """Its author sent it: every receiver is to get it, once."""

    bulk: ClassVar[bool] = True
    announcement_id: str

    @property
    def subject(self) -> str:
        return self.announcement_id

    def given_up(self) -> Stopped:
        return Stopped(announcement_id=self.announcement_id)


@dataclass(frozen=True, kw_only=True)
class Planned(Event):
    """Its author wants it sent at an instant of business time."""

    announcement_id: str
    at: datetime

    @property
    def subject(self) -> str:
        return self.announcement_id


@dataclass(frozen=True, kw_only=True)
class Stopped(Event):
    """Its author wants no more of it sent."""

    announcement_id: str

    @property
    def subject(self) -> str:
        return self.announcement_id
