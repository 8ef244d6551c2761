"""Which days are worked and when: pure decisions over notices, patterns and shifts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from config.statutory.calendar import YearNotice
from domain.calendar.errors import ShiftTooLong, ShiftUnclear
from domain.kernel.clock import SHANGHAI

ONE_DAY = timedelta(days=1)
SATURDAY = 5

Span = tuple[time, time]
"""Local times; an end not after its start is on the next date."""


class DayKind(StrEnum):
    """What a day is for one person. Only `statutory` days are paid 300 %, worked or not by a shift."""

    WORKDAY = "workday"
    REST = "rest"
    STATUTORY = "statutory"
    ADJUSTED_REST = "adjusted_rest"
    ADJUSTED_WORKDAY = "adjusted_workday"


@dataclass(frozen=True, order=True)
class Window:
    """From one instant to a later one, aware, Asia/Shanghai."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> Decimal:
        """Length in hours."""
        return Decimal(int((self.end - self.start).total_seconds())) / 3600

    def overlaps(self, other: Window) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class ShiftDay:
    """What is published for one day. No spans is a rest day; `shift` is the shift's name as people say it."""

    shift: str | None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class DaySchedule:
    """One day of one person. An overnight shift belongs to the day on which it starts.

    `provisional`: the year's notice or the person's shifts are not published yet, so this may change.
    """

    day: date
    kind: DayKind
    windows: tuple[Window, ...]
    shift: str | None = None
    provisional: bool = False

    @property
    def works(self) -> bool:
        return bool(self.windows)

    @property
    def hours(self) -> Decimal:
        """Working hours; a lunch break lies between windows and is not counted."""
        return sum((window.hours for window in self.windows), Decimal(0))

    def halves(self) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
        """The first and the second half of this very shift: split at the break nearest to half the hours,
        one unbroken window at its middle; a rest day has two empty halves."""
        if len(self.windows) < 2:
            return self._split_middle()
        half = self.hours / 2
        best = min(
            range(1, len(self.windows)),
            key=lambda at: abs(sum((window.hours for window in self.windows[:at]), Decimal(0)) - half),
        )
        return self.windows[:best], self.windows[best:]

    def _split_middle(self) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
        if not self.windows:
            return (), ()
        only = self.windows[0]
        middle = only.start + (only.end - only.start) / 2
        return (Window(only.start, middle),), (Window(middle, only.end),)


@dataclass(frozen=True)
class Pattern:
    """A working pattern from a day on: weekday (0 Monday … 6 Sunday) → spans; a weekday not named is a rest day.

    On an adjusted workday, which is a Saturday or Sunday, the hours of `adjusted_as` (a weekday) apply.
    """

    effective_from: date
    week: Mapping[int, tuple[Span, ...]]
    adjusted_as: int = 0


def legal_kind(day: date, notices: Sequence[YearNotice]) -> DayKind:
    """What the notices make of a day. A notice may reach into its neighbour years (New Year's bridge days)."""
    holidays = [holiday for notice in notices for holiday in notice.holidays]
    if any(day in holiday.statutory for holiday in holidays):
        return DayKind.STATUTORY
    if any(day in holiday.workdays for holiday in holidays):
        return DayKind.ADJUSTED_WORKDAY
    if day.weekday() >= SATURDAY:
        return DayKind.REST
    return DayKind.ADJUSTED_REST if any(holiday.covers(day) for holiday in holidays) else DayKind.WORKDAY


def is_workday(kind: DayKind) -> bool:
    """Whether somebody on the company's pattern is expected on such a day."""
    return kind in {DayKind.WORKDAY, DayKind.ADJUSTED_WORKDAY}


def on_pattern(day: date, kind: DayKind, pattern: Pattern, *, provisional: bool) -> DaySchedule:
    """A day of somebody who keeps the company's hours."""
    weekday = pattern.adjusted_as if kind is DayKind.ADJUSTED_WORKDAY else day.weekday()
    spans = pattern.week.get(weekday, ()) if is_workday(kind) or kind is DayKind.REST else ()
    if kind is DayKind.WORKDAY and not spans:
        kind = DayKind.REST
    elif kind is DayKind.REST and spans:
        kind = DayKind.WORKDAY
    return DaySchedule(day, kind, lay_out(day, spans), None, provisional)


def on_shift(day: date, kind: DayKind, published: ShiftDay, *, provisional: bool) -> DaySchedule:
    """A day of somebody who works published shifts: their own roster says work or rest, the law says 300 %."""
    windows = lay_out(day, published.spans)
    if kind is not DayKind.STATUTORY:
        kind = DayKind.WORKDAY if windows else DayKind.REST
    return DaySchedule(day, kind, windows, published.shift, provisional)


def lay_out(day: date, spans: Sequence[Span]) -> tuple[Window, ...]:
    """Local spans as windows that start on `day` and may run into the next date.

    Raises ShiftUnclear when spans overlap, ShiftTooLong when first start to last end exceeds 24 hours.
    """
    windows: list[Window] = []
    for start, end in spans:
        begins = datetime.combine(day, start, SHANGHAI)
        if windows and begins < windows[-1].end:
            begins += ONE_DAY
        if windows and begins < windows[-1].end:
            raise ShiftUnclear(day=day)
        ends = datetime.combine(begins.date(), end, SHANGHAI)
        windows.append(Window(begins, ends if ends > begins else ends + ONE_DAY))
    if windows and windows[-1].end - windows[0].start > ONE_DAY:
        raise ShiftTooLong(day=day)
    return tuple(windows)


def days(start: date, end: date) -> Iterator[date]:
    """Every day from start to end, inclusive."""
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset)


def in_force(patterns: Sequence[Pattern], day: date) -> Pattern | None:
    """The pattern with the latest start not after `day`; None before the first."""
    return max((p for p in patterns if p.effective_from <= day), key=lambda p: p.effective_from, default=None)
