"""A wish and its plan, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from config.statutory.leave import Entitlement
from domain.leave.rules.balance import Allocation
from domain.leave.rules.counting import LeaveDay, total
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind, TypePolicy
from domain.leave.views import Caution


@dataclass(frozen=True)
class Wish:
    """What somebody asks for. `request` is the draft it belongs to, which never stands in its own way."""

    kind: LeaveKind
    period: Period
    top_up: LeaveKind | None = None
    request: str | None = None


@dataclass(frozen=True)
class Share:
    """The part taken as one type, and the lots that pay for it (none for types without a balance)."""

    policy: TypePolicy
    days: tuple[LeaveDay, ...]
    allocation: tuple[Allocation, ...] = ()
    left_after: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        return total(self.days)


@dataclass(frozen=True)
class Plan:
    """A wish, counted and paid for."""

    policy: TypePolicy
    shares: tuple[Share, ...]
    days_off: Decimal | None
    cautions: tuple[Caution, ...]
    law: Entitlement | None
    proof_due: date | None

    @property
    def days(self) -> list[LeaveDay]:
        return [day for share in self.shares for day in share.days]

    @property
    def amount(self) -> Decimal:
        return self.shares[0].amount

    @property
    def first(self) -> date:
        return min(day.day for day in self.days if day.amount)

    @property
    def last(self) -> date:
        return max(day.day for day in self.days if day.amount)

    @property
    def provisional(self) -> bool:
        return any(day.provisional for day in self.days)
