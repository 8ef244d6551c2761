"""Where people said that they want their notices."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people.model import NoticeWish


async def notice_wish(tx: Tx, person: PersonId) -> str | None:
    """The platform that somebody asked for; None when notices follow them."""
    return await tx.session.scalar(select(NoticeWish.platform).where(NoticeWish.person == person))


async def notice_wishes(tx: Tx, persons: Collection[PersonId] | None = None) -> dict[PersonId, str]:
    """The same for many, or for everybody who asked."""
    asked = select(NoticeWish.person, NoticeWish.platform)
    rows = await tx.session.execute(asked if persons is None else asked.where(NoticeWish.person.in_(list(persons))))
    return {PersonId(row.person): row.platform for row in rows}
