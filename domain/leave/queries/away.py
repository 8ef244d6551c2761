"""Who is away. What colleagues get never tells a type."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from domain.calendar import queries as calendar
from domain.calendar.queries import AbsenceView
from domain.calendar.rules import DaySchedule, Window
from domain.kernel.clock import business_date
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import RequestUnknown
from domain.leave.model import RequestRow
from domain.leave.rules.counting import LeaveDay, lines
from domain.leave.rules.period import Part
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import policies, stored
from domain.leave.views import (
    Away,
    Cover,
)
from domain.org import queries as org
from domain.people import queries as people

SEES_TYPES = {"hr", "leave_admin"}


async def colleagues_away(tx: Tx, person: PersonId, start: date, end: date) -> list[Away]:
    """Who of the same unit is away on these days; types hidden."""
    return await _away(tx, await org.colleagues(tx, person, start), start, end, {})


async def whos_out(tx: Tx, viewer: PersonId, start: date, end: date, *, public: bool) -> list[Away]:
    """Who is away of the viewer's unit, the viewer too, or of all whom HR looks after. The type is told to HR and to
    the managers of the person, never in public."""
    roles = await org.roles(tx, viewer, tx.today)
    if roles & SEES_TYPES and not public:
        everybody = [view.id for view in await people.active(tx, start)]
        return await _away(tx, everybody, start, end, await _kind_names(tx, everybody, start, end))
    mine = await org.reports(tx, viewer, start)
    near = list(dict.fromkeys([viewer, *mine, *await org.colleagues(tx, viewer, start)]))
    return await _away(tx, near, start, end, {} if public else await _kind_names(tx, [viewer, *mine], start, end))


async def _away(tx: Tx, persons: Collection[PersonId], start: date, end: date, kinds: dict[str, str]) -> list[Away]:
    absences = await calendar.absences(tx, persons, start, end)
    if not absences:
        return []
    names = await people.names(tx, persons)
    # a night shift began the day before
    first = min(business_date(each.start) for each in absences) - timedelta(days=1)
    last = max(business_date(each.end) for each in absences)
    schedules = await calendar.schedules(tx, list({each.person for each in absences}), first, last)
    found: list[Away] = []
    for person in sorted(schedules):
        own = [each for each in absences if each.person == person]
        for source in dict.fromkeys(each.source for each in own):
            spans = [Window(each.start, each.end) for each in own if each.source == source]
            shown = Away(person, names.get(person, ""), start, end, kinds.get(source))
            found += _stretches(shown, spans, schedules[person])
    return sorted(found, key=lambda each: (each.first, each.name))


def _stretches(shown: Away, spans: Sequence[Window], schedule: Sequence[DaySchedule]) -> list[Away]:
    """What one absence covers of each scheduled day; whole days that follow each other over rest days are one."""
    days = []
    for day in schedule:
        gone = tuple(
            Window(max(span.start, window.start), min(span.end, window.end))
            for window in day.windows
            for span in spans
            if span.overlaps(window)
        )
        part = "rest" if not gone else _part(gone, day)
        days.append(LeaveDay(day.day, part, gone, Decimal(1 if gone else 0), Decimal(0)))
    return [
        replace(shown, first=line.first, last=line.last, part=line.part, start=line.start, end=line.end)
        for line in lines(days)
        if line.last >= shown.first and line.first <= shown.last
    ]


def _part(gone: tuple[Window, ...], day: DaySchedule) -> Part:
    first, second = day.halves()
    if gone == day.windows:
        return "full"
    return "first" if gone == first else "second" if gone == second else "clock"


async def _kind_names(tx: Tx, persons: Collection[PersonId], start: date, end: date) -> dict[str, str]:
    company = await policies.policies(tx, start)
    rows = await tx.session.execute(
        select(RequestRow.id, RequestRow.kind).where(
            RequestRow.person.in_(list(persons)), RequestRow.starts <= end, RequestRow.ends >= start
        )
    )
    return {row.id: company.types[LeaveKind(row.kind)].name for row in rows}


async def cover(tx: Tx, request_id: str, most: int = 5) -> list[Cover]:
    """For each day of a request: who of the unit would still work if it is approved."""
    row = await tx.session.get(RequestRow, request_id)
    if row is None:
        raise RequestUnknown()
    person = PersonId(row.person)
    near = await org.colleagues(tx, person, row.starts)
    schedules = await calendar.schedules(tx, [*near, person], row.starts, row.ends)
    away = await calendar.absences(tx, near, row.starts, row.ends)
    names = await people.names(tx, near)
    wanted = [day.day for day in stored.days_of(row) if day.windows][:most]
    return [_cover(day, person, schedules, away, names) for day in wanted]


def _cover(
    day: date,
    person: PersonId,
    schedules: dict[PersonId, list[DaySchedule]],
    away: Sequence[AbsenceView],
    names: dict[PersonId, str],
) -> Cover:
    planned = [one for one, days in schedules.items() if any(each.day == day and each.works for each in days)]
    off = {each.person for each in away if business_date(each.start) <= day <= business_date(each.end)}
    working = [one for one in planned if one != person and one not in off]
    gone = tuple(names[one] for one in planned if one in off)
    return Cover(day, len(working), len(planned), gone)
