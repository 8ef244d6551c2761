"""Leave counted again when a year's schedule or a person's shifts are published, with notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select, update

from domain.approvals import queries as approval_queries
from domain.approvals import service as approvals
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import Overlapping
from domain.leave.events import LeaveRecounted
from domain.leave.model import BookingRow, RequestRow
from domain.leave.rules.balance import EntryKind, allocate, lots
from domain.leave.rules.counting import LeaveDay, total, trimmed
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import ledger, planning, stored, telling
from domain.leave.service.cancelling import shrink
from domain.leave.service.deciding import free, net, record
from domain.leave.service.ledger import Because
from domain.leave.service.policies import policies
from domain.leave.service.submitting import book
from domain.people import queries as people

LIVE = ("in_approval", "approved")


async def recount_year(tx: Tx, year: int) -> int:
    """Every live request that touches a published year and is not over; how many changed."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return await _recount(tx, await _touching(tx, None, first, last))


async def recount_person(tx: Tx, person: PersonId, start: date, end: date) -> int:
    """A person's provisional requests that touch days whose shifts were published; how many changed."""
    return await _recount(tx, await _touching(tx, person, start, end))


async def _touching(tx: Tx, person: PersonId | None, first: date, last: date) -> Sequence[str]:
    statement = select(RequestRow.id).where(
        RequestRow.state.in_(LIVE),
        RequestRow.starts <= last,
        RequestRow.ends >= max(first, tx.today),
    )
    if person is not None:
        statement = statement.where(RequestRow.person == person, RequestRow.provisional)
    return (await tx.session.scalars(statement.order_by(RequestRow.id))).all()


async def _recount(tx: Tx, ids: Sequence[str]) -> int:
    changed = 0
    for request_id in ids:
        try:
            async with tx.session.begin_nested():
                changed += await _one(tx, request_id)
        except Overlapping as clash:
            # The new hours run into other leave of the same day: both stay as they are until the person decides.
            row = await stored.locked(tx, request_id)
            await stored.tell(tx, row, "leave.recount_clash", other=clash.facts["code"])
    return changed


async def _one(tx: Tx, request_id: str) -> bool:
    """The dates that were asked for and approved stay; what they cost is counted anew. True when it changed."""
    row = await stored.locked(tx, request_id)
    kind = LeaveKind(row.kind)
    if row.state not in LIVE or row.top_up is not None:
        return False
    person = await people.person(tx, PersonId(row.person))
    policy = (await policies(tx, row.starts)).types[kind]
    gone = {day["day"] for day in row.given_back}
    fresh = [day for day in await _fresh(tx, row, person) if day.day.isoformat() not in gone]
    before = [day for day in stored.days_of(row) if day.amount]
    was, wanted = total(before), trimmed(fresh)
    row.provisional = any(day.provisional for day in fresh)
    counted = [(day.day, day.windows, day.amount) for day in wanted if day.amount]
    if counted == [(day.day, day.windows, day.amount) for day in before]:
        await tx.session.flush()
        return False
    await ledger.lock(tx, person.id, policy.accounts)
    if policy.accounts:
        wanted = await _pay_again(tx, row, wanted, policy.accounts)
    row.version += 1
    await _rebook(tx, row, wanted)
    await tx.audit("leave.recount", row.id, before=str(was), after=str(total(wanted)))
    dropped = [day.day for day in fresh if day.amount and day.day not in {each.day for each in wanted}]
    now = {day.day: day.amount for day in wanted if day.amount}
    if now != {day.day: day.amount for day in before}:  # other hours of the same days are no news
        await stored.tell(tx, row, "leave.recounted", before=was, dropped=dropped)
    await stored.tell(tx, row, "leave.request", key=row.id)
    await _tell_case(tx, row)
    return True


async def _tell_case(tx: Tx, row: RequestRow) -> None:
    """Whoever is deciding sees the new count; a request of which nothing is left needs no decision."""
    case = await approval_queries.case_for(tx, row.id)
    if case is None or not case.live:
        return
    if row.state == "cancelled":
        await approvals.withdraw(tx, case.applicant, case.id)
        return
    for turn in await approval_queries.tasks_of(tx, case.id):
        if turn.state == "open":
            await telling.task(tx, turn.id, row.id)


async def _fresh(tx: Tx, row: RequestRow, person: people.PersonView) -> list[LeaveDay]:
    period = Period.from_json(row.period)
    by_days = period.start_time is None and period.end_time is None and period.weekly_until is None
    if by_days and period.end in {None, period.start} and row.ends > row.starts:
        half = period.duration_days is not None and period.duration_days % 1 != 0 and period.start_half is None
        period = replace(period, end=row.ends, duration_days=None, end_half="AM" if half else period.end_half)
    policy = (await policies(tx, row.starts)).types[LeaveKind(row.kind)]
    policy = planning.with_law(policy, person, row.starts)
    _, days = await planning.counted(tx, person, policy, period)
    return days


async def _pay_again(tx: Tx, row: RequestRow, wanted: list[LeaveDay], accounts: tuple[str, ...]) -> list[LeaveDay]:
    """Give back what was held or taken and take anew; days at the end that nothing pays for are left out."""
    person = PersonId(row.person)
    entries = await ledger.entries(tx, person, accounts)
    waiting = row.state == "in_approval"
    kinds = {EntryKind.HOLD, EntryKind.RELEASE} if waiting else {EntryKind.TAKE}
    held, key = net(entries, row.id, kinds), f"{row.id}:recount{row.version}"
    because = Because("recounted", {"code": row.code}, row.id)
    if waiting:
        await ledger.book(tx, person, EntryKind.RELEASE, held, key, because)
    else:
        await ledger.book(tx, person, EntryKind.TAKE, ledger.negated(held), f"{key}:back", because)
    stock = lots(await ledger.entries(tx, person, accounts))
    while (parts := allocate(stock, [(day.day, day.amount) for day in wanted], accounts)) is None:
        wanted = trimmed(wanted[:-1])
    kind = EntryKind.HOLD if waiting else EntryKind.TAKE
    await ledger.book(
        tx, person, kind, parts, f"{key}:again", Because("held" if waiting else "taken", {"code": row.code}, row.id)
    )
    return wanted


async def _rebook(tx: Tx, row: RequestRow, wanted: list[LeaveDay]) -> None:
    await tx.session.execute(update(BookingRow).where(BookingRow.request_id == row.id).values(live=False))
    approved = row.state == "approved"
    if not wanted:
        await shrink(tx, row, {day.day for day in stored.days_of(row)})
        await free(tx, row)
    else:
        row.days = [stored.day_json(day, LeaveKind(row.kind)) for day in wanted]
        row.amount, row.starts, row.ends = total(wanted), wanted[0].day, wanted[-1].day
        await book(tx, row, wanted)
    await tx.session.flush()
    if approved:
        if row.state == "approved":
            await record(tx, row)
        await stored.happened(tx, row, LeaveRecounted, wanted)
