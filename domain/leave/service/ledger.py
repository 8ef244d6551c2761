"""The ledger: immutable entries booked under a row lock, each once. Nothing else changes a balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.model import AccountRow, EntryRow
from domain.leave.rules.balance import Allocation, Entry, EntryKind
from domain.leave.rules.policy import Carry


@dataclass(frozen=True)
class Because:
    """Why an entry is booked: the rule's code, the facts that explain it, the request, a private reason."""

    rule: str
    facts: dict[str, Any] = field(default_factory=dict)
    request: str | None = None
    reason: str | None = None
    adjusts: bool = False


@dataclass(frozen=True)
class NewLot:
    """A grant to open: usable from starts_on to ends_on (None: without end)."""

    account: str
    amount: Decimal
    starts_on: date
    ends_on: date | None
    carry: Carry


@dataclass(frozen=True)
class Grant:
    """A lot for somebody, opened once for its key."""

    person: PersonId
    lot: NewLot
    key: str
    because: Because


async def lock(tx: Tx, person: PersonId, accounts: Sequence[str]) -> None:
    """Take the person's accounts for this transaction, in name order so that two never wait for each other."""
    names = sorted(accounts)
    if not names:
        return
    rows = [{"person": person, "account": account} for account in names]
    await tx.session.execute(insert(AccountRow).values(rows).on_conflict_do_nothing())
    await tx.session.execute(
        select(AccountRow)
        .where(AccountRow.person == person, AccountRow.account.in_(names))
        .order_by(AccountRow.account)
        .with_for_update()
    )


async def entries(tx: Tx, person: PersonId, accounts: Sequence[str]) -> list[Entry]:
    """All entries of a person's accounts, in the order in which they were booked."""
    rows = await tx.session.scalars(
        select(EntryRow)
        .where(EntryRow.person == person, EntryRow.account.in_(list(accounts)))
        .order_by(EntryRow.at, EntryRow.id)
    )
    return [_entry(row) for row in rows]


async def of_request(tx: Tx, request_id: str) -> list[Entry]:
    """The entries that a request caused."""
    rows = await tx.session.scalars(
        select(EntryRow).where(EntryRow.request_id == request_id).order_by(EntryRow.at, EntryRow.id)
    )
    return [_entry(row) for row in rows]


async def grant(tx: Tx, person: PersonId, lot: NewLot, key: str, because: Because) -> bool:
    """Open a lot; False when this key was granted before. An adjustment upwards is booked as one."""
    return await grant_many(tx, [Grant(person, lot, key, because)]) == 1


async def grant_many(tx: Tx, grants: Sequence[Grant]) -> int:
    """Open lots in one statement; how many were new. Those whose key was granted before are passed over."""
    rows = []
    for each in grants:
        id, lot = tx.new_id("le"), each.lot
        values = {
            "id": id,
            "lot": id,
            "account": lot.account,
            "amount": lot.amount,
            "day": lot.starts_on,
            "starts_on": lot.starts_on,
            "ends_on": lot.ends_on,
            "carry": lot.carry.value,
        }
        kind = EntryKind.ADJUST if each.because.adjusts else EntryKind.GRANT
        rows.append(_row(tx, each.person, kind, each.key, each.because, values))
    return await _insert(tx, rows)


async def book(
    tx: Tx, person: PersonId, kind: EntryKind, parts: Sequence[Allocation], key: str, because: Because
) -> None:
    """Book signed parts of lots: positive amounts of `parts` are taken off for hold, take and expire, added for
    release; an adjustment's keep their sign. Each part is booked once for its key."""
    sign = {EntryKind.HOLD: -1, EntryKind.TAKE: -1, EntryKind.EXPIRE: -1}.get(kind, 1)
    rows = []
    for part in parts:
        values = {
            "id": tx.new_id("le"),
            "lot": part.lot.id,
            "account": part.lot.account,
            "amount": part.amount * sign,
            "day": part.day,
            "starts_on": None,
            "ends_on": None,
            "carry": None,
        }
        rows.append(_row(tx, person, kind, f"{key}:{part.day}:{part.lot.id}", because, values))
    await _insert(tx, rows)


def negated(parts: Sequence[Allocation]) -> list[Allocation]:
    """The same parts the other way round: for giving back, and for adjusting down."""
    return [replace(part, amount=-part.amount) for part in parts]


def _row(
    tx: Tx, person: PersonId, kind: EntryKind, key: str, because: Because, values: dict[str, Any]
) -> dict[str, Any]:
    return {
        **values,
        "key": f"{kind.value}:{key}",
        "person": person,
        "kind": kind.value,
        "request_id": because.request,
        "rule": because.rule,
        "facts": because.facts,
        "reason": because.reason,
        "by": tx.principal,
        "at": tx.now,
    }


async def _insert(tx: Tx, rows: Sequence[dict[str, Any]]) -> int:
    if not rows:
        return 0
    statement = insert(EntryRow).values(list(rows)).on_conflict_do_nothing(index_elements=["key"])
    return len((await tx.session.execute(statement.returning(EntryRow.id))).all())


def _entry(row: EntryRow) -> Entry:
    return Entry(
        id=row.id,
        account=row.account,
        lot=row.lot,
        kind=EntryKind(row.kind),
        amount=row.amount,
        day=row.day,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        carry=Carry(row.carry) if row.carry else None,
        request=row.request_id,
        rule=row.rule,
        facts=row.facts,
    )
