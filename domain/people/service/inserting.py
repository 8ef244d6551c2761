"""Insert now, so that a constraint that refuses can be answered in words."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from domain.kernel.errors import DomainError
from domain.kernel.tables import Base
from domain.kernel.tx import Tx


async def insert(tx: Tx, refusal: DomainError, *rows: Base) -> None:
    """Insert now; what the constraints refuse is the given refusal, and the transaction stays usable."""
    try:
        async with tx.session.begin_nested():
            tx.session.add_all(rows)
    except IntegrityError:
        raise refusal from None
