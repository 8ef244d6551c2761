"""What a decision does: hold becomes taken or goes back, the absence is recorded, the applicant hears of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update

from domain.approvals import queries as approval_queries
from domain.approvals import service as approvals
from domain.calendar import service as calendar
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import NotWaiting
from domain.leave.events import LeaveApproved
from domain.leave.model import BookingRow, RequestRow
from domain.leave.rules.balance import Allocation, Entry, EntryKind, lots
from domain.leave.service import ledger, stored
from domain.leave.service.ledger import Because
from domain.leave.views import RequestView
from domain.people.queries import PersonView


@dataclass(frozen=True)
class Decision:
    """How a case ended: approved, rejected or withdrawn; by whom, why."""

    outcome: str
    by: PersonId | None = None
    reason: str | None = None


async def decide(tx: Tx, request_id: str, decision: Decision) -> RequestView | None:
    """Book a decision; None when it was booked before."""
    row = await stored.locked(tx, request_id)
    if row.state != "in_approval":
        return None
    await settle_hold(tx, row, taken=decision.outcome == "approved")
    row.state, row.decided_at, row.decided_by = decision.outcome, tx.now, decision.by
    row.decision_reason = decision.reason
    if decision.outcome == "approved":
        await record(tx, row)
        await stored.happened(tx, row, LeaveApproved, stored.days_of(row))
    else:
        await free(tx, row)
    await tx.session.flush()
    await tx.audit(f"leave.{decision.outcome}", row.id, by=decision.by)
    await stored.tell(tx, row, "leave.request", key=row.id)
    return await stored.view(tx, row)


async def tell_outcome(tx: Tx, request_id: str) -> None:
    """The notice of a decision, beside the card that changed: to the person and to whoever asked in their place."""
    await stored.tell(tx, await stored.locked(tx, request_id), "leave.decided")


async def withdraw(tx: Tx, actor: PersonView, request_id: str) -> RequestView:
    """Take back what is not decided yet: the person, or who asked in their place. Raises NotYourRequest, NotWaiting,
    and what approvals refuse."""
    row = await stored.locked(tx, request_id, actor.id)
    case = await approval_queries.case_for(tx, row.id)
    if row.state != "in_approval" or case is None:
        raise NotWaiting(code=row.code, state=row.state)
    await approvals.withdraw(tx, PersonId(row.person), case.id)
    decided = await decide(tx, row.id, Decision("withdrawn", actor.id)) or await stored.view(tx, row)
    return decided.read_by(actor.id)


async def settle_hold(tx: Tx, row: RequestRow, *, taken: bool) -> None:
    """Release every hold of the request; when it is approved the same parts are taken."""
    person = PersonId(row.person)
    accounts = sorted({entry.account for entry in await ledger.of_request(tx, row.id)})
    await ledger.lock(tx, person, accounts)
    held = net(await ledger.entries(tx, person, accounts), row.id, {EntryKind.HOLD, EntryKind.RELEASE})
    key = f"{row.id}:{row.version}"
    await ledger.book(tx, person, EntryKind.RELEASE, held, key, Because("released", {"code": row.code}, row.id))
    if taken:
        await ledger.book(tx, person, EntryKind.TAKE, held, key, Because("taken", {"code": row.code}, row.id))


def net(entries: list[Entry], request_id: str, kinds: set[EntryKind]) -> list[Allocation]:
    """What a request still holds or has taken, by day and lot, as positive amounts."""
    by_id = {lot.id: lot for lot in lots(entries)}
    parts: dict[tuple[str, str], Allocation] = {}
    for entry in entries:
        if entry.request == request_id and entry.kind in kinds:
            place = (entry.day.isoformat(), entry.lot)
            before = parts[place].amount if place in parts else 0
            parts[place] = Allocation(entry.day, by_id[entry.lot], before - entry.amount)
    return [part for part in parts.values() if part.amount > 0]


async def record(tx: Tx, row: RequestRow) -> None:
    """Tell the calendar when the person is away because of this request."""
    windows = [window for day in stored.days_of(row) for window in day.windows]
    await calendar.record_absence(tx, PersonId(row.person), row.id, windows)


async def free(tx: Tx, row: RequestRow) -> None:
    """The request occupies no time any more."""
    await tx.session.execute(update(BookingRow).where(BookingRow.request_id == row.id).values(live=False))
    await calendar.clear_absence(tx, row.id)
