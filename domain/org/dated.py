"""How dated rows begin, end and are replaced: nothing is overwritten."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from domain.kernel.errors import DomainError
from domain.kernel.tables import Base
from domain.kernel.tx import Tx
from domain.org.model import Assignment, Head, RoleGrant, UnitTerm

ONE_DAY = timedelta(days=1)
Row = TypeVar("Row", Assignment, Head, RoleGrant, UnitTerm)


async def end(tx: Tx, row: Assignment | Head | RoleGrant | UnitTerm, last_day: date) -> None:
    """The row holds up to and including `last_day`; one that would not have begun by then is voided."""
    if last_day < row.valid_from:
        row.voided_at = tx.now
    elif row.valid_to is None or row.valid_to > last_day:
        row.valid_to = last_day
    await tx.session.flush()


async def insert(tx: Tx, row: Base, refusal: DomainError) -> None:
    """Insert now; what the constraints refuse is the given refusal, and the transaction stays usable."""
    try:
        async with tx.session.begin_nested():
            tx.session.add(row)
    except IntegrityError:
        raise refusal from None


async def replace(tx: Tx, old: Row | None, new: Row, refusal: DomainError) -> None:
    """The old row ends the day before the new one begins; the new one inherits its end."""
    if old is not None:
        new.valid_to = new.valid_to or old.valid_to
        await end(tx, old, new.valid_from - ONE_DAY)
    await insert(tx, new, refusal)
