"""When: the words of a request (dates, halves, clock times, lengths) laid on the person's own schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from domain.calendar.rules import DaySchedule, Window
from domain.kernel.clock import SHANGHAI
from domain.leave.errors import (
    LengthMissing,
    MoreThanShift,
    OutsideShift,
    PeriodBackwards,
    TimesBackwards,
    TimesUnclear,
)
from domain.leave.rules.policy import Basis

Half = Literal["AM", "PM"]
Part = Literal["full", "first", "second", "clock", "rest"]
ONE_DAY = timedelta(days=1)
HALF = Decimal("0.5")


@dataclass(frozen=True)
class Period:
    """What the person said. AM and PM are the first and the second half of the person's own shift."""

    start: date
    end: date | None = None
    start_half: Half | None = None
    end_half: Half | None = None
    start_time: time | None = None
    end_time: time | None = None
    duration_days: Decimal | None = None
    duration_hours: Decimal | None = None
    weekly_until: date | None = None
    """每周五下午…到月底: the same again every week, up to this day."""
    without: tuple[date, ...] = ()
    """…周三不休: days inside that are not wanted."""

    def to_json(self) -> dict[str, Any]:
        """As stored with the request; `from_json` reads it back."""
        stored = {
            "start": self.start.isoformat(),
            "end": self.end.isoformat() if self.end else None,
            "start_half": self.start_half,
            "end_half": self.end_half,
            "start_time": f"{self.start_time:%H:%M}" if self.start_time else None,
            "end_time": f"{self.end_time:%H:%M}" if self.end_time else None,
            "duration_days": str(self.duration_days) if self.duration_days is not None else None,
            "duration_hours": str(self.duration_hours) if self.duration_hours is not None else None,
            "weekly_until": self.weekly_until.isoformat() if self.weekly_until else None,
            "without": [day.isoformat() for day in self.without] or None,
        }
        return {key: value for key, value in stored.items() if value is not None}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Period:
        return cls(
            start=date.fromisoformat(stored["start"]),
            end=date.fromisoformat(stored["end"]) if "end" in stored else None,
            start_half=stored.get("start_half"),
            end_half=stored.get("end_half"),
            start_time=time.fromisoformat(stored["start_time"]) if "start_time" in stored else None,
            end_time=time.fromisoformat(stored["end_time"]) if "end_time" in stored else None,
            duration_days=Decimal(stored["duration_days"]) if "duration_days" in stored else None,
            duration_hours=Decimal(stored["duration_hours"]) if "duration_hours" in stored else None,
            weekly_until=date.fromisoformat(stored["weekly_until"]) if "weekly_until" in stored else None,
            without=tuple(date.fromisoformat(day) for day in stored.get("without", ())),
        )

    @property
    def length(self) -> int:
        """Days from the first to the last, or as many as were said."""
        last = self.weekly_until or self.end
        if last is not None and last > self.start:
            return (last - self.start).days + 1
        return int(self.duration_days or 1)


@dataclass(frozen=True)
class Piece:
    """What is asked of one scheduled day: which part of it, and the working windows that are not worked."""

    day: date
    part: Part
    windows: tuple[Window, ...]
    scheduled: Decimal
    provisional: bool = False

    @property
    def hours(self) -> Decimal:
        return sum((window.hours for window in self.windows), Decimal(0))


def horizon(period: Period, basis: Basis = Basis.WORKING) -> tuple[date, date]:
    """The days whose schedule is needed to resolve a period: one around it, and far enough for its length.

    Three calendar days for a working day, one for a calendar day, and three weeks outlast the longest holiday.
    """
    last = period.weekly_until or period.end or period.start
    if period.end is None and (length := int(period.duration_days or 0)):
        last = period.start + timedelta(days=length * (3 if basis is Basis.WORKING else 1) + 21)
    return period.start - ONE_DAY, last + ONE_DAY


def resolve(period: Period, schedule: Sequence[DaySchedule], counting: frozenset[date]) -> list[Piece]:
    """The pieces of leave, one for each day of the period; a day with no work has no windows.

    `counting` are the days that a length runs over: the person's working days, or all days for calendar leave.
    Raises PeriodBackwards, TimesUnclear, LengthMissing, TimesBackwards, OutsideShift, MoreThanShift.
    """
    if any(length is not None and length <= 0 for length in (period.duration_days, period.duration_hours)):
        raise LengthMissing()
    if period.weekly_until is not None:
        return [piece for week in weeks(period) for piece in resolve(week, schedule, counting)]
    if period.end is not None and period.end < period.start:
        raise PeriodBackwards(start=period.start, end=period.end)
    by_day = {day.day: day for day in schedule}
    if period.start_time is not None or period.end_time is not None:
        pieces = _by_clock(period, by_day)
    elif period.duration_hours is not None:
        pieces = _by_hours(period, by_day)
    else:
        pieces = _by_days(ended(period, counting - frozenset(period.without)), by_day)
    return [piece for piece in pieces if piece.day not in period.without]


def weeks(period: Period) -> list[Period]:
    """A weekly period as one for each week. Raises PeriodBackwards when it ends before it begins."""
    assert period.weekly_until is not None
    if period.weekly_until < period.start:
        raise PeriodBackwards(start=period.start, end=period.weekly_until)
    found, shift = [], timedelta(0)
    while period.start + shift <= period.weekly_until:
        end = period.end + shift if period.end else None
        found.append(replace(period, start=period.start + shift, end=end, weekly_until=None))
        shift += timedelta(weeks=1)
    return found


def ended(period: Period, counting: frozenset[date]) -> Period:
    """A start plus a length → with an end. Raises TimesUnclear for half a day that names no half."""
    length = period.duration_days
    if period.end is not None and period.end > period.start:
        return period
    if length is None or (period.end is not None and length == 1):
        return replace(period, end=period.end or period.start)
    if length == HALF:
        half = period.start_half or period.end_half
        if half is None:
            raise TimesUnclear()
        return replace(period, end=period.start, start_half=half, end_half=half)
    left = length - (HALF if period.start_half == "PM" else 0)
    whole = int(left) + (1 if left % 1 else 0) + (1 if period.start_half == "PM" else 0)
    days = sorted(day for day in counting if day >= period.start)
    end = days[whole - 1] if len(days) >= whole else period.start + timedelta(days=whole - 1)
    return replace(period, end=end, end_half="AM" if left % 1 else period.end_half)


def _by_days(period: Period, by_day: Mapping[date, DaySchedule]) -> list[Piece]:
    last = period.end or period.start
    pieces = []
    for offset in range((last - period.start).days + 1):
        day = period.start + timedelta(days=offset)
        first_half = day == last and period.end_half == "AM"
        second_half = day == period.start and period.start_half == "PM"
        if day == last == period.start and period.start_half == "AM" and period.end_half is None:
            first_half = True
        if first_half and second_half:
            raise PeriodBackwards(start=period.start, end=last)
        pieces.append(_piece(by_day[day], "first" if first_half else "second" if second_half else "full"))
    return pieces


def _piece(day: DaySchedule, part: Part) -> Piece:
    first, second = day.halves()
    windows = {"first": first, "second": second}.get(part, day.windows)
    return Piece(day.day, part if day.works else "rest", windows, day.hours, day.provisional)


def _by_clock(period: Period, by_day: Mapping[date, DaySchedule]) -> list[Piece]:
    """Clock times cut out of the shifts they touch; the hours of an overnight shift stay with its first day."""
    first, last = by_day[period.start], by_day[period.end or period.start]
    if not first.works and period.start_time is None:
        return [_piece(first, "rest")]
    start = datetime.combine(first.day, period.start_time, SHANGHAI) if period.start_time else first.windows[0].start
    if period.end_time is None and period.duration_hours is not None:
        return _from(start, period.duration_hours, by_day)
    if period.end_time is None:  # "3点走" is until the shift ends
        end = last.windows[-1].end if last.works else datetime.combine(last.day + ONE_DAY, time(0), SHANGHAI)
    else:
        end = datetime.combine(last.day, period.end_time, SHANGHAI)
    if end < start and first.works and end + ONE_DAY <= first.windows[-1].end:
        end += ONE_DAY  # a night shift
    if end <= start and period.start_time is not None and period.end_time is not None:
        raise TimesBackwards(start=start, end=end, day=first.day, windows=first.windows)
    # "1点到3点" of somebody who starts at 22:00 that evening lies after midnight
    cut = _cut(start, end, by_day) or _cut(start + ONE_DAY, end + ONE_DAY, {period.start: first})
    if not cut and first.works:
        raise OutsideShift(start=min(start, end), end=max(start, end), day=first.day, windows=first.windows)
    return cut or [_piece(first, "rest")]


def _cut(start: datetime, end: datetime, by_day: Mapping[date, DaySchedule]) -> list[Piece]:
    pieces = []
    for day in by_day.values():
        windows = tuple(
            Window(max(start, window.start), min(end, window.end))
            for window in day.windows
            if window.start < end and start < window.end
        )
        if windows:
            part: Part = "full" if windows == day.windows else "clock"
            pieces.append(Piece(day.day, part, windows, day.hours, day.provisional))
    return pieces


def _from(start: datetime, hours: Decimal, by_day: Mapping[date, DaySchedule]) -> list[Piece]:
    """So many working hours from an instant on, breaks skipped, within the shift that holds it."""
    for piece in _cut(start, start + ONE_DAY, by_day):
        left, windows = hours, []
        for window in piece.windows:
            if left > 0:
                taken = min(left, window.hours)
                windows.append(Window(window.start, window.start + timedelta(seconds=int(taken * 3600))))
                left -= taken
        day = by_day[piece.day]
        if left > 0:
            raise MoreThanShift(asked=hours, most=hours - left, day=day.day, windows=day.windows)
        whole = hours == piece.scheduled
        return [replace(piece, windows=tuple(windows), part="full" if whole else "clock")]
    day = by_day[start.date()]
    if day.works:
        raise OutsideShift(start=start, end=start, day=day.day, windows=day.windows)
    return [_piece(day, "rest")]


def _by_hours(period: Period, by_day: Mapping[date, DaySchedule]) -> list[Piece]:
    """Hours of a named half start with that half; hours of each day in a range (哺乳假每天1小时) end the shift."""
    assert period.duration_hours is not None
    hours, last = period.duration_hours, period.end or period.start
    if last == period.start:
        day = by_day[period.start]
        if day.works and hours > day.hours:
            raise MoreThanShift(asked=hours, most=day.hours, day=day.day, windows=day.windows)
        if period.start_half is None:
            if hours == day.hours:
                return [_piece(day, "full")]
            raise TimesUnclear()
        half = day.halves()[0 if period.start_half == "AM" else 1]
        return _from(half[0].start, hours, {day.day: day}) if half else [_piece(day, "rest")]
    pieces = []
    for offset in range((last - period.start).days + 1):
        day = by_day[period.start + timedelta(days=offset)]
        if day.works and hours > day.hours:
            raise MoreThanShift(asked=hours, most=day.hours, day=day.day, windows=day.windows)
        pieces.append(
            replace(_piece(day, "clock"), windows=_tail(day.windows, hours)) if day.works else _piece(day, "rest")
        )
    return pieces


def _tail(windows: Sequence[Window], hours: Decimal) -> tuple[Window, ...]:
    left, kept = hours, []
    for window in reversed(windows):
        if left > 0:
            taken = min(left, window.hours)
            kept.append(Window(window.end - timedelta(seconds=int(taken * 3600)), window.end))
            left -= taken
    return tuple(reversed(kept))
