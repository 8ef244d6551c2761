"""Which of the two readings of an hour is meant, by part of day, order in a range and intent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.understanding.times.tokens import Clock


@dataclass(frozen=True)
class Habits:
    """How an intent reads time: ahead or behind, Mon–Fri weeks, clocking out (evening), overtime, bare 0858."""

    ahead: bool = True
    work_week: bool = True
    out: bool = False
    overtime: bool = False
    digits: bool = False
    entering: bool = False


def settle(clock: Clock, part: str | None, habits: Habits, floor: int | None = None) -> int:
    """Minutes after midnight (below 24 h); `floor` is the start of a range that this time must follow."""
    minutes = clock.hour * 60 + clock.minute
    if clock.exact or clock.hour >= 13 or clock.hour == 0:
        return minutes % 1440
    if part is not None:
        return _in_part(clock.hour, part) * 60 % 1440 + clock.minute
    if floor is not None:
        readings = sorted({minutes, minutes % 720, minutes % 720 + 720, 1440 if minutes == 720 else minutes})
        return next((reading for reading in readings if reading > floor), minutes) % 1440
    return minutes + (720 if _evening(clock.hour, habits) else 0)


def _evening(hour: int, habits: Habits) -> bool:
    if habits.entering:
        return 1 <= hour <= 4
    return 1 <= hour <= 6 or ((habits.out or habits.overtime) and 5 <= hour <= 11)


def _in_part(hour: int, part: str) -> int:
    if part in {"dawn", "morning"}:
        return 0 if part == "dawn" and hour == 12 else hour
    if part == "noon":
        return hour if hour >= 10 else hour + 12
    if part == "evening" and hour < 5:
        return hour
    if part == "evening" and hour == 12:
        return 24
    return hour + 12 if hour < 12 else hour


def shown(minutes: int) -> str:
    """540 → 09:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def weekend(day: date | None) -> bool:
    """Saturday or Sunday; a day not said is none."""
    return day is not None and day.weekday() >= 5


HALVES = {"dawn": "AM", "morning": "AM", "noon": None, "afternoon": "PM", "evening": "PM"}
