"""What lies on people's phones: each message that carried a card, the codes by which it can be changed, and how many
messages a member got."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.platforms.wecom.tables import Code, Copy, Member
from domain.kernel.tx import Tx

CODE_LIFE = timedelta(hours=72) - timedelta(minutes=5)
"""A response code is worth one change within 72 hours."""

__all__ = ["Code", "Copy", "Member", "add", "forget_expired", "keep_code", "member", "of", "spend", "unused"]


async def of(tx: Tx, card_id: str) -> Sequence[Copy]:
    """The messages that carried this card, newest first."""
    rows = await tx.session.scalars(select(Copy).where(Copy.card_id == card_id).order_by(Copy.generation.desc()))
    return rows.all()


async def add(tx: Tx, copy: Copy) -> None:
    tx.session.add(copy)
    await tx.session.flush()


async def keep_code(tx: Tx, task: str, code: str, now: datetime) -> None:
    """A code for this message, from the send answer or from a press; perhaps before the message is recorded."""
    tx.session.add(Code(task=task, code=code, until=now + CODE_LIFE, used=False))
    await tx.session.flush()


async def unused(tx: Tx, task: str, now: datetime) -> Sequence[Code]:
    """Codes that may still work, newest first."""
    rows = await tx.session.scalars(
        select(Code).where(Code.task == task, Code.used.is_(False), Code.until > now).order_by(Code.id.desc())
    )
    return rows.all()


async def spend(tx: Tx, task: str) -> None:
    """This message is as it will stay: no code of it is needed any more."""
    await tx.session.execute(update(Code).where(Code.task == task).values(used=True))


async def member(tx: Tx, account: str) -> Member:
    """The member's row; made at the first message. Locked until it is sent: a broadcast leaves it alone meanwhile."""
    held = select(Member).where(Member.person == account).with_for_update()
    row = await tx.session.scalar(held)
    if row is None:
        await tx.session.execute(insert(Member).values(person=account, sent=[]).on_conflict_do_nothing())
        row = (await tx.session.scalars(held)).one()
    return row


async def forget_expired(tx: Tx, now: datetime) -> None:
    """Codes that WeCom takes no more."""
    await tx.session.execute(delete(Code).where(Code.until < now))
