"""What the clock reminds of: days that lapse soon, papers that are due."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from config.statutory.leave import annual
from domain.calendar import queries as calendar
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.model import EntryRow, RequestRow
from domain.leave.rules.balance import standing
from domain.leave.rules.entitlement import band_of, forfeits, whole_years
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import ledger, stored
from domain.leave.service.policies import policies
from domain.org import queries as org
from domain.people import queries as people

SUGGESTED = 2


async def warn_expiring(tx: Tx, day: date) -> int:
    """Tell everybody whose days lapse in exactly one of the policy's numbers of days, with two days on which they
    could be used; how many were told."""
    company = await policies(tx, day)
    ends = [day + timedelta(days=ahead) for ahead in company.general.warn_days]
    rows = await tx.session.execute(
        select(EntryRow.person, EntryRow.account)
        .where(EntryRow.carry == "lapse", EntryRow.ends_on.in_(ends))
        .distinct()
    )
    told = 0
    for person, account in sorted(rows.all()):
        ending = dict(standing(await ledger.entries(tx, PersonId(person), [account]), day).ending)
        lapsing = [(end, ending[end]) for end in ends if ending.get(end, Decimal(0)) > 0]
        for end, amount in lapsing:
            policy = company.accounts[account]
            await tx.notify(
                PersonId(person),
                "leave.expiring",
                account_name=policy.name,
                kind_name=next(each.name for each in company.types.values() if account in each.accounts),
                amount=amount,
                unit=policy.unit.value,
                end=end,
                today=tx.today,
                suggested=await _free_days(tx, PersonId(person), day, end),
            )
            told += 1
    return told


async def _free_days(tx: Tx, person: PersonId, day: date, end: date) -> list[date]:
    """Own working days before the end, next to a weekend where possible."""
    schedule = await calendar.schedule(tx, person, day + timedelta(days=1), end)
    away = {each.start.date() for each in await calendar.absences(tx, [person], day, end)}
    fridays_first = sorted(
        (each.day for each in schedule if each.works and each.day not in away),
        key=lambda each: (each.weekday() not in {0, 4}, each),
    )
    return sorted(fridays_first[:SUGGESTED])


async def warn_missing_proof(tx: Tx, day: date) -> int:
    """Remind of papers due today or tomorrow; how many were told."""
    rows = await tx.session.scalars(
        select(RequestRow)
        .where(
            RequestRow.proof_at.is_(None),
            RequestRow.proof_due.in_([day - timedelta(days=1), day, day + timedelta(days=1)]),
            RequestRow.state.in_(("in_approval", "approved")),
        )
        .order_by(RequestRow.id)
    )
    told = 0
    for row in rows:
        policy = (await policies(tx, row.starts)).types[LeaveKind(row.kind)]
        what = policy.proof.what if policy.proof else ""
        await stored.tell(tx, row, "leave.proof_due", what=what)
        told += 1
    return told


async def hint_forfeits(tx: Tx, year: int) -> int:
    """Tell HR of people whose long sick leave may have cost them the year's annual leave (条例 art. 4); how many.

    Taking days away is a person's decision, never the clock's: nothing is booked.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    law = annual(last)
    rows = await tx.session.execute(
        select(RequestRow.person, RequestRow.starts, RequestRow.ends).where(
            RequestRow.kind == LeaveKind.SICK.value,
            RequestRow.state == "approved",
            RequestRow.starts <= last,
            RequestRow.ends >= first,
        )
    )
    sick: dict[PersonId, int] = {}
    for person, starts, ends in rows.tuples():
        days = (min(ends, last) - max(starts, first)).days + 1
        sick[PersonId(person)] = sick.get(PersonId(person), 0) + days
    known = await people.find_all(tx, sick)
    found = [
        {"name": view.name, "days": sick[id]}
        for id, view in known.items()
        if (band := band_of(law.bands, whole_years(view.first_work_on or view.hired_on, last))) is not None
        and forfeits(band, sick[id])
    ]
    for keeper in await org.holders(tx, "hr", tx.today) if found else []:
        await tx.notify(keeper, "leave.forfeit_hint", people=found, year=year, clause=law.clauses["annual_forfeit"])
    return len(found)
