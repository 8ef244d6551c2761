"""What the company has decided about each leave type and account, as values read from dated rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as checked

STRICT = ConfigDict(extra="forbid", frozen=True)


class LeaveKind(StrEnum):
    """The thirteen types of leave; codes as understanding gives them."""

    ANNUAL = "annual"
    PERSONAL = "personal"
    SICK = "sick"
    COMP_OFF = "comp_off"
    MARRIAGE = "marriage"
    MATERNITY = "maternity"
    PATERNITY = "paternity"
    PRENATAL = "prenatal"
    BEREAVEMENT = "bereavement"
    CHILDCARE = "childcare"
    NURSING = "nursing"
    PARENTAL_CARE = "parental_care"
    INJURY = "injury"


class Unit(StrEnum):
    """What amounts of a type are counted in."""

    DAY = "day"
    HOUR = "hour"


class Basis(StrEnum):
    """Which days count: the person's own working days, every calendar day, or all but the statutory holidays."""

    WORKING = "working"
    CALENDAR = "calendar"
    CALENDAR_WITHOUT_STATUTORY = "calendar_without_statutory"


class DayMeaning(StrEnum):
    """What one day of leave is for somebody whose shift is not eight hours.

    scheduled_shift: one whole shift is one day, be it 7.5 or 12 hours.
    standard_day: hours ÷ the policy's standard hours, so a 12-hour shift is 1.5 days.
    usual_day: hours ÷ the person's own mean scheduled day around that time.
    """

    SCHEDULED_SHIFT = "scheduled_shift"
    STANDARD_DAY = "standard_day"
    USUAL_DAY = "usual_day"


class Rounding(StrEnum):
    """What becomes of a part of a step: up to the next whole step, or kept to two decimals."""

    UP = "up"
    EXACT = "exact"


class Carry(StrEnum):
    """What becomes of what is left at a lot's end.

    settle: never lapses; at the end it is carried with consent, waived in writing, or listed for pay.
    lapse: expires the day after the end.
    """

    SETTLE = "settle"
    LAPSE = "lapse"


class Crossing(StrEnum):
    """The 10th or 20th working year completed within a year; the law is silent."""

    WHOLE_FROM_THAT_DAY = "whole_from_that_day"
    PROPORTION = "proportion"


@checked(config=STRICT)
class Notice:
    """Leave of `over` days or more is asked `days` calendar days ahead; `strict` refuses, else it only warns."""

    over: Decimal
    days: int
    strict: bool = False


@checked(config=STRICT)
class Proof:
    """Above `above` units a paper is due within `within_days` after the leave starts."""

    what: str
    above: Decimal = Decimal(0)
    within_days: int = 7


@checked(config=STRICT)
class Limit:
    """A bound that is not kept in the ledger. `law` names a provincial entry, `amount` is the company's."""

    per: Literal["request", "year", "day"]
    law: str | None = None
    amount: Decimal | None = None


@checked(config=STRICT)
class TypePolicy:
    """One leave type as the company runs it from a day on."""

    kind: LeaveKind
    name: str
    unit: Unit
    step: Decimal
    approval: str
    cancel_approval: str
    workers: tuple[str, ...]
    basis: Basis = Basis.WORKING
    day_meaning: DayMeaning = DayMeaning.SCHEDULED_SHIFT
    rounding: Rounding = Rounding.UP
    standard_hours: Decimal = Decimal(8)
    accounts: tuple[str, ...] = ()
    limit: Limit | None = None
    whole: bool = False
    counts_statutory: bool = True
    notice: tuple[Notice, ...] = ()
    back_days: int = 0
    proof: Proof | None = None
    paid: str = "full"

    def notice_for(self, amount: Decimal) -> Notice | None:
        """The strictest rule for a leave of this length."""
        due = [rule for rule in self.notice if amount >= rule.over]
        return max(due, key=lambda rule: rule.days, default=None)


@checked(config=STRICT)
class CompanyBand:
    """Extra days from so many whole years with the company."""

    years: int
    days: Decimal


@checked(config=STRICT)
class AccountPolicy:
    """One ledger account as the company runs it from a day on. `end` is MM-DD of the year, or of the next one when
    `end_next_year`; `months` instead ends a lot so many months after it was granted."""

    account: str
    name: str
    unit: Unit
    carry: Carry
    end: str | None = None
    end_next_year: bool = False
    months: int | None = None
    bands: tuple[CompanyBand, ...] = ()
    workers: tuple[str, ...] = ()


@checked(config=STRICT)
class DayWords:
    """How a case's label names days: `day` is a format of the date and its weekday, `until` stands between two."""

    day: str
    weekdays: str = "1234567"
    until: str = "–"
    first: str = ""
    second: str = ""


@checked(config=STRICT)
class GeneralPolicy:
    """What holds for all types."""

    crossing: Crossing = Crossing.WHOLE_FROM_THAT_DAY
    settle_until: str = "03-31"
    settle_default: Literal["list", "carry"] = "list"
    warn_days: tuple[int, ...] = (30, 14)
    adjustment_approval: str | None = None
    adjust_two_person_above: Decimal = Decimal(0)
    usual_day_weeks: int = 4
    who_may_adjust: tuple[str, ...] = ("hr", "leave_admin")
    cancel_name: str = ""
    adjust_name: str = ""
    unit_names: dict[str, str] = field(default_factory=dict)
    day_words: DayWords = field(default_factory=lambda: DayWords("{0:%m-%d}"))


TYPES: TypeAdapter[TypePolicy] = TypeAdapter(TypePolicy)
ACCOUNTS: TypeAdapter[AccountPolicy] = TypeAdapter(AccountPolicy)
GENERAL: TypeAdapter[GeneralPolicy] = TypeAdapter(GeneralPolicy)


@dataclass(frozen=True)
class Policies:
    """All that is in force on one day."""

    general: GeneralPolicy
    types: dict[LeaveKind, TypePolicy] = field(default_factory=dict)
    accounts: dict[str, AccountPolicy] = field(default_factory=dict)

    def of_account(self, account: str) -> AccountPolicy:
        return self.accounts[account]


def validated(subject: str, document: dict[str, Any]) -> TypePolicy | AccountPolicy | GeneralPolicy:
    """A policy from its stored form; the subject is `type:annual`, `account:comp_off` or `general`.

    Raises pydantic.ValidationError for a document that is not one.
    """
    scope = subject.partition(":")[0]
    adapters: dict[str, TypeAdapter[Any]] = {"type": TYPES, "account": ACCOUNTS, "general": GENERAL}
    policy: TypePolicy | AccountPolicy | GeneralPolicy = adapters[scope].validate_python(document)
    return policy
