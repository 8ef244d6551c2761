"""The year-end of statutory days: carried with consent, waived in writing, or listed for the further 200 %."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from config.statutory.leave import annual
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import NotYourRequest, RequestUnknown, SettlementClosed
from domain.leave.events import UnusedLeaveListed
from domain.leave.model import EntryRow, SettlementRow
from domain.leave.rules.balance import Allocation, EntryKind, Lot, unsettled
from domain.leave.rules.policy import Carry
from domain.leave.service import ledger
from domain.leave.service.granting import STATUTORY
from domain.leave.service.ledger import Because, NewLot
from domain.leave.service.policies import policies
from domain.leave.views import SettlementView
from domain.people.queries import PersonView

CARRIED = "carried_in"


async def open_settlements(tx: Tx, year: int) -> int:
    """Ask everybody with statutory days left of a past year what is to become of them; how many were asked.

    What was carried into that year already is listed for pay: the law allows one more year only. Safe twice.
    """
    persons = await tx.session.scalars(
        select(EntryRow.person)
        .where(EntryRow.account == STATUTORY, EntryRow.ends_on == date(year, 12, 31), EntryRow.carry == "settle")
        .distinct()
    )
    asked = 0
    for person in sorted(persons):
        asked += await _open(tx, PersonId(person), year)
    return asked


async def _open(tx: Tx, person: PersonId, year: int) -> bool:
    await ledger.lock(tx, person, [STATUTORY])
    left = await _left(tx, person, year)
    if not left or await tx.session.get(SettlementRow, (person, year)) is not None:
        return False
    general = (await policies(tx, date(year + 1, 1, 1))).general
    month, day = (int(part) for part in general.settle_until.split("-"))
    row = SettlementRow(
        person=person,
        year=year,
        id=tx.new_id("ls"),
        amount=sum((lot.left for lot in left), Decimal(0)),
        state="open",
        due=date(year + 1, month, day),
        opened_at=tx.now,
    )
    tx.session.add(row)
    await tx.session.flush()
    if await _carried_before(tx, left):
        await _close(tx, row, "listed", "system")
    else:
        await tx.notify(person, "leave.settlement", key=row.id, settlement=view(row))
    return True


async def carry(tx: Tx, actor: PersonView, settlement_id: str) -> SettlementView:
    """The person agrees that the days are taken this year. Raises SettlementClosed, NotYourRequest."""
    return await _close(tx, await _own(tx, actor, settlement_id), "carried", actor.id)


async def waive(tx: Tx, actor: PersonView, settlement_id: str) -> SettlementView:
    """The person waives the days in writing, for normal pay only. Raises SettlementClosed, NotYourRequest."""
    return await _close(tx, await _own(tx, actor, settlement_id), "waived", actor.id)


async def close_settlements(tx: Tx, day: date) -> int:
    """What nobody decided in time goes by the company's policy: listed for pay, or carried; how many."""
    rows = await tx.session.scalars(
        select(SettlementRow)
        .where(SettlementRow.state == "open", SettlementRow.due < day)
        .order_by(SettlementRow.id)
        .with_for_update()
    )
    default = (await policies(tx, day)).general.settle_default
    closed = 0
    for row in rows:
        await _close(tx, row, "listed" if default == "list" else "carried", "system")
        closed += 1
    return closed


async def show(tx: Tx, actor: PersonView, settlement_id: str) -> SettlementView:
    """A person's own settlement while it is open. Raises SettlementClosed, NotYourRequest."""
    return view(await _own(tx, actor, settlement_id))


async def of_person(tx: Tx, person: PersonId) -> SettlementView | None:
    """The newest settlement of a person; None when there never was one."""
    row = await tx.session.scalar(
        select(SettlementRow).where(SettlementRow.person == person).order_by(SettlementRow.year.desc()).limit(1)
    )
    return view(row) if row else None


def view(row: SettlementRow) -> SettlementView:
    law = annual(date(row.year, 12, 31))
    return SettlementView(
        id=row.id,
        person=PersonId(row.person),
        year=row.year,
        amount=row.amount,
        state=row.state,
        due=row.due,
        further_pay=law.further_pay,
        clause=law.clauses["annual_settle"],
    )


async def _close(tx: Tx, row: SettlementRow, state: str, by: str) -> SettlementView:
    person = PersonId(row.person)
    await ledger.lock(tx, person, [STATUTORY])
    left = await _left(tx, person, row.year)
    amount = sum((lot.left for lot in left), Decimal(0))
    facts = {"year": row.year}
    parts = ledger.negated([Allocation(tx.today, lot, lot.left) for lot in left])
    await ledger.book(tx, person, EntryKind.ADJUST, parts, row.id, Because(f"settle_{state}", facts))
    if state == "carried" and amount:
        end = date(row.year + 1, 12, 31)
        lot = NewLot(STATUTORY, amount, date(row.year + 1, 1, 1), end, Carry.SETTLE)
        await ledger.grant(tx, person, lot, f"{CARRIED}:{row.year}:{person}", Because(CARRIED, facts))
    if state == "listed" and amount:
        further = annual(date(row.year, 12, 31)).further_pay
        await tx.emit(UnusedLeaveListed(person=person, year=row.year, days=amount, further_pay=further))
    row.state, row.amount, row.decided_at, row.decided_by = state, amount, tx.now, by
    await tx.session.flush()
    await tx.audit(f"leave.settle_{state}", row.id, year=row.year, days=str(amount), by=by)
    await tx.notify(person, "leave.settlement", key=row.id, settlement=view(row))
    return view(row)


async def _own(tx: Tx, actor: PersonView, settlement_id: str) -> SettlementRow:
    row = await tx.session.scalar(
        select(SettlementRow)
        .where(SettlementRow.id == settlement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise RequestUnknown()
    if row.person != actor.id:
        raise NotYourRequest()
    if row.state != "open":
        raise SettlementClosed(year=row.year, state=row.state)
    return row


async def _left(tx: Tx, person: PersonId, year: int) -> list[Lot]:
    entries = await ledger.entries(tx, person, [STATUTORY])
    over = date(year, 12, 31) + timedelta(days=1)
    return [lot for lot in unsettled(entries, over) if lot.ends_on == date(year, 12, 31)]


async def _carried_before(tx: Tx, left: list[Lot]) -> bool:
    rules = await tx.session.scalars(select(EntryRow.rule).where(EntryRow.id.in_([lot.id for lot in left])))
    return set(rules) == {CARRIED}
