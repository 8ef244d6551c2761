"""Submitting: the balance is held under a row lock, the time is booked, the approval case opened."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.approvals import service as approvals
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import DraftOutdated
from domain.leave.model import BookingRow, RequestRow
from domain.leave.rules.balance import EntryKind
from domain.leave.rules.counting import LeaveDay
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import acting, checks, ledger, naming, planning, stored
from domain.leave.service.drafting import form, open_draft, owner_of, whom
from domain.leave.service.ledger import Because
from domain.leave.service.planned import Plan, Wish
from domain.leave.service.policies import policies
from domain.leave.views import RequestView
from domain.people.queries import PersonView

OVERLAP = "ex_leave_booking_overlap"


async def submit(tx: Tx, actor: PersonView, request_id: str) -> RequestView:
    """Send a draft to approval. Raises DraftClosed the second time, DraftOutdated when the calendar changed since,
    and every refusal a request can meet."""
    row = await open_draft(tx, actor.id, request_id)
    person = await owner_of(tx, actor, row)
    await acting.check_may_fill(tx, actor.id, person)
    if person.id != actor.id:
        acting.check_here(person, row.starts, row.ends)
    kinds = [LeaveKind(row.kind), *([LeaveKind(row.top_up)] if row.top_up else [])]
    company = await policies(tx, row.starts)
    await ledger.lock(tx, person.id, sorted({account for kind in kinds for account in company.types[kind].accounts}))
    wish = Wish(kinds[0], Period.from_json(row.period), LeaveKind(row.top_up) if row.top_up else None, row.id)
    with acting.about(person, actor.id):
        plan = await planning.plan(tx, person, wish)
    if stored.to_json(plan) != row.days:
        raise DraftOutdated(code=row.code)
    with acting.about(person, actor.id):
        await book(tx, row, plan.days)
    await hold(tx, row, plan)
    row.state, row.submitted_at = "in_approval", tx.now
    await tx.session.flush()
    await tx.audit("leave.submit", row.id, kind=row.kind, amount=str(row.amount), **whom(row))
    shown = await stored.view(tx, row)
    called = naming.taken(company.general, [(share.policy, list(share.days), share.amount) for share in plan.shares])
    await approvals.open_case(
        tx,
        definition=row.approval,
        applicant=person.id,
        subject=row.id,
        form=form(row, plan, shown.kind_name),
        label=f"{person.name} {called}",
    )
    if row.filled_by is not None:
        await tx.notify(person.id, "leave.request", key=row.id, request=shown)
    return shown.read_by(actor.id)


async def book(tx: Tx, row: RequestRow, days: Sequence[LeaveDay]) -> None:
    """Occupy the windows. Raises Overlapping when another request won the race."""
    bookings = [
        BookingRow(
            id=tx.new_id("lb"),
            request_id=row.id,
            person=row.person,
            day=day.day,
            starts_at=window.start,
            ends_at=window.end,
            live=True,
        )
        for day in days
        for window in day.windows
    ]
    try:
        async with tx.session.begin_nested():
            tx.session.add_all(bookings)
    except IntegrityError as error:
        if OVERLAP not in str(error.orig):
            raise
        other = await tx.session.scalar(
            select(RequestRow)
            .join(BookingRow, BookingRow.request_id == RequestRow.id)
            .where(
                RequestRow.person == PersonId(row.person),
                BookingRow.live,
                RequestRow.id != row.id,
                BookingRow.starts_at < max(each.ends_at for each in bookings),
                BookingRow.ends_at > min(each.starts_at for each in bookings),
            )
            .limit(1)
        )
        if other is None:
            raise
        raise await checks.overlapping(tx, other) from None


async def hold(tx: Tx, row: RequestRow, plan: Plan) -> None:
    """Hold what pays for the leave; each part with its lot and day."""
    because = Because("held", {"code": row.code}, row.id)
    for share in plan.shares:
        await ledger.book(
            tx, PersonId(row.person), EntryKind.HOLD, share.allocation, f"{row.id}:{row.version}", because
        )
