"""What is done with posts, managers and roles. Units are in `units.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import errors, events, queries
from domain.org.dated import end, insert, replace
from domain.org.model import Assignment, Head, Position, RoleGrant
from domain.org.rules import Role
from domain.org.units import appoint_head, close_unit, create_unit, reshape_unit
from domain.people import queries as people

__all__ = [
    "NewPost",
    "appoint_head",
    "assign",
    "close_unit",
    "create_unit",
    "end_all",
    "end_assignment",
    "grant_role",
    "reshape_unit",
    "revoke_role",
    "transfer",
]


Held = TypeVar("Held", Assignment, Head, RoleGrant)


@dataclass(frozen=True, kw_only=True)
class NewPost:
    """A post from `since` on. Without `manager` the person reports by structure, to the head of the unit."""

    person: PersonId
    unit_id: str
    title: str
    since: date
    manager: PersonId | None = None
    main: bool = True
    until: date | None = None


async def assign(tx: Tx, new: NewPost) -> None:
    """Give a post; emits Assigned.

    Raises UnitUnknown, NotEmployedThen, PeriodBackwards, ManagerCycle, people's PersonUnknown, and MainPostTaken
    when it is a main post and the person has one in that time.
    """
    refusal = errors.MainPostTaken(name=await _check(tx, new), since=new.since)
    await insert(tx, await _row(tx, new), refusal)
    await _told(tx, new)


async def transfer(tx: Tx, new: NewPost) -> bool:
    """Move the main post from a day on; the former one ends the day before. Emits Assigned.

    False when the post is the same already. Raises as `assign`; MainPostTaken when a later move is recorded.
    """
    refusal = errors.MainPostTaken(name=await _check(tx, new), since=new.since)
    current = await _main(tx, new.person, new.since)
    if current is not None and await _same(tx, current, new):
        return False
    await replace(tx, current, await _row(tx, new), refusal)
    await _told(tx, new)
    return True


async def end_assignment(tx: Tx, person: PersonId, unit_id: str, last_day: date) -> None:
    """End the person's posts in one unit. Raises AssignmentUnknown."""
    rows = list(
        await tx.session.scalars(
            select(Assignment).where(
                Assignment.person == person, Assignment.unit == unit_id, queries.covers(Assignment, last_day)
            )
        )
    )
    if not rows:
        raise errors.AssignmentUnknown(name=await _name(tx, person))
    for row in rows:
        await end(tx, row, last_day)
    await tx.audit("org.end_assignment", person, unit=unit_id, last_day=last_day)


async def end_all(tx: Tx, person: PersonId, last_day: date) -> None:
    """End every post, headship and role of somebody who leaves; emits HeadAppointed(None) and RolesChanged."""
    for row in await _after(tx, Assignment, person, last_day):
        await end(tx, row, last_day)
    for head in await _after(tx, Head, person, last_day):
        await end(tx, head, last_day)
        await tx.emit(events.HeadAppointed(unit_id=head.unit, head=None, since=last_day))
    for role in await _after(tx, RoleGrant, person, last_day):
        await end(tx, role, last_day)
        await tx.emit(events.RolesChanged(person=person, role=role.role, granted=False, since=last_day))


async def grant_role(tx: Tx, person: PersonId, role: str, since: date) -> bool:
    """Give a role; False when held already. Emits RolesChanged. Raises RoleUnknown, RoleHeldLater, PersonUnknown."""
    known = await people.person(tx, person)
    if role not in set(Role):
        raise errors.RoleUnknown(role=role)
    held = await tx.session.scalar(
        select(RoleGrant.id).where(RoleGrant.person == person, RoleGrant.role == role, queries.covers(RoleGrant, since))
    )
    if held is not None:
        return False
    row = RoleGrant(id=tx.new_id("or"), person=person, role=role, valid_from=since)
    await insert(tx, row, errors.RoleHeldLater(role=role, name=known.name))
    await tx.audit("org.grant_role", person, role=role, since=since)
    await tx.emit(events.RolesChanged(person=person, role=role, granted=True, since=since))
    return True


async def revoke_role(tx: Tx, person: PersonId, role: str, last_day: date) -> bool:
    """Take a role back after `last_day`. Emits RolesChanged when it was held; False when it was not."""
    held = [row for row in await _after(tx, RoleGrant, person, last_day) if row.role == role]
    for row in held:
        await end(tx, row, last_day)
        await tx.audit("org.revoke_role", person, role=role, last_day=last_day)
        await tx.emit(events.RolesChanged(person=person, role=role, granted=False, since=last_day))
    return bool(held)


async def _check(tx: Tx, new: NewPost) -> str:
    """Refuses what cannot be; the person's name."""
    known = await people.person(tx, new.person)
    if new.until is not None and new.until < new.since:
        raise errors.PeriodBackwards(start=new.since, end=new.until)
    shape = await queries.structure(tx, new.since)
    if new.unit_id not in shape.names:
        raise errors.UnitUnknown(unit=new.unit_id)
    if new.person not in await people.employed(tx, [new.person], new.since):
        raise errors.NotEmployedThen(name=known.name, on=new.since)
    if new.manager is None:
        return known.name
    boss = await people.person(tx, new.manager)
    if new.manager == new.person or new.person in await queries.manager_line(tx, new.manager, new.since, shape):
        raise errors.ManagerCycle(name=known.name, manager=boss.name)
    return known.name


async def _row(tx: Tx, new: NewPost) -> Assignment:
    return Assignment(
        id=tx.new_id("as"),
        person=new.person,
        unit=new.unit_id,
        position=await _position(tx, new.title),
        manager=new.manager,
        main=new.main,
        valid_from=new.since,
        valid_to=new.until,
    )


async def _position(tx: Tx, title: str) -> str:
    """The id of the position with this title; a title not known yet is added."""
    known = await tx.session.scalar(select(Position.id).where(Position.title == title))
    if known is not None:
        return known
    fresh = upsert(Position).values(id=tx.new_id("po"), title=title).on_conflict_do_nothing(index_elements=["title"])
    await tx.session.execute(fresh)
    return (await tx.session.execute(select(Position.id).where(Position.title == title))).scalar_one()


async def _same(tx: Tx, row: Assignment, new: NewPost) -> bool:
    title = await tx.session.scalar(select(Position.title).where(Position.id == row.position))
    return (row.unit, title, row.manager) == (new.unit_id, new.title, new.manager) and (
        new.until is None or new.until == row.valid_to
    )


async def _told(tx: Tx, new: NewPost) -> None:
    await tx.audit("org.assign", new.person, unit=new.unit_id, since=new.since, main=new.main, manager=new.manager)
    await tx.emit(events.Assigned(person=new.person, unit_id=new.unit_id, main=new.main, since=new.since))


async def _name(tx: Tx, person: PersonId) -> str:
    return (await people.person(tx, person)).name


async def _main(tx: Tx, person: PersonId, on: date) -> Assignment | None:
    return await tx.session.scalar(
        select(Assignment)
        .where(Assignment.person == person, Assignment.main, queries.covers(Assignment, on))
        .with_for_update()
    )


async def _after(tx: Tx, table: type[Held], person: PersonId, last_day: date) -> list[Held]:
    """Live rows of the person that reach beyond the day."""
    rows = await tx.session.scalars(
        select(table)
        .where(
            table.person == person,
            table.voided_at.is_(None),
            or_(table.valid_to.is_(None), table.valid_to > last_day),
        )
        .with_for_update()
    )
    return list(rows)
