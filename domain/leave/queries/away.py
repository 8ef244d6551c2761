"""Who is away. What colleagues get never tells a type."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from domain.calendar import queries as calendar
from domain.calendar.queries import AbsenceView
from domain.calendar.rules import DaySchedule
from domain.kernel.clock import business_date
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import RequestUnknown
from domain.leave.model import RequestRow
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
    """Who is away of the viewer's unit, or of all whom HR looks after. The type is told to HR and to the managers of
    the person, never in public."""
    roles = await org.roles(tx, viewer, tx.today)
    if roles & SEES_TYPES and not public:
        everybody = [view.id for view in await people.active(tx, start)]
        return await _away(tx, everybody, start, end, await _kind_names(tx, everybody, start, end))
    mine = await org.reports(tx, viewer, start)
    near = list(dict.fromkeys([*mine, *await org.colleagues(tx, viewer, start)]))
    return await _away(tx, near, start, end, {} if public else await _kind_names(tx, mine, start, end))


async def _away(tx: Tx, persons: Collection[PersonId], start: date, end: date, kinds: dict[str, str]) -> list[Away]:
    names = await people.names(tx, persons)
    found: list[Away] = []
    for absence in sorted(await calendar.absences(tx, persons, start, end), key=lambda each: (each.person, each.start)):
        away = _one(absence, names, kinds)
        previous = found[-1] if found else None
        near = previous is not None and away.first <= previous.last + timedelta(days=3)
        if previous is not None and near and (previous.person, previous.kind_name) == (away.person, away.kind_name):
            found[-1] = replace(previous, last=max(previous.last, away.last))
        else:
            found.append(away)
    return sorted(found, key=lambda each: (each.first, each.name))


def _one(absence: AbsenceView, names: dict[PersonId, str], kinds: dict[str, str]) -> Away:
    first = business_date(absence.start)
    last = max(first, business_date(absence.end - timedelta(hours=8)))
    return Away(absence.person, names.get(absence.person, ""), first, last, kinds.get(absence.source))


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
