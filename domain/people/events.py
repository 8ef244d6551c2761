"""What happened to persons and employments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from domain.kernel.events import Event
from domain.kernel.ids import PersonId


@dataclass(frozen=True, kw_only=True)
class Hired(Event):
    """An employment was recorded; it may begin in the future or have begun long ago."""

    person: PersonId
    hired_on: date

    @property
    def subject(self) -> str:
        return self.person


@dataclass(frozen=True, kw_only=True)
class Left(Event):
    """The last day of an employment was recorded; it may lie ahead."""

    person: PersonId
    last_day: date

    @property
    def subject(self) -> str:
        return self.person


@dataclass(frozen=True, kw_only=True)
class TermsChanged(Event):
    """Worker type, legal entity or city differ from `since` on."""

    person: PersonId
    since: date

    @property
    def subject(self) -> str:
        return self.person


@dataclass(frozen=True, kw_only=True)
class DetailChanged(Event):
    """A personal fact has a new value; the value itself is never in an event."""

    person: PersonId
    detail: str

    @property
    def subject(self) -> str:
        return self.person


@dataclass(frozen=True, kw_only=True)
class AccountGone(Event):
    """A messenger's directory no longer has this account; whether its person left is for HR to say."""

    bulk: ClassVar[bool] = True
    platform: str
    account: str

    @property
    def subject(self) -> str:
        return f"{self.platform}:{self.account}"


@dataclass(frozen=True, kw_only=True)
class AccountRenamed(Event):
    """An account of a messenger is spelt `renamed` now."""

    bulk: ClassVar[bool] = True
    platform: str
    account: str
    renamed: str

    @property
    def subject(self) -> str:
        return f"{self.platform}:{self.account}"


@dataclass(frozen=True, kw_only=True)
class OpeningBalance(Event):
    """A leave balance brought along from before hrbot. `kind` is a leave type code, `days` the balance on `as_of`.

    There is one for each person and kind; told again, with the same `as_of`, it corrects the value.
    """

    bulk: ClassVar[bool] = True
    person: PersonId
    kind: str
    days: Decimal
    as_of: date

    @property
    def subject(self) -> str:
        return self.person
