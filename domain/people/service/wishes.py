"""Where somebody wants their notices."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people.model import NoticeWish


async def wish_notices(tx: Tx, person: PersonId, platform: str) -> None:
    """From now on there, whichever platform they use."""
    wish = {"platform": platform, "since": tx.now}
    statement = insert(NoticeWish).values(person=person, **wish)
    await tx.session.execute(statement.on_conflict_do_update(index_elements=["person"], set_=wish))
    await tx.audit("people.wish_notices", person, platform=platform)


async def follow_notices(tx: Tx, person: PersonId) -> None:
    """Notices go to the platform last used again."""
    await tx.session.execute(delete(NoticeWish).where(NoticeWish.person == person))
    await tx.audit("people.follow_notices", person)
