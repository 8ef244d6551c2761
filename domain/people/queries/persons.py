"""Reads about persons, as frozen views. Ordered by the reading of the name where there are several."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, extract, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.kernel.crypto import keyring
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people.errors import PersonUnknown
from domain.people.model import DetailRow, Employment, Person, Terms
from domain.people.rules import Detail, WorkerType, masked, normalise


@dataclass(frozen=True)
class PersonView:
    """A person with the employment and terms of the asked day; before a first hire those of the hire,
    after leaving those of the last employment. `left_on` is the last day worked, which may lie ahead."""

    id: PersonId
    name: str
    pinyin: str
    english_name: str | None
    worker_type: WorkerType
    legal_entity: str
    city: str
    hired_on: date
    left_on: date | None
    first_work_on: date | None
    number: str = ""
    sort_key: str = ""

    def employed(self, on: date) -> bool:
        """Whether this employment covers the day."""
        return self.hired_on <= on and (self.left_on is None or on <= self.left_on)


async def person(tx: Tx, id: PersonId) -> PersonView:
    """Raises PersonUnknown."""
    found = await find(tx, id)
    if found is None:
        raise PersonUnknown(person=id)
    return found


async def find(tx: Tx, id: PersonId) -> PersonView | None:
    """The person as of today, or None."""
    return next(iter(await views(tx, tx.today, Person.id == id)), None)


async def find_all(tx: Tx, ids: Collection[PersonId]) -> dict[PersonId, PersonView]:
    """Those of the ids that exist."""
    return {view.id: view for view in await views(tx, tx.today, Person.id.in_(list(ids)))}


async def active(tx: Tx, on: date) -> list[PersonView]:
    """Everybody employed on the day."""
    return [view for view in await views(tx, on, _covers(on)) if view.employed(on)]


async def active_ids(tx: Tx, on: date) -> list[PersonId]:
    """Ids of everybody employed on the day, sorted: cheap for thousands."""
    rows = await tx.session.scalars(select(Employment.person).where(_covers(on)).order_by(Employment.person))
    return [PersonId(row) for row in rows]


async def here(tx: Tx) -> list[PersonView]:
    """Everybody employed today or still to come."""
    return await views(tx, tx.today, Person.id.in_(here_ids(tx)))


async def still_here(tx: Tx, id: PersonId) -> bool:
    """Whether the person is employed today or still to come."""
    return await tx.session.scalar(here_ids(tx).where(Employment.person == id).limit(1)) is not None


async def revision(tx: Tx) -> str:
    """Changes whenever somebody is hired, leaves or is corrected: cheap to ask before reading everybody again."""
    last_days = func.sum(extract("epoch", Employment.left_on))  # a last day may be corrected to another
    row = await tx.session.execute(
        select(func.count(), func.max(Employment.id), func.count(Employment.voided_at), last_days)
    )
    return "/".join(str(part) for part in row.one())


async def employed(tx: Tx, ids: Collection[PersonId], on: date) -> set[PersonId]:
    """Those of the ids who are employed on the day."""
    found = await tx.session.scalars(select(Employment.person).where(Employment.person.in_(list(ids)), _covers(on)))
    return {PersonId(one) for one in found}


async def names(tx: Tx, ids: Collection[PersonId]) -> dict[PersonId, str]:
    """Names by id; an unknown id is absent."""
    rows = await tx.session.execute(select(Person.id, Person.name).where(Person.id.in_(list(ids))))
    return {PersonId(row.id): row.name for row in rows}


async def by_number(tx: Tx, number: str) -> PersonView | None:
    """The person with this employee number (工号)."""
    return next(iter(await views(tx, tx.today, Person.number == number.strip())), None)


async def by_numbers(tx: Tx, numbers: Collection[str]) -> dict[str, PersonView]:
    """Persons by employee number; an unknown number is absent."""
    return {view.number: view for view in await views(tx, tx.today, Person.number.in_(list(numbers)))}


async def named(tx: Tx, name: str, on: date) -> list[PersonView]:
    """Everybody employed on the day with exactly this name, English name or reading; several may share it."""
    said = name.strip().lower()
    where = or_(Person.name == name.strip(), func.lower(Person.english_name) == said, Person.pinyin == said)
    return [view for view in await views(tx, on, where) if view.employed(on)]


async def holding(tx: Tx, detail: Detail, value: str) -> list[PersonId]:
    """Who has this very mobile, ID number, account or e-mail today; nobody when the value cannot be right."""
    stored = normalise(detail, value)
    if stored is None:
        return []
    rows = await tx.session.scalars(
        select(DetailRow.person).where(
            DetailRow.detail == detail, DetailRow.blind == blind(detail, stored), DetailRow.replaced_at.is_(None)
        )
    )
    return [PersonId(one) for one in rows]


async def masked_details(tx: Tx, id: PersonId) -> dict[Detail, str]:
    """What may be shown of a person's details: `138****1234`."""
    rows = await tx.session.execute(
        select(DetailRow.detail, DetailRow.value).where(DetailRow.person == id, DetailRow.replaced_at.is_(None))
    )
    return {Detail(row.detail): masked(Detail(row.detail), row.value) for row in rows}


async def held_details(tx: Tx, details: Collection[Detail]) -> set[tuple[PersonId, Detail, bytes]]:
    """Who has which value, by its blind index; for imports that compare many at once."""
    rows = await tx.session.execute(
        select(DetailRow.person, DetailRow.detail, DetailRow.blind).where(
            DetailRow.detail.in_(list(details)), DetailRow.blind.is_not(None), DetailRow.replaced_at.is_(None)
        )
    )
    return {(PersonId(row.person), Detail(row.detail), bytes(row.blind)) for row in rows}


def blind(detail: Detail, stored: str) -> bytes:
    """The look-up value of a detail in its stored form; each detail has a key of its own."""
    return keyring().blind(stored, f"people_detail.{detail}")


def here_ids(tx: Tx) -> Select[str]:
    """Ids of everybody employed today or still to come."""
    lasts = or_(Employment.left_on.is_(None), Employment.left_on >= tx.today)
    return select(Employment.person).where(Employment.voided_at.is_(None), lasts)


def _covers(on: date) -> ColumnElement[bool]:
    return and_(
        Employment.voided_at.is_(None),
        Employment.hired_on <= on,
        or_(Employment.left_on.is_(None), Employment.left_on >= on),
    )


async def views(tx: Tx, on: date, where: ColumnElement[bool]) -> list[PersonView]:
    """Everybody of whom it holds, as of the day; for the other reads of this context."""
    rows: Sequence[Any] = (await tx.session.execute(_statement(on).where(where))).all()
    return [
        PersonView(
            id=PersonId(one.id),
            name=one.name,
            pinyin=one.pinyin,
            english_name=one.english_name,
            worker_type=WorkerType(terms.worker_type),
            legal_entity=terms.legal_entity,
            city=terms.city,
            hired_on=job.hired_on,
            left_on=job.left_on,
            first_work_on=one.first_work_on,
            number=one.number,
            sort_key=one.sort_key,
        )
        for one, job, terms in rows
    ]


def _statement(on: date) -> Select[Person, Employment, Terms]:
    job = _nearest(on, Employment.id, Employment.person, Employment.hired_on, Employment.voided_at)
    terms = _nearest(on, Terms.id, Terms.person, Terms.valid_from, Terms.voided_at)
    return (
        select(Person, Employment, Terms)
        .join(Employment, Employment.id == job)
        .join(Terms, Terms.id == terms)
        .order_by(Person.sort_key)
    )


def _nearest(
    on: date,
    id: InstrumentedAttribute[str],
    owner: InstrumentedAttribute[str],
    since: InstrumentedAttribute[date],
    voided: InstrumentedAttribute[Any],
) -> ColumnElement[str]:
    """The row that began last on or before the day, else the one that begins first after it."""
    query = select(id).where(owner == Person.id, voided.is_(None)).correlate(Person)
    begun = query.where(since <= on).order_by(since.desc()).limit(1).scalar_subquery()
    ahead = query.where(since > on).order_by(since).limit(1).scalar_subquery()
    return func.coalesce(begun, ahead)
