"""Reads about those who leave, or have left, and the links they were given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people.model import DetailRow, Employment, LeaverLink, Person
from domain.people.queries.persons import PersonView, person, views
from domain.people.rules import LEAVER_AHEAD, Detail


@dataclass(frozen=True)
class LeaverView:
    """A link as HR may read of it: never its token or code. state: draft live dropped replaced tries."""

    id: str
    person: PersonId
    name: str
    number: str
    last_day: date
    state: str
    has_id_number: bool
    expires_at: datetime | None


def is_leaving(view: PersonView, on: date) -> bool:
    """Whether somebody has left, or does so soon."""
    return view.left_on is not None and view.left_on <= on + timedelta(days=LEAVER_AHEAD)


async def called(tx: Tx, name: str) -> list[PersonView]:
    """Everybody with this name, English name, reading or employee number, also who has left."""
    said = name.strip().lower()
    mine = or_(
        Person.name == name.strip(),
        func.lower(Person.english_name) == said,
        Person.pinyin == said,
        func.lower(Person.number) == said,
    )
    return await views(tx, tx.today, mine)


async def leavers(tx: Tx) -> list[PersonView]:
    """Who has left, or has a last day ahead."""
    left = select(Employment.person).where(Employment.voided_at.is_(None), Employment.left_on.is_not(None))
    return [view for view in await views(tx, tx.today, Person.id.in_(left)) if is_leaving(view, tx.today)]


async def leaver_link(tx: Tx, link_id: str) -> LeaverView | None:
    """A link, as it stands."""
    row = await tx.session.get(LeaverLink, link_id)
    if row is None:
        return None
    view = await person(tx, PersonId(row.person))
    return LeaverView(
        id=row.id,
        person=view.id,
        name=view.name,
        number=view.number,
        last_day=row.last_day,
        state=row.ended_why or ("draft" if row.token is None else "live"),
        has_id_number=await _has_id_number(tx, view.id),
        expires_at=row.expires_at,
    )


async def _has_id_number(tx: Tx, id: PersonId) -> bool:
    held = select(DetailRow.id).where(
        DetailRow.person == id, DetailRow.detail == Detail.ID_NUMBER, DetailRow.replaced_at.is_(None)
    )
    return await tx.session.scalar(held.limit(1)) is not None
