"""What happened in the organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from domain.kernel.events import Event
from domain.kernel.ids import PersonId


@dataclass(frozen=True, kw_only=True)
class Assigned(Event):
    """A person holds a post from `since` on (or another unit, title or manager in it)."""

    person: PersonId
    unit_id: str
    main: bool
    since: date

    @property
    def subject(self) -> str:
        return self.person


@dataclass(frozen=True, kw_only=True)
class HeadAppointed(Event):
    """A unit has a new head from `since` on; None when the post of head is vacant."""

    unit_id: str
    head: PersonId | None
    since: date

    @property
    def subject(self) -> str:
        return self.unit_id


@dataclass(frozen=True, kw_only=True)
class RolesChanged(Event):
    """A role was given to a person, or taken, from `since` on."""

    person: PersonId
    role: str
    granted: bool
    since: date

    @property
    def subject(self) -> str:
        return self.person


@dataclass(frozen=True, kw_only=True)
class ImportStopped(Event):
    """A part of a roster's import failed by our fault; what came before it holds."""

    import_id: str

    @property
    def subject(self) -> str:
        return self.import_id


@dataclass(frozen=True, kw_only=True)
class ImportPartDue(Event):
    """The next rows of a roster's import are to be done: `part` counts from 0."""

    bulk: ClassVar[bool] = True
    import_id: str
    part: int

    @property
    def subject(self) -> str:
        return self.import_id

    def given_up(self) -> ImportStopped:
        return ImportStopped(import_id=self.import_id)
