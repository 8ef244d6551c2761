"""Stretches of numbers or days, with or without their ends, exact: a cut lies just before or just after a value.

On days and whole numbers there is nothing between one and the next, so [1, 3] and [4, 5] leave no gap; on other
numbers they leave (3, 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.rulebook.rules.kinds import Kind
from domain.rulebook.rules.wording import shown
from domain.rulebook.vocabulary import SPOKEN

Cut = tuple[int, Any, int]
"""Sorts as it lies: (0, value, 0) just before the value, (0, value, 1) just after it."""
LOWEST: Cut = (-1, 0, 0)
HIGHEST: Cut = (1, 0, 0)
BEFORE, AFTER = 0, 1


@dataclass(frozen=True)
class Interval:
    """From one cut to a later one."""

    low: Cut = LOWEST
    high: Cut = HIGHEST

    @property
    def is_empty(self) -> bool:
        return self.low >= self.high

    def meets(self, other: Interval) -> Interval:
        """What both hold; may be empty."""
        return Interval(max(self.low, other.low), min(self.high, other.high))

    def covers(self, other: Interval) -> bool:
        return self.low <= other.low and other.high <= self.high


def before(value: Any, kind: Kind) -> Cut:
    """Just before the value."""
    return (0, _placed(value, kind), BEFORE)


def after(value: Any, kind: Kind) -> Cut:
    """Just after the value; where values are counted, just before the next."""
    placed = _placed(value, kind)
    return (0, placed + 1, BEFORE) if _counted(kind) else (0, placed, AFTER)


def _counted(kind: Kind) -> bool:
    return kind in {Kind.DATE, Kind.WHOLE}


def _placed(value: Any, kind: Kind) -> Any:
    return value.toordinal() if kind is Kind.DATE else value


def _value(cut: Cut, kind: Kind, step: int = 0) -> Any:
    return date.fromordinal(cut[1] + step) if kind is Kind.DATE else cut[1] + step


def said(interval: Interval, kind: Kind) -> str:
    """10（含）至 15（不含）, 小于 1, 2026-01-01 至 2026-01-31."""
    if _counted(kind):
        return _said_counted(interval, kind)
    low, high = interval.low, interval.high
    if low[0] == 0 and high[0] == 0:
        if low[1] == high[1]:
            return f"{SPOKEN['at']} {shown(low[1])}"
        ends = [SPOKEN["included" if each else "excluded"] for each in (low[2] == BEFORE, high[2] == AFTER)]
        return f"{shown(low[1])}{ends[0]}{SPOKEN['to']} {shown(high[1])}{ends[1]}"
    if low[0] == 0:
        return f"{SPOKEN['from' if low[2] == BEFORE else 'above']} {shown(low[1])}"
    return f"{SPOKEN['below' if high[2] == BEFORE else 'up_to']} {shown(high[1])}" if high[0] == 0 else ""


def _said_counted(interval: Interval, kind: Kind) -> str:
    low = _value(interval.low, kind) if interval.low[0] == 0 else None
    high = _value(interval.high, kind, -1) if interval.high[0] == 0 else None
    dated = kind is Kind.DATE
    if low is not None and high is not None:
        return f"{SPOKEN['at']} {shown(low)}" if low == high else f"{shown(low)} {SPOKEN['to']} {shown(high)}"
    if low is not None:
        return f"{SPOKEN['not_before' if dated else 'from']} {shown(low)}"
    return f"{SPOKEN['until' if dated else 'up_to']} {shown(high)}" if high is not None else ""


def exactly(value: Any, kind: Kind) -> Interval:
    return Interval(before(value, kind), after(value, kind))


def compared(sign: str, value: Any, kind: Kind) -> tuple[Interval, ...]:
    """What a comparison holds: `>= 20`; ≠ holds two stretches."""
    match sign:
        case "GT":
            return (Interval(low=after(value, kind)),)
        case "GE":
            return (Interval(low=before(value, kind)),)
        case "LT":
            return (Interval(high=before(value, kind)),)
        case "LE":
            return (Interval(high=after(value, kind)),)
        case "NE":
            return Interval(high=before(value, kind)), Interval(low=after(value, kind))
    return (exactly(value, kind),)


def holds(interval: Interval, value: Decimal | date, kind: Kind) -> bool:
    """Whether the value lies inside."""
    return interval.low <= before(value, kind) < interval.high
