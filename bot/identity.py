"""Who speaks: a person who is with us today, and the platform they last used."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from bot.errors import Stranger
from bot.tables import LastSeenRow
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people
from domain.people.queries import PersonView


async def actor(tx: Tx, person: PersonId) -> PersonView:
    """Who speaks. Raises Stranger for somebody unknown or gone."""
    found = await people.find(tx, person)
    if found is None or (found.left_on is not None and found.left_on < tx.today):
        raise Stranger
    return found


async def remember_platform(tx: Tx, person: PersonId, platform: str) -> None:
    """Notices go to the platform a person last used."""
    statement = insert(LastSeenRow).values(person=person, platform=platform)
    await tx.session.execute(statement.on_conflict_do_update(index_elements=["person"], set_={"platform": platform}))
