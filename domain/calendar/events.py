"""What happened to the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.kernel.events import Event
from domain.kernel.ids import PersonId


@dataclass(frozen=True, kw_only=True)
class YearPublished(Event):
    """A year's notice became known, or a known one changed: what was provisional in it may be different now."""

    year: int

    @property
    def subject(self) -> str:
        return f"calendar-{self.year}"


@dataclass(frozen=True, kw_only=True)
class ShiftsPublished(Event):
    """Shifts of a person between two days (inclusive) are new or changed."""

    person: PersonId
    start: date
    end: date

    @property
    def subject(self) -> str:
        return self.person
