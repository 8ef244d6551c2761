"""What is done to the calendar: load years, decide patterns, publish shifts, record absences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import delete, select, text, update

from config.statutory.calendar import YearNotice, document, notices
from domain.calendar import patterns, queries
from domain.calendar.errors import AbsenceUnclear, ShiftOverlap, YearMismatch
from domain.calendar.events import ShiftsPublished, YearPublished
from domain.calendar.model import Absence, PatternRow, Regime, ShiftRow, YearRow
from domain.calendar.rules import Pattern, ShiftDay, Window, lay_out
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.org.rules import Role

YEARS = "calendar_year"


async def load_year(tx: Tx, notice: YearNotice) -> bool:
    """Take over a year's notice; False when it holds already. Emits YearPublished when a published notice is new
    or differs. A notice not published never replaces a published one. Raises YearMismatch.
    """
    near = {notice.year - 1, notice.year, notice.year + 1}
    if any(day.year != notice.year for day in notice.statutory) or any(
        day.year not in near for holiday in notice.holidays for day in (holiday.off_start, holiday.off_end)
    ):
        raise YearMismatch(year=notice.year)
    await _one_at_a_time(tx, YEARS)
    held = await tx.session.scalar(
        select(YearRow).where(YearRow.year == notice.year).order_by(YearRow.version.desc()).limit(1)
    )
    written = document(notice)
    if held is not None and (held.notice == written or (held.published and not notice.published)):
        return False
    tx.session.add(
        YearRow(
            id=tx.new_id("cy"),
            year=notice.year,
            version=held.version + 1 if held else 1,
            published=notice.published,
            notice=written,
            loaded_at=tx.now,
            loaded_by=tx.principal,
        )
    )
    await tx.session.flush()
    await tx.audit("calendar.load_year", str(notice.year), source=notice.source, published=notice.published)
    if notice.published:
        await tx.emit(YearPublished(year=notice.year))
    return True


async def load_shipped(tx: Tx) -> None:
    """Load what ships with hrbot where nothing better is there: statutory years, the sample working pattern.

    A year that was loaded as published stays, whoever corrected it. Twice changes nothing.
    """
    await _one_at_a_time(tx, YEARS)
    settled = {view.year for view in await queries.years(tx) if view.published}
    for notice in notices():
        if notice.year not in settled:
            await load_year(tx, notice)
    if await tx.session.scalar(select(PatternRow.id).limit(1)) is None:
        for pattern in patterns.shipped():
            await decide_pattern(tx, pattern)


async def decide_pattern(tx: Tx, pattern: Pattern) -> None:
    """The company's working hours from a day on; the same day again corrects that decision."""
    for spans in pattern.week.values():
        lay_out(pattern.effective_from, spans)
    row = await tx.session.scalar(select(PatternRow).where(PatternRow.effective_from == pattern.effective_from))
    if row is None:
        row = PatternRow(id=tx.new_id("cp"), effective_from=pattern.effective_from)
        tx.session.add(row)
    row.pattern, row.decided_at = patterns.write(pattern), tx.now
    await tx.session.flush()
    await tx.audit("calendar.decide_pattern", pattern.effective_from.isoformat(), pattern=row.pattern)


async def publish_shifts(tx: Tx, person: PersonId, days: Mapping[date, ShiftDay]) -> list[date]:
    """Publish days of a person, rest days too; the days that are new or differ. Emits ShiftsPublished for them.

    From the first published day on the person works by shifts. Of two who publish the same day at once, the later
    one holds. Raises ShiftUnclear, ShiftTooLong, ShiftOverlap.
    """
    for day, planned in days.items():
        lay_out(day, planned.spans)
    await _one_at_a_time(tx, f"calendar_shift:{person}")
    live = ShiftRow.person == person, ShiftRow.replaced_at.is_(None), ShiftRow.day.in_(list(days))
    held = {row.day: (row.shift, row.spans) for row in await tx.session.scalars(select(ShiftRow).where(*live))}
    changed = sorted(day for day, new in days.items() if held.get(day) != (new.shift, patterns.written(new.spans)))
    if not changed:
        return []
    await tx.session.execute(update(ShiftRow).where(*live, ShiftRow.day.in_(changed)).values(replaced_at=tx.now))
    for day in changed:
        row = ShiftRow(id=tx.new_id("cs"), person=person, day=day, shift=days[day].shift, published_at=tx.now)
        row.spans = patterns.written(days[day].spans)
        tx.session.add(row)
    await tx.session.flush()
    clash = await queries.shift_overlap(tx, person, changed[0], changed[-1])
    if clash is not None:
        raise ShiftOverlap(day=clash[0], other=clash[1])
    if not await queries.works_shifts(tx, person, changed[0]):
        await work_by(tx, person, changed[0], shifts=True)
    await tx.emit(ShiftsPublished(person=person, start=changed[0], end=changed[-1]))
    return changed


async def work_by(tx: Tx, person: PersonId, since: date, *, shifts: bool) -> None:
    """From a day on the person works published shifts, or keeps the company's hours."""
    await _one_at_a_time(tx, f"calendar_shift:{person}")
    row = await tx.session.scalar(select(Regime).where(Regime.person == person, Regime.valid_from == since))
    if row is None:
        row = Regime(id=tx.new_id("cr"), person=person, valid_from=since)
        tx.session.add(row)
    row.by_shifts = shifts
    await tx.session.flush()
    await tx.audit("calendar.work_by", person, since=since, shifts=shifts)


async def record_absence(tx: Tx, person: PersonId, source: str, spans: Sequence[Window]) -> None:
    """The person is away in these spans because of `source`; what that source had before is replaced.

    Raises AbsenceUnclear.
    """
    if any(span.end <= span.start for span in spans):
        raise AbsenceUnclear
    await clear_absence(tx, source)
    tx.session.add_all(
        Absence(id=tx.new_id("ca"), person=person, source=source, starts_at=span.start, ends_at=span.end)
        for span in spans
    )
    await tx.session.flush()


async def clear_absence(tx: Tx, source: str) -> None:
    """The source no longer keeps anybody away."""
    await tx.session.execute(delete(Absence).where(Absence.source == source))


async def warn_missing_year(tx: Tx, day: date) -> None:
    """Tell HR that a year's notice is not loaded, what that means and what to do; once in seven days.

    The weeks are counted from the first day on which it was expected; a further call within one says nothing new.
    """
    year = await queries.missing_year(tx, day)
    if year is None:
        return
    week = (day - date(year - 1, patterns.notice_month(), 1)).days // 7
    for person in await org.holders(tx, Role.HR, day):
        key = f"calendar-missing-{year}-{week}"
        await tx.notify(person, "calendar.year_missing", key=key, year=year)


async def _one_at_a_time(tx: Tx, what: str) -> None:
    """Until the commit nobody else does the same: years by several starting processes, one person's shifts."""
    await tx.session.execute(text("select pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})
