"""Who may ask for leave in somebody else's place (代填): HR, and the managers of people without an account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import HasAccount, NotHereThen, OnlyForYourself
from domain.leave.model import RequestRow
from domain.org import queries as org
from domain.org.rules import Role
from domain.people import queries as people
from domain.people.queries import PersonView


async def is_above(tx: Tx, actor: PersonId, person: PersonId) -> bool:
    """Whether the actor looks after the person today: HR, or one of the manager line."""
    if Role.HR in await org.roles(tx, actor, tx.today):
        return True
    return actor in await org.manager_line(tx, person, tx.today)


async def check_may_fill(tx: Tx, actor: PersonId, person: PersonView) -> None:
    """Whoever can write to us asks themselves; only HR asks for anybody. Raises OnlyForYourself, HasAccount."""
    if actor == person.id or Role.HR in await org.roles(tx, actor, tx.today):
        return
    if actor not in await org.manager_line(tx, person.id, tx.today):
        raise OnlyForYourself(name=person.name)
    if held := await people.own_messengers(tx, person.id):
        raise HasAccount(name=person.name, platform=held[0].value)


async def looks_after(tx: Tx, actor: PersonId, person: PersonView) -> bool:
    """Whether the actor may ask for leave, and about the balance, in this person's place."""
    try:
        await check_may_fill(tx, actor, person)
    except (OnlyForYourself, HasAccount):
        return False
    return True


async def in_hand(tx: Tx, row: RequestRow, actor: PersonId) -> bool:
    """Whether a request is the actor's own, or one that they filled for somebody whom they still look after."""
    if actor == row.person:
        return True
    return actor == row.filled_by and await is_above(tx, actor, PersonId(row.person))


async def readers(tx: Tx, row: RequestRow) -> list[PersonId]:
    """Who is told what becomes of a request: the person, and the filler who still looks after them."""
    person = PersonId(row.person)
    filler = PersonId(row.filled_by) if row.filled_by else None
    return [person, filler] if filler is not None and await is_above(tx, filler, person) else [person]


def check_here(person: PersonView, first: date, last: date) -> None:
    """Raises NotHereThen when the employment does not cover the days."""
    if not (person.employed(first) and person.employed(last)):
        raise NotHereThen(name=person.name, hired_on=person.hired_on, left_on=person.left_on)


@contextmanager
def about(person: PersonView, actor: PersonId) -> Iterator[None]:
    """A refusal that the person would meet says whose shifts and balances it speaks of, when another reads it."""
    try:
        yield
    except DomainError as refusal:
        if person.id != actor:
            refusal.facts.setdefault("whose", person.name)
        raise
