"""Leave balances brought along at import. Leave keeps the accounts; here is what was told, so that twice is once."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people.events import OpeningBalance
from domain.people.model import Opening


async def bring(tx: Tx, person: PersonId, kind: str, days: Decimal) -> bool:
    """Tell the balance of a kind of leave; False when it was told so already. Emits OpeningBalance.

    The first time it is the balance of today; a later, other value corrects it as of that same day.
    """
    held = await tx.session.scalar(
        select(Opening)
        .where(Opening.person == person, Opening.kind == kind, Opening.replaced_at.is_(None))
        .with_for_update()
    )
    if held is not None and held.days == days:
        return False
    as_of = held.as_of if held is not None else tx.today
    if held is not None:
        held.replaced_at = tx.now
        await tx.session.flush()
    row = Opening(id=tx.new_id("op"), person=person, kind=kind, days=days, as_of=as_of, recorded_at=tx.now)
    tx.session.add(row)
    await tx.session.flush()
    await tx.audit("people.opening", person, kind=kind, days=days, as_of=as_of)
    await tx.emit(OpeningBalance(person=person, kind=kind, days=days, as_of=as_of))
    return True


async def brought(tx: Tx, persons: Collection[PersonId]) -> dict[tuple[PersonId, str], Decimal]:
    """What was told of several people, by person and kind."""
    rows = await tx.session.scalars(
        select(Opening).where(Opening.person.in_(list(persons)), Opening.replaced_at.is_(None))
    )
    return {(PersonId(row.person), row.kind): row.days for row in rows}
