"""What lies on people's phones: each message that carried a card."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from bot.platforms.dingtalk.tables import Copy
from domain.kernel.tx import Tx

__all__ = ["Copy", "add", "of"]


async def of(tx: Tx, card_id: str) -> Sequence[Copy]:
    """The messages that carried this card or were to carry it, newest first."""
    rows = await tx.session.scalars(select(Copy).where(Copy.card_id == card_id).order_by(Copy.generation.desc()))
    return rows.all()


async def add(tx: Tx, copy: Copy) -> None:
    tx.session.add(copy)
    await tx.session.flush()
