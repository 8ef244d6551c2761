"""When people work and when they are away, as frozen views."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from config.statutory.calendar import Holiday, YearNotice, parse
from config.statutory.calendar import notice as shipped_notice
from domain.calendar import patterns
from domain.calendar.errors import PatternMissing, PeriodBackwards
from domain.calendar.model import Absence, PatternRow, Regime, ShiftRow, YearRow
from domain.calendar.rules import (
    DayKind,
    DaySchedule,
    Pattern,
    ShiftDay,
    days,
    in_force,
    lay_out,
    legal_kind,
    on_pattern,
    on_shift,
)
from domain.kernel.clock import SHANGHAI
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people


@dataclass(frozen=True)
class AbsenceView:
    """A recorded absence; instants in Asia/Shanghai."""

    person: PersonId
    start: datetime
    end: datetime
    source: str


@dataclass(frozen=True)
class YearView:
    """What is loaded of a year."""

    year: int
    source: str
    published: bool
    version: int


@dataclass(frozen=True)
class DayChange:
    """A day that a notice makes something else."""

    day: date
    before: DayKind
    after: DayKind


@dataclass
class _Book:
    """All that decides the days of a period."""

    notices: dict[int, YearNotice]
    published: set[int]
    patterns: list[Pattern]
    shifts: dict[tuple[str, date], ShiftDay] = field(default_factory=dict)
    regimes: dict[str, list[Regime]] = field(default_factory=dict)

    def kind(self, day: date) -> DayKind:
        return legal_kind(day, list(self.notices.values()))


async def schedule(tx: Tx, person: PersonId, start: date, end: date) -> list[DaySchedule]:
    """Every day from start to end, inclusive. Before the hire and after the last day nothing is worked.

    Days are provisional where the year's notice is not loaded, and where somebody on shifts has none published.
    Raises PeriodBackwards, PatternMissing.
    """
    return (await schedules(tx, [person], start, end))[person]


async def schedules(tx: Tx, persons: Collection[PersonId], start: date, end: date) -> dict[PersonId, list[DaySchedule]]:
    """`schedule` of several people at once. Raises PeriodBackwards, PatternMissing."""
    if end < start:
        raise PeriodBackwards(start=start, end=end)
    book = await _book(tx, start, end)
    await _add_shifts(tx, book, persons, start, end)
    known = await people.find_all(tx, persons)
    found: dict[PersonId, list[DaySchedule]] = {}
    for person in persons:
        view = known.get(person)
        found[person] = [
            _day(book, person, day) if view is None or view.employed(day) else DaySchedule(day, DayKind.REST, (), None)
            for day in days(start, end)
        ]
    return found


async def company_days(tx: Tx, start: date, end: date) -> list[DaySchedule]:
    """The days of the company's pattern, nobody's in particular. Raises PeriodBackwards, PatternMissing."""
    if end < start:
        raise PeriodBackwards(start=start, end=end)
    book = await _book(tx, start, end)
    return [_on_pattern(book, day, provisional=day.year not in book.published) for day in days(start, end)]


async def years(tx: Tx) -> list[YearView]:
    """What is loaded, oldest first."""
    loaded = await _loaded(tx)
    return [YearView(year, row.notice["source"], row.published, row.version) for year, row in sorted(loaded.items())]


async def year_changes(tx: Tx, notice: YearNotice) -> list[DayChange]:
    """The days that would be something else if the notice were loaded, in order."""
    touched = {day for one in notice.holidays for day in (one.off_start, one.off_end, *one.workdays)}
    start = min(touched | {date(notice.year, 1, 1)})
    end = max(touched | {date(notice.year, 12, 31)})
    now = await _book(tx, start, end)
    then = replace(now, notices=now.notices | {notice.year: notice})
    kinds = ((day, now.kind(day), then.kind(day)) for day in days(start, end))
    return [DayChange(day, before, after) for day, before, after in kinds if before is not after]


async def holds(tx: Tx, notice: YearNotice) -> bool:
    """Whether this very notice is what is loaded of its year."""
    row = (await _loaded(tx)).get(notice.year)
    return row is not None and parse(row.notice) == notice


async def missing_year(tx: Tx, on: date) -> int | None:
    """The year whose notice should be there on the day and is not: this one, from November on the next one too."""
    published = {view.year for view in await years(tx) if view.published}
    wanted = [on.year, on.year + 1] if on.month >= patterns.notice_month() else [on.year]
    return next((year for year in wanted if year not in published), None)


async def absences(tx: Tx, persons: Collection[PersonId], start: date, end: date) -> list[AbsenceView]:
    """Absences that touch any moment of the days from start to end, inclusive; earliest first."""
    opening = datetime.combine(start, datetime.min.time(), SHANGHAI)
    closing = datetime.combine(end + timedelta(days=1), datetime.min.time(), SHANGHAI)
    rows = await tx.session.scalars(
        select(Absence)
        .where(Absence.person.in_(list(persons)), Absence.starts_at < closing, Absence.ends_at > opening)
        .order_by(Absence.starts_at, Absence.person)
    )
    return [
        AbsenceView(
            PersonId(row.person), row.starts_at.astimezone(SHANGHAI), row.ends_at.astimezone(SHANGHAI), row.source
        )
        for row in rows
    ]


async def absent_at(tx: Tx, persons: Collection[PersonId], instant: datetime) -> set[PersonId]:
    """Those who are away at this instant."""
    rows = await tx.session.scalars(
        select(Absence.person).where(
            Absence.person.in_(list(persons)), Absence.starts_at <= instant, Absence.ends_at > instant
        )
    )
    return {PersonId(row) for row in rows}


async def works_shifts(tx: Tx, person: PersonId, on: date) -> bool:
    """Whether the person works published shifts on the day."""
    book = _Book({}, set(), [])
    await _add_shifts(tx, book, [person], on, on)
    return _by_shifts(book, person, on)


async def shift_overlap(tx: Tx, person: PersonId, start: date, end: date) -> tuple[date, date] | None:
    """Two neighbouring published days whose shifts run into each other, looking one day beyond both ends."""
    book = _Book({}, set(), [])
    await _add_shifts(tx, book, [person], start - timedelta(days=1), end + timedelta(days=1))
    previous: tuple[date, datetime] | None = None
    for _, day in sorted(book.shifts):
        windows = lay_out(day, book.shifts[person, day].spans)
        if windows and previous is not None and windows[0].start < previous[1]:
            return previous[0], day
        if windows:
            previous = day, windows[-1].end
    return None


def _day(book: _Book, person: PersonId, day: date) -> DaySchedule:
    unknown_year = day.year not in book.published
    published = book.shifts.get((person, day))
    if published is not None:
        return on_shift(day, book.kind(day), published, provisional=False)
    return _on_pattern(book, day, provisional=unknown_year or _by_shifts(book, person, day))


def _on_pattern(book: _Book, day: date, *, provisional: bool) -> DaySchedule:
    pattern = in_force(book.patterns, day)
    if pattern is None:
        raise PatternMissing(day=day)
    return on_pattern(day, book.kind(day), pattern, provisional=provisional)


def _by_shifts(book: _Book, person: PersonId, day: date) -> bool:
    begun = [regime for regime in book.regimes.get(person, []) if regime.valid_from <= day]
    return bool(begun) and begun[-1].by_shifts


async def _book(tx: Tx, start: date, end: date) -> _Book:
    """Neighbour years too: a holiday may begin in one year and end in the next."""
    loaded = await _loaded(tx)
    notices: dict[int, YearNotice] = {}
    published: set[int] = set()
    for year in range(start.year - 1, end.year + 2):
        row = loaded.get(year)
        notice = parse(row.notice) if row is not None else shipped_notice(year)
        if row is not None and row.published:
            published.add(year)
        if notice is not None:
            notices[year] = notice if year in published else _statutory_only(notice)
    rows = await tx.session.scalars(select(PatternRow).order_by(PatternRow.effective_from))
    own = [patterns.parse(row.effective_from, row.pattern) for row in rows]
    return _Book(notices, published, own or list(patterns.shipped()))


def _statutory_only(notice: YearNotice) -> YearNotice:
    """A year that nobody signed off: only its statutory days hold."""
    bare = tuple(
        Holiday(holiday.name, day, day, (), (day,)) for holiday in notice.holidays for day in holiday.statutory
    )
    return YearNotice(notice.year, notice.source, False, bare)


async def _loaded(tx: Tx) -> dict[int, YearRow]:
    rows = await tx.session.scalars(select(YearRow).order_by(YearRow.year, YearRow.version))
    return {row.year: row for row in rows}


async def _add_shifts(tx: Tx, book: _Book, persons: Collection[PersonId], start: date, end: date) -> None:
    rows = await tx.session.scalars(
        select(ShiftRow).where(
            ShiftRow.person.in_(list(persons)), ShiftRow.day.between(start, end), ShiftRow.replaced_at.is_(None)
        )
    )
    book.shifts = {(row.person, row.day): ShiftDay(row.shift, patterns.spans(row.spans)) for row in rows}
    regimes = await tx.session.scalars(
        select(Regime).where(Regime.person.in_(list(persons)), Regime.valid_from <= end).order_by(Regime.valid_from)
    )
    for regime in regimes:
        book.regimes.setdefault(regime.person, []).append(regime)
