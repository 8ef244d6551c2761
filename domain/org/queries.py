"""Reads about the organisation on a day, as frozen views."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org.model import Assignment, Head, Position, RoleGrant, UnitTerm
from domain.org.rules import MANAGERS_AT_MOST, above, below, chief
from domain.people import queries as people


@dataclass(frozen=True)
class AssignmentView:
    """A post. `manager` is who the person reports to in it on the asked day: the named manager, else the head of
    the unit or of the next unit above; who left is passed over. None for the one at the top."""

    person: PersonId
    unit_id: str
    unit_name: str
    title: str
    manager: PersonId | None
    main: bool
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class UnitView:
    """A unit on a day; `head` is None while vacant."""

    id: str
    name: str
    parent_id: str | None
    head: PersonId | None


@dataclass(frozen=True)
class Structure:
    """Parents, names and heads of all units on a day."""

    parents: dict[str, str | None]
    names: dict[str, str]
    heads: dict[str, str]


def covers(table: type[Assignment | Head | RoleGrant | UnitTerm], on: date) -> ColumnElement[bool]:
    """Live rows of a dated table that hold on the day."""
    return and_(table.voided_at.is_(None), table.valid_from <= on, or_(table.valid_to.is_(None), table.valid_to >= on))


async def structure(tx: Tx, on: date) -> Structure:
    """All units of the day; heads who are not employed then are left out."""
    terms = list(await tx.session.scalars(select(UnitTerm).where(covers(UnitTerm, on)).order_by(UnitTerm.name)))
    heads = {row.unit: row.person for row in await tx.session.scalars(select(Head).where(covers(Head, on)))}
    there = await people.employed(tx, [PersonId(one) for one in heads.values()], on)
    return Structure(
        parents={term.unit: term.parent for term in terms},
        names={term.unit: term.name for term in terms},
        heads={unit: head for unit, head in heads.items() if head in there},
    )


async def units(tx: Tx, on: date) -> list[UnitView]:
    """Every unit of the day, by name."""
    shape = await structure(tx, on)
    return [_unit(shape, one) for one in shape.names]


async def unit_named(tx: Tx, name: str, on: date) -> list[UnitView]:
    """Units with exactly this name; several may share it under different parents."""
    shape = await structure(tx, on)
    return [_unit(shape, one) for one, called in shape.names.items() if called == name.strip()]


async def unit_head(tx: Tx, unit_id: str, on: date) -> PersonId | None:
    """The head on the day; None while vacant, and when the head has left."""
    head = await tx.session.scalar(select(Head.person).where(Head.unit == unit_id, covers(Head, on)))
    return PersonId(head) if head and await people.employed(tx, [PersonId(head)], on) else None


async def main_assignment(tx: Tx, person: PersonId, on: date) -> AssignmentView | None:
    """The main post on the day."""
    return next((one for one in await assignments(tx, person, on) if one.main), None)


async def assignments(tx: Tx, person: PersonId, on: date) -> list[AssignmentView]:
    """All posts on the day, the main one first."""
    return await assignments_of(tx, [person], on)


async def assignments_of(tx: Tx, persons: Collection[PersonId], on: date) -> list[AssignmentView]:
    """All posts of several people on the day, main posts first."""
    rows = (
        await tx.session.execute(
            select(Assignment, Position.title)
            .join(Position, Position.id == Assignment.position)
            .where(Assignment.person.in_(list(persons)), covers(Assignment, on))
            .order_by(Assignment.main.desc(), Assignment.valid_from, Assignment.id)
        )
    ).all()
    shape = await structure(tx, on)
    lines = _Lines(tx, on, shape)
    return [
        _view(row, title, shape, next(iter(await lines.above(PersonId(row.person), row)), None)) for row, title in rows
    ]


async def manager_line(tx: Tx, person: PersonId, on: date, shape: Structure | None = None) -> list[PersonId]:
    """Managers nearest first by main posts, nobody twice, nobody who has left, never the person.

    `shape` is that day's structure, for callers who have read it already.
    """
    lines = _Lines(tx, on, shape or await structure(tx, on))
    return await lines.above(person, await _main_row(tx, person, on))


async def posts(tx: Tx, on: date) -> dict[PersonId, AssignmentView]:
    """Everybody's main post on the day; `manager` is only the one named in it, not the one by structure."""
    shape = await structure(tx, on)
    rows = await tx.session.execute(
        select(Assignment, Position.title)
        .join(Position, Position.id == Assignment.position)
        .where(Assignment.main, covers(Assignment, on))
    )
    return {PersonId(row.person): _view(row, title, shape, row.manager) for row, title in rows}


async def unit_starts(tx: Tx) -> dict[str, date]:
    """The first day of every unit."""
    rows = await tx.session.execute(
        select(UnitTerm.unit, func.min(UnitTerm.valid_from).label("first"))
        .where(UnitTerm.voided_at.is_(None))
        .group_by(UnitTerm.unit)
    )
    return {row.unit: row.first for row in rows}


async def reports(tx: Tx, manager: PersonId, on: date) -> list[PersonId]:
    """Who reports directly to this manager by main post, named or by structure."""
    shape = await structure(tx, on)
    near = {one for unit, head in shape.heads.items() if head == manager for one in below(unit, shape.parents)}
    rows = await tx.session.scalars(
        select(Assignment.person).where(
            Assignment.main, covers(Assignment, on), or_(Assignment.manager == manager, Assignment.unit.in_(near))
        )
    )
    found = [one for one in await assignments_of(tx, [PersonId(row) for row in rows], on) if one.main]
    return await _by_name(tx, {one.person for one in found if one.manager == manager}, on)


async def members(tx: Tx, unit_id: str, on: date) -> list[PersonId]:
    """Everybody with a post in the unit or under it, employed on the day, by name."""
    shape = await structure(tx, on)
    return await _by_name(tx, await _in_units(tx, below(unit_id, shape.parents), on), on)


async def colleagues(tx: Tx, person: PersonId, on: date) -> list[PersonId]:
    """Everybody else with a post in the unit of the person's main post, by name."""
    own = await _main_row(tx, person, on)
    if own is None:
        return []
    return await _by_name(tx, await _in_units(tx, {own.unit}, on) - {person}, on)


async def holders(tx: Tx, role: str, on: date) -> list[PersonId]:
    """Who holds the role on the day and is employed, by name."""
    rows = await tx.session.scalars(select(RoleGrant.person).where(RoleGrant.role == role, covers(RoleGrant, on)))
    return await _by_name(tx, {PersonId(row) for row in rows}, on)


async def roles(tx: Tx, person: PersonId, on: date) -> set[str]:
    """The person's roles on the day; none for who is not employed."""
    rows = await tx.session.scalars(select(RoleGrant.role).where(RoleGrant.person == person, covers(RoleGrant, on)))
    return set(rows) if await people.employed(tx, [person], on) else set()


def _unit(shape: Structure, unit: str) -> UnitView:
    head = shape.heads.get(unit)
    return UnitView(unit, shape.names[unit], shape.parents[unit], PersonId(head) if head else None)


def _view(row: Assignment, title: str, shape: Structure, manager: str | None) -> AssignmentView:
    return AssignmentView(
        person=PersonId(row.person),
        unit_id=row.unit,
        unit_name=shape.names.get(row.unit, ""),
        title=title,
        manager=PersonId(manager) if manager else None,
        main=row.main,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


async def _in_units(tx: Tx, wanted: Collection[str], on: date) -> set[PersonId]:
    rows = await tx.session.scalars(
        select(Assignment.person).where(Assignment.unit.in_(list(wanted)), covers(Assignment, on))
    )
    return {PersonId(row) for row in rows}


async def _by_name(tx: Tx, ids: set[PersonId], on: date) -> list[PersonId]:
    there = await people.employed(tx, ids, on)
    known = await people.find_all(tx, there)
    return sorted(known, key=lambda one: known[one].sort_key)


async def _main_row(tx: Tx, person: PersonId, on: date) -> Assignment | None:
    """The main post on the day; of somebody who left, the last one, so that the line goes on above them."""
    return await tx.session.scalar(
        select(Assignment)
        .where(
            Assignment.person == person,
            Assignment.main,
            Assignment.voided_at.is_(None),
            Assignment.valid_from <= on,
        )
        .order_by(Assignment.valid_from.desc())
        .limit(1)
    )


@dataclass
class _Lines:
    """Walks upwards from posts; what was read once is remembered, for many people share their managers."""

    tx: Tx
    on: date
    shape: Structure
    rows: dict[str, Assignment | None] = field(default_factory=dict)
    there: dict[str, bool] = field(default_factory=dict)

    async def above(self, person: PersonId, post: Assignment | None) -> list[PersonId]:
        """The line above a post; `post` is the person's own, further up it is each one's main post."""
        line: list[PersonId] = []
        seen = {str(person)}
        here, last = post, str(person)
        while here is not None and len(seen) <= MANAGERS_AT_MOST:
            named = here.manager if here.manager != last else None
            boss = named or chief(last, here.unit, self.shape.parents, self.shape.heads)
            if boss is None or boss in seen:
                break
            seen.add(boss)
            line.append(PersonId(boss))
            here, last = await self._main(boss), boss
        return [one for one in line if await self._employed(one)]

    async def _main(self, person: str) -> Assignment | None:
        if person not in self.rows:
            self.rows[person] = await _main_row(self.tx, PersonId(person), self.on)
        return self.rows[person]

    async def _employed(self, person: PersonId) -> bool:
        if person not in self.there:
            self.there[person] = bool(await people.employed(self.tx, [person], self.on))
        return self.there[person]


def path(shape: Structure, unit: str) -> str:
    """`总部 / 研发部`: the unit's name with those above it, topmost first."""
    return " / ".join(shape.names[one] for one in reversed(above(unit, shape.parents)) if one in shape.names)
