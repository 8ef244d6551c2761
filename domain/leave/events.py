"""What happened to leave, for attendance, roster and payroll. Events of one request come in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.kernel.events import Event
from domain.kernel.ids import PersonId


@dataclass(frozen=True, kw_only=True)
class _OfRequest(Event):
    request_id: str
    person: PersonId
    kind: str
    paid: str
    """full, none, sick or fund: how payroll treats the days."""
    starts: date
    ends: date

    @property
    def subject(self) -> str:
        return self.request_id


@dataclass(frozen=True, kw_only=True)
class LeaveApproved(_OfRequest):
    """Leave is approved. `days`: (day, hours not worked) of each day that counts."""

    days: tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class LeaveCancelled(_OfRequest):
    """Approved leave is given back on these days (all of it, or the rest after an early return)."""

    days: tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class LeaveRecounted(_OfRequest):
    """A published schedule changed what approved leave covers; `days` is the whole new truth."""

    days: tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class UnusedLeaveListed(Event):
    """Statutory days of a past year stay unused without a waiver: the further 200 % is due (条例 art. 5)."""

    person: PersonId
    year: int
    days: Decimal
    further_pay: int

    @property
    def subject(self) -> str:
        return self.person
