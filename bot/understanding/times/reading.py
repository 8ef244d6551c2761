"""Tokens seen from a day in the manner of an intent: dates, clock times, lengths, months, periods."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from bot.understanding.times.clocks import Habits, settle, shown, weekend
from bot.understanding.times.days import Span, View, month_of
from bot.understanding.times.points import Point, Stretch, points, stretches
from bot.understanding.times.scan import scan
from bot.understanding.times.tokens import Clock, Length, MonthRef, QuarterRef, Token, YearRef


@dataclass(frozen=True)
class Moment:
    """A resolved point: first and last day of it, part of day, clock time HH:MM, place in the text."""

    span: Span | None
    part: str | None
    time: str | None
    at: tuple[int, int]

    @property
    def first(self) -> date | None:
        return self.span[0] if self.span else None

    @property
    def last(self) -> date | None:
        return self.span[1] if self.span else None


@dataclass(frozen=True)
class Range:
    """A resolved stretch; `open` 从…起, `before` …之前, `listed` 周四、周五."""

    start: Moment | None
    end: Moment | None
    open: bool = False
    before: bool = False
    listed: bool = False


@dataclass(frozen=True)
class Times:
    """All that a sentence says about time."""

    ranges: tuple[Range, ...] = ()
    days: float | None = None
    hours: float | None = None
    months: tuple[str, ...] = ()
    period: str | None = None
    year: str | None = None
    tokens: tuple[Token, ...] = field(default=())


def read(text: str, today: date, habits: Habits | None = None, tokens: list[Token] | None = None) -> Times:
    """Everything said about time in a normalised text, seen from `today`."""
    habits = habits or Habits()
    found = scan(text) if tokens is None else tokens
    usable = [token for token in found if habits.digits or not token.loose]
    view = View(today, habits.ahead, habits.work_week)
    days, hours = _lengths(usable)
    return Times(
        tuple(_ranges(stretches(text, points(text, usable)), view, habits)),
        days,
        hours,
        tuple(_month(token.value, view) for token in usable if isinstance(token.value, MonthRef)),
        _period(usable, view),
        _year(usable, view),
        tuple(usable),
    )


def _lengths(tokens: list[Token]) -> tuple[float | None, float | None]:
    days = [t.value.days for t in tokens if isinstance(t.value, Length) and t.value.days is not None]
    hours = [t.value.hours for t in tokens if isinstance(t.value, Length) and t.value.hours is not None]
    return (days[0] if days else None), (hours[0] if hours else None)


def _ranges(items: list[Stretch], view: View, habits: Habits) -> list[Range]:
    out: list[Range] = []
    for item in items:
        previous = out[-1].end or out[-1].start if out and item.listed else None
        seen = replace(view, previous=previous.span if previous else None)
        start = _moment(item.start, seen, habits, None) if item.start else None
        end = None
        if item.end is not None:
            after = replace(view, previous=start.span) if start and start.span else view
            end = _moment(item.end, after, habits, (item.start, start) if item.start and start else None)
        out.append(Range(start, end, item.open, item.before, item.listed))
    return out


def _moment(point: Point, view: View, habits: Habits, begun: tuple[Point, Moment] | None) -> Moment:
    span = point.day.span(view) if point.day is not None else None
    time = None
    if point.clock is not None:
        part, floor = point.part, None
        if begun is not None and point.day is None and part is None and begun[1].time is not None:
            part = _as_begun(point.clock, begun)
            floor = int(begun[1].time[:2]) * 60 + int(begun[1].time[3:])
        elif begun is not None and part is None and begun[1].time is None:
            part = begun[0].part
        own = habits
        if floor is None and part is None and (begun is not None or point.loose) and habits.overtime:
            own = replace(habits, out=True)
        elif weekend(span[0] if span else None):
            own = replace(habits, overtime=False)
        time = shown(settle(point.clock, part, own, floor))
    return Moment(span, point.part, time, (point.start, point.end))


def _as_begun(clock: Clock, begun: tuple[Point, Moment]) -> str | None:
    """The part of day of an end that repeats its start or precedes it in one afternoon (下午5点到3点)."""
    point = begun[0]
    if point.clock is None or clock.exact or point.part is None:
        return None
    said, was = clock.hour * 60 + clock.minute, point.clock.hour * 60 + point.clock.minute
    return point.part if said == was or (point.part == "afternoon" and said < was < 720) else None


def _month(ref: MonthRef, view: View) -> str:
    year = ref.year if ref.year_shift is None else view.today.year + ref.year_shift
    found = month_of(ref.month, ref.shift, year, view)
    return f"{found[0]}-{found[1]:02d}"


def _period(tokens: list[Token], view: View) -> str | None:
    for token in tokens:
        if isinstance(token.value, QuarterRef):
            ref = token.value
            if ref.name is None:
                index = view.today.year * 4 + (view.today.month - 1) // 3 + ref.shift
                return f"{index // 4}-Q{index % 4 + 1}"
            year = ref.year or view.today.year + ref.shift
            later = ref.name.startswith("Q") and int(ref.name[1]) > (view.today.month - 1) // 3 + 1
            unsaid = ref.year is None and ref.shift == 0
            return f"{year - 1 if later and unsaid and not view.ahead else year}-{ref.name}"
    return None


def _year(tokens: list[Token], view: View) -> str | None:
    for token in tokens:
        if isinstance(token.value, YearRef):
            return str(token.value.year or view.today.year + token.value.shift)
    return None
