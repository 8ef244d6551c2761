"""What the scanner finds: pieces of time with their place in the text."""

from __future__ import annotations

from dataclasses import dataclass

from bot.understanding.times.days import DayRef


@dataclass(frozen=True)
class Clock:
    """A time of day as said; `exact` when the 24-hour reading is certain (14:00, 0858, 3pm)."""

    hour: int
    minute: int
    exact: bool = False


@dataclass(frozen=True)
class Length:
    """A duration in days or hours; `months` when it was said in months."""

    days: float | None = None
    hours: float | None = None


@dataclass(frozen=True)
class MonthRef:
    """本月, 3月, 去年12月: `month` None means `shift` months from this one."""

    month: int | None
    shift: int = 0
    year: int | None = None
    year_shift: int | None = None


@dataclass(frozen=True)
class YearRef:
    """今年, 2025年: an absolute year or years from this one."""

    year: int | None
    shift: int = 0


@dataclass(frozen=True)
class QuarterRef:
    """一季度, Q2, 上季度, 上半年: `name` is Q1–Q4, H1, H2, or None when `shift` counts quarters from this one."""

    name: str | None
    shift: int = 0
    year: int | None = None


@dataclass(frozen=True)
class Part:
    """A part of the day: dawn, morning, noon, afternoon, evening."""

    name: str


Value = DayRef | Clock | Length | MonthRef | YearRef | QuarterRef | Part


@dataclass(frozen=True)
class Token:
    """One piece of time from `start` to `end` (exclusive) in the normalised text."""

    start: int
    end: int
    value: Value
    loose: bool = False


MASKS: dict[type[Value], str] = {
    Clock: "T",
    Length: "L",
    MonthRef: "M",
    YearRef: "Y",
    QuarterRef: "Q",
    Part: "H",
}


def mask(token: Token) -> str:
    """The letter that stands for a token when sentences are compared: all days look alike."""
    return MASKS.get(type(token.value), "D")
