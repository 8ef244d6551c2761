"""What cards and handlers are given: frozen, with names instead of ids wherever a person reads them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from domain.approvals.service import StepPreview
from domain.kernel.ids import PersonId
from domain.leave.rules.counting import Line
from domain.leave.rules.period import Part


@dataclass(frozen=True)
class Caution:
    """Something to know before submitting. codes: notice provisional proof rounded skipped holidays unconfirmed."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ShareView:
    """What is taken as one type: with a top-up (不够的用调休补) there are two."""

    kind: str
    kind_name: str
    amount: Decimal
    unit: str
    left_after: Decimal | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Colleagues:
    """Who of the same unit is away on these days; types are not told."""

    names: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Ground:
    """The legal ground of a leave with a fixed length: where, how many days, which text, whether it was checked."""

    place: str
    days: Decimal
    note: str
    source: str
    confirmed: bool


@dataclass(frozen=True)
class RequestView:
    """One request as its owner and the deciders see it. `days` is the length in days also of hourly leave, when whole
    or half shifts make it up; else None."""

    id: str
    code: str
    person: PersonId
    person_name: str
    kind: str
    kind_name: str
    state: str
    lines: tuple[Line, ...]
    amount: Decimal
    unit: str
    days: Decimal | None
    shares: tuple[ShareView, ...]
    left_after: Decimal | None
    starts: date
    ends: date
    reason: str | None
    provisional: bool
    proof_due: date | None
    proof_at: datetime | None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    missing: str | None = None
    """What is not published yet where days are provisional: `calendar` or `roster`."""
    filler: PersonId | None = None
    filled_by: str | None = None
    """Who asked for it in the person's place (代填), by id and by name."""
    whose: str | None = None
    """The person's name where somebody else is the reader; None towards the person."""

    def read_by(self, reader: PersonId) -> Self:
        """The same as `reader` is to be told of it."""
        return replace(self, whose=None if reader == self.person else self.person_name)


@dataclass(frozen=True)
class Offer:
    """A refused wish, and what would make up for what is missing."""

    id: str
    kind_name: str
    amount: Decimal
    unit: str


@dataclass(frozen=True)
class DraftView(RequestView):
    """A draft before it is submitted: who decides, who else is away, what to know. `changed`: fields a correction
    touched."""

    approvers: tuple[str, ...] = ()
    colleagues: Colleagues = field(default_factory=lambda: Colleagues((), 0))
    warnings: tuple[Caution, ...] = ()
    ground: Ground | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class BalanceView:
    """One balance-kept type of a person as of a day, in the type's unit."""

    kind: str
    kind_name: str
    unit: str
    available: Decimal
    granted: Decimal
    taken: Decimal
    held: Decimal
    ending: tuple[tuple[date, Decimal], ...]
    unsettled: Decimal
    coming: tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True)
class ExplainLine:
    """One line of a derivation. `rule` finds the words, `facts` fill them; amounts sum to the balance."""

    day: date
    kind: str
    account_name: str
    amount: Decimal
    rule: str
    facts: dict[str, Any]
    clause: str | None
    code: str | None
    reason: str | None


@dataclass(frozen=True)
class Explanation:
    """Why a balance is what it is."""

    person_name: str
    kind_name: str
    unit: str
    on: date
    total: Decimal
    lines: tuple[ExplainLine, ...]
    held: Decimal
    coming: tuple[tuple[date, Decimal], ...]
    unsettled: Decimal
    why_none: tuple[str, dict[str, Any]] | None = None
    """Why nothing was granted, by code and facts: annual_first_year annual_too_short no_grant."""


@dataclass(frozen=True)
class Away:
    """Somebody away: from, to (dates, inclusive), which part of one day, and the type only for those entitled to it."""

    person: PersonId
    name: str
    first: date
    last: date
    kind_name: str | None
    part: Part = "full"
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class Cover:
    """One day of a unit if a request is approved: how many work that day without the applicant, of how many."""

    day: date
    on_duty: int
    scheduled: int
    away: tuple[str, ...]


@dataclass(frozen=True)
class CancellationView:
    """Days to be given back. `direct` take effect at once, `asked` (days gone by) go to approval."""

    id: str
    code: str
    request: RequestView
    state: str
    lines: tuple[Line, ...]
    amount: Decimal
    unit: str
    direct: Decimal
    asked: Decimal
    keeps: tuple[Line, ...]


@dataclass(frozen=True)
class Return:
    """One way to come back early: from which day on, to which, and how much is given back."""

    first: date
    last: date
    amount: Decimal
    unit: str


@dataclass(frozen=True)
class AdjustmentView:
    """A change of somebody's balance by HR."""

    id: str
    code: str
    person: PersonId
    person_name: str
    account_name: str
    amount: Decimal
    unit: str
    reason: str
    state: str
    by: PersonId
    by_name: str
    before: Decimal
    reviewers: tuple[str, ...]


@dataclass(frozen=True)
class SettlementView:
    """What is left of a past year's statutory days, and what became of it."""

    id: str
    person: PersonId
    year: int
    amount: Decimal
    state: str
    due: date
    further_pay: int
    clause: str


@dataclass(frozen=True)
class Due:
    """What there is of a type that keeps no balance."""

    kind_name: str
    ground: Ground | None


@dataclass(frozen=True)
class Route:
    """Who would decide."""

    kind_name: str
    days: Decimal
    steps: tuple[StepPreview, ...]


@dataclass(frozen=True)
class LeaverView:
    """What would still be due on leaving: days, and how they come about. Amounts of money are payroll's to show."""

    last_day: date
    full: int
    passed: int
    taken: Decimal
    due: Decimal
    clause: str
