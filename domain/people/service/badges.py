"""Who has which badge. A badge number is personal data: encrypted, neither logged nor audited."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import badges, errors, queries
from domain.people.model import Badge, Person
from domain.people.service.inserting import insert


async def give_badge(tx: Tx, person: PersonId, number: str) -> bool:
    """This badge is theirs from now on; another one of theirs ends. False when it was so already.

    Who has left keeps it only until somebody else needs it. Raises PersonUnknown, BadgeInvalid, BadgeTaken.
    """
    await queries.person(tx, person)
    wanted = badges.badge(number)
    if wanted is None:
        raise errors.BadgeInvalid()
    own = await _live(tx, Badge.person == person)
    if own is not None and own.blind == badges.blind(wanted):
        return False
    held = await _live(tx, Badge.blind == badges.blind(wanted))
    named = select(Person.id).where(func.lower(Person.number) == wanted.lower(), Person.id != person)
    if (held and await queries.still_here(tx, PersonId(held.person))) or await tx.session.scalar(named.limit(1)):
        raise errors.BadgeTaken()
    for row in (held, own):
        if row is not None:
            await _end(tx, row)
    new = Badge(id=tx.new_id("bd"), person=person, number=wanted, blind=badges.blind(wanted), given_at=tx.now)
    await insert(tx, errors.BadgeTaken(), new)
    await tx.audit("people.give_badge", person)
    return True


async def end_badge(tx: Tx, person: PersonId) -> bool:
    """The badge is lost or handed in. False when there was none."""
    own = await _live(tx, Badge.person == person)
    if own is not None:
        await _end(tx, own)
    return own is not None


async def _live(tx: Tx, which: ColumnElement[bool]) -> Badge | None:
    """The badge that has not ended, locked."""
    return await tx.session.scalar(select(Badge).where(Badge.ended_at.is_(None), which).with_for_update())


async def _end(tx: Tx, row: Badge) -> None:
    row.ended_at = tx.now
    await tx.session.flush()
    await tx.audit("people.end_badge", row.person)
