"""How much: pieces of a schedule counted in days or hours, as the type's policy says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from domain.calendar.rules import Window
from domain.leave.rules.period import Part, Piece
from domain.leave.rules.policy import Basis, DayMeaning, Rounding, TypePolicy, Unit

ZERO = Decimal(0)
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class LeaveDay:
    """One day of leave, counted. `amount` is in the type's unit; a day that does not count has amount 0."""

    day: date
    part: Part
    windows: tuple[Window, ...]
    amount: Decimal
    hours: Decimal
    provisional: bool = False
    rounded: bool = False


def count(
    pieces: Sequence[Piece], policy: TypePolicy, usual_hours: Decimal, statutory: frozenset[date]
) -> list[LeaveDay]:
    """Each piece counted. `usual_hours` is the person's own mean scheduled day; `statutory` the 300 % days within.
    Where the policy never counts those, such a day is no leave, also for somebody whose shift falls on it.

    By working days only scheduled days count; by calendar days every day counts 1, worked or not.
    """
    return [_counted(piece, policy, usual_hours, statutory) for piece in pieces]


def _counted(piece: Piece, policy: TypePolicy, usual_hours: Decimal, statutory: frozenset[date]) -> LeaveDay:
    day = LeaveDay(piece.day, piece.part, piece.windows, ZERO, piece.hours, piece.provisional)
    if policy.basis is not Basis.WORKING:
        skipped = policy.basis is Basis.CALENDAR_WITHOUT_STATUTORY and piece.day in statutory
        return replace(day, amount=ZERO if skipped else Decimal(1), part="full")
    if piece.day in statutory and not policy.counts_statutory:
        return replace(day, part="rest", windows=(), hours=ZERO)
    if not piece.windows:
        return day
    exact = piece.hours if policy.unit is Unit.HOUR else _in_days(piece, policy, usual_hours)
    amount = rounded(exact, policy.step, policy.rounding)
    return replace(day, amount=amount, rounded=amount > exact and policy.rounding is Rounding.UP)


def _in_days(piece: Piece, policy: TypePolicy, usual_hours: Decimal) -> Decimal:
    if policy.day_meaning is DayMeaning.STANDARD_DAY:
        return piece.hours / policy.standard_hours
    if policy.day_meaning is DayMeaning.USUAL_DAY:
        return piece.hours / (usual_hours or policy.standard_hours)
    if piece.part in {"first", "second"}:
        return Decimal("0.5")  # a named half is half a shift, also when lunch does not lie in its middle
    return piece.hours / piece.scheduled


def rounded(exact: Decimal, step: Decimal, rounding: Rounding) -> Decimal:
    """To the step or to two decimals, without trailing zeros of a division."""
    if rounding is Rounding.EXACT:
        return exact.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
    return (exact / step).quantize(HUNDREDTH, rounding=ROUND_HALF_UP).to_integral_value(ROUND_CEILING) * step


def total(days: Sequence[LeaveDay]) -> Decimal:
    return sum((day.amount for day in days), ZERO)


def mean_hours(hours: Sequence[Decimal]) -> Decimal:
    """The mean of the days that are worked; 0 when none is."""
    worked = [each for each in hours if each]
    return (sum(worked, ZERO) / len(worked)).quantize(HUNDREDTH, rounding=ROUND_HALF_UP) if worked else ZERO


@dataclass(frozen=True)
class Line:
    """Days of leave that follow each other and are alike, as a card shows them: from, to, which part, how much."""

    first: date
    last: date
    part: Part
    start: str
    end: str
    amount: Decimal


def trimmed(days: Sequence[LeaveDay]) -> list[LeaveDay]:
    """From the first day that counts to the last one, the rest days between them kept."""
    counting = [at for at, day in enumerate(days) if day.amount]
    return list(days[counting[0] : counting[-1] + 1]) if counting else []


def lines(days: Sequence[LeaveDay]) -> list[Line]:
    """Whole days in a row become one line, over rest days between them; halves and clock times stand alone."""
    found: list[Line] = []
    reached: date | None = None
    for day in days:
        follows = reached is not None and day.day == reached + timedelta(days=1)
        if not day.amount:
            reached = day.day if follows else None
            continue
        previous = found[-1] if found else None
        if previous is not None and follows and _alike(day, previous):
            found[-1] = replace(previous, last=day.day, amount=previous.amount + day.amount)
        else:
            found.append(_line(day))
        reached = day.day
    return found


def _alike(day: LeaveDay, previous: Line) -> bool:
    if day.part != previous.part:
        return False
    return day.part == "full" or (day.part == "clock" and _times(day) == (previous.start, previous.end))


def _line(day: LeaveDay) -> Line:
    start, end = _times(day)
    return Line(day.day, day.day, day.part, start, end, day.amount)


def _times(day: LeaveDay) -> tuple[str, str]:
    if not day.windows:
        return "", ""
    return f"{day.windows[0].start:%H:%M}", f"{day.windows[-1].end:%H:%M}"
