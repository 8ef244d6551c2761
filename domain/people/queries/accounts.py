"""Reads about accounts on messengers: whose one is, and where to reach somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people.model import Account, Person
from domain.people.queries.persons import here_ids, revision, still_here
from domain.people.rules import Messenger
from domain.people.rules import account as normalised


@dataclass(frozen=True)
class LinkView:
    """An account on a messenger that was linked explicitly. `here`: its person is employed today or still to come."""

    person: PersonId
    platform: Messenger
    account: str
    here: bool


async def links(tx: Tx, platform: str) -> list[LinkView]:
    """The accounts that are linked on a platform, also those of people who left: nobody else is meant by them."""
    rows = await tx.session.execute(
        select(Account.person, Account.account, Account.person.in_(here_ids(tx)).label("here")).where(_live(platform))
    )
    return [LinkView(PersonId(row.person), Messenger(platform), row.account, row.here) for row in rows]


async def accounts(tx: Tx, platform: str) -> dict[str, PersonId]:
    """Who is meant by which account: by their link, else by their number (工号) in lower case.

    Only people who are employed today or still to come. A number that a link claims, or two people share but for
    upper and lower case, means nobody.
    """
    linked = await links(tx, platform)
    claimed, theirs = {link.account for link in linked}, {link.person for link in linked}
    rows = await tx.session.execute(select(Person.id, Person.number).where(Person.id.in_(here_ids(tx))))
    numbered: dict[str, list[PersonId]] = {}
    for row in rows:
        said = normalised(row.number)
        if said is not None and said not in claimed and row.id not in theirs:
            numbered.setdefault(said, []).append(PersonId(row.id))
    alone = {said: people[0] for said, people in numbered.items() if len(people) == 1}
    return alone | {link.account: link.person for link in linked if link.here}


async def person_of(tx: Tx, platform: str, account: str) -> PersonId | None:
    """Who is meant by an account, as `accounts` has it; None for a stranger."""
    said = normalised(account)
    if said is None:
        return None
    linked = await tx.session.scalar(select(Account.person).where(_live(platform), Account.account == said))
    if linked is not None:
        return PersonId(linked) if await still_here(tx, PersonId(linked)) else None
    found = await _numbered(tx, platform, said)
    return found[0] if len(found) == 1 else None


async def account_of(tx: Tx, person: PersonId, platform: str) -> str | None:
    """Where to reach somebody: their link, else their number (工号) in lower case; also who has left.

    None for an unknown person, and when the number is, or might be, somebody else's account.
    """
    own = select(Account.account).where(_live(platform), Account.person == person)
    if (linked := await tx.session.scalar(own)) is not None:
        return linked
    number = await tx.session.scalar(select(Person.number).where(Person.id == person))
    said = normalised(number or "")
    if said is None or set(await _numbered(tx, platform, said)) - {person}:
        return None
    claimed = await tx.session.scalar(select(Account.id).where(_live(platform), Account.account == said))
    return said if claimed is None else None


async def link_ended(tx: Tx, person: PersonId, platform: str) -> datetime | None:
    """When the last link of somebody ended; None while one holds, and when there never was one."""
    told = select(Account.ended_at).where(Account.platform == Messenger(platform), Account.person == person)
    ends = (await tx.session.scalars(told)).all()
    return max((end for end in ends if end is not None), default=None) if None not in ends else None


async def own_messengers(tx: Tx, person: PersonId) -> list[Messenger]:
    """Where somebody can write to us themselves: by a link of their own.

    A number (工号) alone counts as an account only while most people here have no link: where accounts are linked,
    who is not has none; nor has one whose link was ended. Whether a number really is an account, only the
    messenger's directory knows.
    """
    own = set(await tx.session.scalars(select(Account.platform).where(_any_live(), Account.person == person)))
    if not own and not await _most_are_linked(tx):
        own = {each for each in Messenger if await _known_by_number(tx, person, each)}
    return [each for each in Messenger if each in own]


async def _known_by_number(tx: Tx, person: PersonId, platform: Messenger) -> bool:
    return await link_ended(tx, person, platform) is None and await account_of(tx, person, platform) is not None


async def _most_are_linked(tx: Tx) -> bool:
    everybody = here_ids(tx)
    linked = select(Account.person).where(_any_live(), Account.person.in_(everybody))
    counted = await tx.session.execute(
        select(
            select(func.count(func.distinct(linked.subquery().c.person))).scalar_subquery(),
            select(func.count(func.distinct(everybody.subquery().c.person))).scalar_subquery(),
        )
    )
    with_link, all_of_them = counted.one()
    return bool(with_link * 2 >= all_of_them)


async def links_ended(tx: Tx, platform: str) -> dict[PersonId, datetime]:
    """The same of everybody on a platform whose last link ended."""
    rows = await tx.session.execute(
        select(Account.person, func.max(Account.ended_at).label("last"))
        .where(Account.platform == Messenger(platform))
        .group_by(Account.person)
        .having(func.count() == func.count(Account.ended_at))
    )
    return {PersonId(row.person): row.last for row in rows}


async def look_alikes(tx: Tx) -> set[str]:
    """Person ids that an account could be spelt like; ids that we make ourselves never are."""
    return set(await tx.session.scalars(select(Person.id).where(Person.id == func.lower(Person.id))))


async def accounts_revision(tx: Tx) -> str:
    """Changes with what `accounts` answers: cheap to ask before reading them again."""
    row = await tx.session.execute(select(func.count(), func.count(Account.ended_at)).select_from(Account))
    return f"{tx.today}/{await revision(tx)}/" + "/".join(str(part) for part in row.one())


def _live(platform: str) -> ColumnElement[bool]:
    return and_(Account.platform == Messenger(platform), _any_live())


def _any_live() -> ColumnElement[bool]:
    return Account.ended_at.is_(None)


async def _numbered(tx: Tx, platform: str, said: str) -> list[PersonId]:
    """Who is meant by this number, for want of a link of their own."""
    linked = select(Account.person).where(_live(platform))
    rows = await tx.session.scalars(
        select(Person.id).where(
            func.lower(Person.number) == said, Person.id.in_(here_ids(tx)), Person.id.not_in(linked)
        )
    )
    return [PersonId(one) for one in rows]
