"""Reads about leave, as frozen views. What colleagues get never tells a type."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from config.statutory.leave import LawMissing, annual, entitlement
from domain.approvals import service as approvals
from domain.calendar import queries as calendar
from domain.calendar.queries import AbsenceView
from domain.calendar.rules import DaySchedule
from domain.kernel.clock import business_date
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import RequestUnknown
from domain.leave.model import EntryRow, RequestRow
from domain.leave.rules.balance import EntryKind, lots, standing
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import ledger, policies, stored
from domain.leave.views import Away, BalanceView, Cover, Due, ExplainLine, Explanation, Ground, RequestView, Route
from domain.org import queries as org
from domain.people import queries as people

SEES_TYPES = {"hr", "leave_admin"}


async def request(tx: Tx, request_id: str, owner: PersonId | None = None) -> RequestView:
    """One request, perhaps only if it is the owner's. Raises RequestUnknown."""
    row = await tx.session.get(RequestRow, request_id)
    if row is None or (owner is not None and row.person != owner):
        raise RequestUnknown()
    return await stored.view(tx, row)


async def live_requests(
    tx: Tx, person: PersonId, kind: LeaveKind | None, start: date | None, end: date | None
) -> list[RequestView]:
    """Waiting and approved leave of a person that is not long over, narrowed by type and days, soonest first."""
    statement = select(RequestRow).where(
        RequestRow.person == person,
        RequestRow.state.in_(("in_approval", "approved")),
        RequestRow.ends >= (start or tx.today - timedelta(days=7)),
    )
    if kind is not None:
        statement = statement.where(RequestRow.kind == kind.value)
    if end is not None:
        statement = statement.where(RequestRow.starts <= end)
    rows = await tx.session.scalars(statement.order_by(RequestRow.starts, RequestRow.id))
    return [await stored.view(tx, row) for row in rows]


async def balances(tx: Tx, person: PersonId, on: date | None = None) -> list[BalanceView]:
    """Every balance-kept type that applies to the person, as of a day (today)."""
    day = on or tx.today
    company = await policies.policies(tx, day)
    worker = (await people.person(tx, person)).worker_type.value
    kinds = [kind for kind, policy in company.types.items() if policy.accounts and worker in policy.workers]
    return [await balance(tx, person, kind, day) for kind in sorted(kinds, key=list(LeaveKind).index)]


async def balance(tx: Tx, person: PersonId, kind: LeaveKind, on: date | None = None) -> BalanceView:
    """One balance. Raises NoSuchType."""
    day = on or tx.today
    policy = await policies.type_policy(tx, kind, day)
    now = standing(await ledger.entries(tx, person, policy.accounts), day)
    return BalanceView(
        kind=kind.value,
        kind_name=policy.name,
        unit=policy.unit.value,
        available=now.available,
        granted=now.granted + now.adjusted,
        taken=now.taken,
        held=now.held,
        ending=await _lapsing(tx, person, policy.accounts, day),
        unsettled=now.unsettled,
        coming=now.coming,
    )


async def _lapsing(tx: Tx, person: PersonId, accounts: Sequence[str], on: date) -> tuple[tuple[date, Decimal], ...]:
    """What really lapses and when; statutory days do not."""
    company = await policies.policies(tx, on)
    found: dict[date, Decimal] = {}
    for account in accounts:
        if company.accounts[account].carry.value == "lapse":
            for end, amount in standing(await ledger.entries(tx, person, [account]), on).ending:
                found[end] = found.get(end, Decimal(0)) + amount
    return tuple(sorted(found.items()))


async def explain(tx: Tx, person: PersonId, kind: LeaveKind, on: date | None = None) -> Explanation:
    """Each line of the balance with its rule; their sum is the balance. What was held and released is left out."""
    day = on or tx.today
    company = await policies.policies(tx, day)
    policy = await policies.type_policy(tx, kind, day)
    entries = await ledger.entries(tx, person, policy.accounts)
    live = {lot.id for lot in lots(entries) if lot.usable(day)}
    rows = await tx.session.scalars(
        select(EntryRow)
        .where(EntryRow.person == person, EntryRow.lot.in_(live))
        .order_by(EntryRow.at, EntryRow.day, EntryRow.id)
    )
    codes = await _codes(tx, {entry.request for entry in entries if entry.request})
    clauses = annual(day).clauses
    found = [
        ExplainLine(
            day=row.day,
            kind=row.kind,
            account_name=company.accounts[row.account].name,
            amount=row.amount,
            rule=row.rule,
            facts=row.facts,
            clause=clauses.get(row.rule),
            code=codes.get(row.request_id or ""),
            reason=row.reason,
        )
        for row in rows
    ]
    now = standing(entries, day)
    return Explanation(
        person_name=(await people.person(tx, person)).name,
        kind_name=policy.name,
        unit=policy.unit.value,
        on=day,
        total=now.available,
        lines=tuple(_told(found)),
        held=now.held,
        coming=now.coming,
        unsettled=now.unsettled,
    )


def _told(found: Sequence[ExplainLine]) -> list[ExplainLine]:
    """One line for each request: what it holds or has taken, all days together; what came to nothing is left out."""
    told: list[ExplainLine] = []
    place: dict[str, int] = {}
    for line in found:
        if line.code is None or line.code not in place:
            place.setdefault(line.code or "", len(told))
            told.append(line)
            continue
        at = place[line.code]
        kind = line.kind if line.kind == EntryKind.TAKE.value else told[at].kind
        rule = line.rule if line.kind == EntryKind.TAKE.value else told[at].rule
        told[at] = replace(told[at], amount=told[at].amount + line.amount, kind=kind, rule=rule)
    return [line for line in told if line.amount]


async def _codes(tx: Tx, ids: Collection[str]) -> dict[str, str]:
    rows = await tx.session.execute(select(RequestRow.id, RequestRow.code).where(RequestRow.id.in_(list(ids))))
    return {row.id: row.code for row in rows}


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


async def due(tx: Tx, person: people.PersonView, kind: LeaveKind) -> Due:
    """What law or company give of a type without a balance. Raises NoSuchType."""
    policy = await policies.type_policy(tx, kind, tx.today)
    if policy.limit is None or policy.limit.law is None:
        return Due(policy.name, None)
    try:
        law = entitlement(policy.limit.law, person.city, tx.today)
    except LawMissing:
        return Due(policy.name, None)
    return Due(policy.name, Ground(law.place, law.days, law.note, law.source, law.confirmed))


async def route(tx: Tx, person: PersonId, kind: LeaveKind, days: object) -> Route:
    """Who would decide a leave of so many days (one, when not said). Raises NoSuchType."""
    policy = await policies.type_policy(tx, kind, tx.today)
    length = Decimal(str(days)) if days is not None else Decimal(1)
    steps = await approvals.preview(tx, policy.approval, person, {"days": length, "leave_type": policy.name})
    return Route(policy.name, length, tuple(steps))
