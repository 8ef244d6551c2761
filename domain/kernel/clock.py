"""The injected clock. Instants are aware UTC; HR thinks in dates and months of Asia/Shanghai."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Business time; signatures, tokens and rate limits use real time instead."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """Business time is real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """Stands at a given instant until `run`, then goes on at the pace of real time (`hrbot demo --now`)."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._anchor: float | None = None

    def go_on_from(self, instant: datetime) -> None:
        """Stand at a later instant instead; never goes back."""
        self._start = max(self._start, instant.astimezone(UTC))

    def run(self) -> None:
        """Time passes from here on; called when a message would be answered. A second call changes nothing."""
        self._anchor = self._anchor or time.monotonic()

    def now(self) -> datetime:
        if self._anchor is None:
            return self._start
        return self._start + timedelta(seconds=time.monotonic() - self._anchor)


class FixedClock:
    """Stands still until it is moved; for tests and simulations."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self.instant

    def advance(self, delta: timedelta) -> None:
        self.instant += delta


def business_date(instant: datetime) -> date:
    """The calendar day in Asia/Shanghai that holds this instant."""
    return instant.astimezone(SHANGHAI).date()


def shanghai(text: str) -> datetime:
    """An ISO instant; without a zone it is meant in Asia/Shanghai. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=SHANGHAI)


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:
            raise ValueError(f"no month {self.number}")

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return self.next().first - timedelta(days=1)

    def next(self) -> Month:
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"
