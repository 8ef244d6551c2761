"""销假: approved leave given back, whole or in part. Days to come at once, days gone by through approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select, update

from domain.approvals import service as approvals
from domain.calendar import service as calendar
from domain.kernel.clock import business_date
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import CancelledAlready, NotCancellable, NothingToCancel, RequestUnknown
from domain.leave.events import LeaveCancelled
from domain.leave.model import BookingRow, CancellationRow, RequestRow
from domain.leave.rules.balance import EntryKind
from domain.leave.rules.counting import LeaveDay, lines, total
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import acting, ledger, naming, stored
from domain.leave.service.approvers import approvers_of
from domain.leave.service.deciding import Decision, net, record
from domain.leave.service.ledger import Because
from domain.leave.service.policies import policies
from domain.leave.views import CancellationView
from domain.people.queries import PersonView


async def cancel_draft(
    tx: Tx, actor: PersonView, request_id: str, start: date | None = None, end: date | None = None
) -> CancellationView:
    """Which days would be given back: those named, else from today on, else (leave all past) the whole.

    Raises NotYourRequest, NotCancellable, CancelledAlready, NothingToCancel.
    """
    row = await stored.locked(tx, request_id, actor.id)
    if row.state != "approved":
        raise NotCancellable(code=row.code, state=row.state)
    await _drop_open(tx, row)
    days = [day for day in stored.days_of(row) if day.amount]
    named = [day.day for day in days if (start or date.min) <= day.day <= (end or date.max)]
    ahead = [day for day in named if day >= tx.today]
    chosen = named if start is not None else (ahead or named)
    if not chosen:
        raise NothingToCancel()
    cancellation = CancellationRow(
        id=tx.new_id("lc"),
        code=await tx.short_code("LC"),
        request_id=row.id,
        person=row.person,
        state="draft",
        days=[day.day.isoformat() for day in stored.days_of(row) if chosen[0] <= day.day <= chosen[-1]],
        created_at=tx.now,
    )
    tx.session.add(cancellation)
    await tx.session.flush()
    return await _seen(tx, cancellation.id, actor)


async def cancel_confirm(tx: Tx, actor: PersonView, cancellation_id: str) -> CancellationView:
    """Give the days back; those gone by only when the approver agrees. Raises CancelledAlready, NotYourRequest."""
    cancellation, row = await _locked(tx, cancellation_id, actor)
    if cancellation.state != "draft":
        raise CancelledAlready(code=cancellation.code)
    if row.state != "approved":
        raise NotCancellable(code=row.code, state=row.state)
    days = [date.fromisoformat(day) for day in cancellation.days]
    direct, asked = [day for day in days if day >= tx.today], [day for day in days if day < tx.today]
    if direct:
        await _give_back(tx, row, cancellation, direct)
        await _tell_approvers(tx, row, cancellation)
    cancellation.state = "in_approval" if asked else "done"
    cancellation.decided_at = None if asked else tx.now
    await tx.session.flush()
    await tx.audit("leave.cancel", row.id, direct=len(direct), asked=len(asked), by=actor.id)
    if asked:
        await _ask(tx, row, cancellation, asked)
    if actor.id != row.person:
        shown = await view(tx, cancellation.id)
        await tx.notify(PersonId(row.person), "leave.cancellation", key=shown.id, cancellation=shown, reason=None)
    return await _seen(tx, cancellation.id, actor)


async def cancel_drop(tx: Tx, actor: PersonView, cancellation_id: str) -> CancellationView:
    """Leave everything as it was. Raises CancelledAlready, NotYourRequest."""
    cancellation, _ = await _locked(tx, cancellation_id, actor)
    if cancellation.state != "draft":
        raise CancelledAlready(code=cancellation.code)
    cancellation.state = "dropped"
    await tx.session.flush()
    return await _seen(tx, cancellation.id, actor)


async def cancel_decide(tx: Tx, cancellation_id: str, decision: Decision) -> None:
    """The approver's word on days gone by."""
    cancellation, row = await _locked(tx, cancellation_id)
    if cancellation.state != "in_approval":
        return
    if decision.outcome == "approved":
        past = [date.fromisoformat(day) for day in cancellation.days if date.fromisoformat(day) in _remaining(row)]
        await _give_back(tx, row, cancellation, past)
    cancellation.state = "done" if decision.outcome == "approved" else "rejected"
    cancellation.decided_at = tx.now
    await tx.session.flush()
    await tx.audit(f"leave.cancel_{decision.outcome}", row.id, by=decision.by)
    shown = await view(tx, cancellation.id)
    for reader in await acting.readers(tx, row):
        seen = replace(shown, request=shown.request.read_by(reader))
        await tx.notify(reader, "leave.cancellation", key=shown.id, cancellation=seen, reason=decision.reason)


async def view(tx: Tx, cancellation_id: str) -> CancellationView:
    """Raises RequestUnknown."""
    cancellation = await tx.session.get(CancellationRow, cancellation_id)
    row = await tx.session.get(RequestRow, cancellation.request_id) if cancellation else None
    if cancellation is None or row is None:
        raise RequestUnknown()
    request = await stored.view(tx, row)
    gone = {date.fromisoformat(day) for day in cancellation.days}
    given = [stored.day_of(day) for day in row.given_back if date.fromisoformat(day["day"]) in gone]
    left = stored.days_of(row) if row.state != "cancelled" else []
    days = [*given, *(day for day in left if day.day in gone)]
    opened = cancellation.created_at
    past = [day for day in days if day.day < business_date(opened)]
    return CancellationView(
        id=cancellation.id,
        code=cancellation.code,
        request=request,
        state=cancellation.state,
        lines=tuple(lines(sorted(days, key=lambda day: day.day))),
        amount=total(days),
        unit=row.unit,
        direct=total(days) - total(past),
        asked=total(past),
        keeps=tuple(lines([day for day in left if day.day not in gone])),
    )


async def _seen(tx: Tx, cancellation_id: str, reader: PersonView) -> CancellationView:
    shown = await view(tx, cancellation_id)
    return replace(shown, request=shown.request.read_by(reader.id))


async def _locked(tx: Tx, cancellation_id: str, actor: PersonView | None = None) -> tuple[CancellationRow, RequestRow]:
    known = await tx.session.get(CancellationRow, cancellation_id)
    if known is None:
        raise RequestUnknown()
    row = await stored.locked(tx, known.request_id, actor.id if actor else None)
    await tx.session.refresh(known, with_for_update=True)
    return known, row


async def _drop_open(tx: Tx, row: RequestRow) -> None:
    """A newer draft replaces an older one; a cancellation in approval stands in the way."""
    open_one = await tx.session.scalar(
        select(CancellationRow).where(
            CancellationRow.request_id == row.id, CancellationRow.state.in_(("draft", "in_approval"))
        )
    )
    if open_one is not None and open_one.state == "in_approval":
        raise CancelledAlready(code=open_one.code)
    if open_one is not None:
        open_one.state = "dropped"
        await tx.session.flush()


def _remaining(row: RequestRow) -> set[date]:
    return {day.day for day in stored.days_of(row) if day.amount}


async def _give_back(tx: Tx, row: RequestRow, cancellation: CancellationRow, days: Sequence[date]) -> None:
    """Ledger, bookings, calendar and the request itself, for these days."""
    person, gone = PersonId(row.person), set(days)
    accounts = sorted({entry.account for entry in await ledger.of_request(tx, row.id)})
    await ledger.lock(tx, person, accounts)
    taken = [
        part for part in net(await ledger.entries(tx, person, accounts), row.id, {EntryKind.TAKE}) if part.day in gone
    ]
    back = ledger.negated(taken)
    facts = {"code": row.code}
    await ledger.book(tx, person, EntryKind.TAKE, back, cancellation.id, Because("given_back", facts, row.id))
    given = [day for day in stored.days_of(row) if day.day in gone]
    await shrink(tx, row, gone)
    if row.state == "approved":
        await record(tx, row)
    else:
        await calendar.clear_absence(tx, row.id)
    await stored.happened(tx, row, LeaveCancelled, given)
    await stored.tell(tx, row, "leave.request", key=row.id)


async def shrink(tx: Tx, row: RequestRow, gone: set[date]) -> None:
    """The request without these days; without any it is cancelled. What was given back stays on record."""
    days = {date.fromisoformat(each["day"]) for each in row.days}
    row.given_back = [*row.given_back, *(each for each in row.days if date.fromisoformat(each["day"]) in gone)]
    kept = [each for each in row.days if date.fromisoformat(each["day"]) not in gone]
    await tx.session.execute(
        update(BookingRow).where(BookingRow.request_id == row.id, BookingRow.day.in_(gone)).values(live=False)
    )
    if not any(Decimal(each["amount"]) for each in kept) or gone >= days:
        row.state = "cancelled"
        await tx.session.execute(update(BookingRow).where(BookingRow.request_id == row.id).values(live=False))
        await tx.session.flush()
        return
    row.days = kept
    counted = [day for day in stored.days_of(row) if day.amount]
    row.starts, row.ends = counted[0].day, counted[-1].day
    row.amount = total(stored.days_of(row, LeaveKind(row.kind)))
    await tx.session.flush()


async def _ask(tx: Tx, row: RequestRow, cancellation: CancellationRow, days: Sequence[date]) -> None:
    company = await policies(tx, row.starts)
    policy = company.types[LeaveKind(row.kind)]
    asked: list[LeaveDay] = [day for day in stored.days_of(row) if day.day in set(days)]
    shown = await stored.view(tx, row)
    called = naming.taken(company.general, [(policy, asked, total(asked))])
    await approvals.open_case(
        tx,
        definition=policy.cancel_approval,
        applicant=PersonId(row.person),
        subject=cancellation.id,
        form={"days": Decimal(len(asked)), "leave_type": policy.name, "code": cancellation.code},
        label=f"{shown.person_name} {company.general.cancel_name} {called}",
    )


async def _tell_approvers(tx: Tx, row: RequestRow, cancellation: CancellationRow) -> None:
    shown = await view(tx, cancellation.id)
    for approver in await approvers_of(tx, row.id):
        await tx.notify(approver, "leave.cancel_notice", cancellation=shown)
