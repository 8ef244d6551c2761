"""Reads about badges: whose they are, and who is meant at a shared device."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people.badges import badge, blind
from domain.people.model import Badge, Person
from domain.people.queries.persons import here_ids


@dataclass(frozen=True)
class BadgeView:
    """A live badge by its look-up value. `here`: its person is employed today or still to come."""

    person: PersonId
    blind: bytes
    here: bool


async def badges(tx: Tx) -> list[BadgeView]:
    """Every live badge, also those of people who left."""
    rows = await tx.session.execute(
        select(Badge.person, Badge.blind, Badge.person.in_(here_ids(tx)).label("here")).where(Badge.ended_at.is_(None))
    )
    return [BadgeView(PersonId(row.person), bytes(row.blind), row.here) for row in rows]


async def by_badge_or_number(tx: Tx, said: str) -> PersonId | None:
    """Who is meant at a shared device: by their badge, else by their number (工号) if it is only theirs.

    Only somebody employed today or still to come. Costs the same look-ups whoever is meant.
    """
    number = badge(said) or ""
    badged = await tx.session.scalar(
        select(Badge.person).where(
            Badge.blind == blind(number), Badge.ended_at.is_(None), Badge.person.in_(here_ids(tx))
        )
    )
    numbered = list(
        await tx.session.scalars(
            select(Person.id).where(func.lower(Person.number) == said.strip().lower(), Person.id.in_(here_ids(tx)))
        )
    )
    if badged is not None:
        return PersonId(badged)
    return PersonId(numbered[0]) if len(numbered) == 1 else None
