"""What is done with units and their heads; re-exported by `service`."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import errors, events, queries
from domain.org.dated import ONE_DAY, end, insert, replace
from domain.org.model import Assignment, Head, Unit, UnitTerm
from domain.org.rules import above
from domain.people import queries as people


async def create_unit(tx: Tx, name: str, parent: str | None, since: date, unit_id: str | None = None) -> str:
    """A new unit from a day on; its id. Raises UnitUnknown for the parent, UnitNameTaken."""
    shape = await queries.structure(tx, since)
    if parent is not None and parent not in shape.names:
        raise errors.UnitUnknown(unit=parent)
    _check_name(shape, name, parent)
    made = unit_id or tx.new_id("un")
    await insert(tx, Unit(id=made, created_at=tx.now), errors.UnitNameTaken(name=name))
    term = UnitTerm(id=tx.new_id("ut"), unit=made, name=name, parent=parent, valid_from=since)
    await insert(tx, term, errors.UnitNameTaken(name=name))
    await tx.audit("org.create_unit", made, name=name, parent=parent, since=since)
    return made


async def reshape_unit(tx: Tx, unit_id: str, since: date, *, name: str, parent: str | None) -> bool:
    """Another name or parent from a day on; False when nothing differs.

    Raises UnitUnknown, UnitCycle, UnitNameTaken.
    """
    shape = await queries.structure(tx, since)
    if unit_id not in shape.names or (parent is not None and parent not in shape.names):
        raise errors.UnitUnknown(unit=unit_id if unit_id not in shape.names else parent)
    if (shape.names[unit_id], shape.parents[unit_id]) == (name, parent):
        return False
    if parent is not None and unit_id in above(parent, shape.parents):
        raise errors.UnitCycle(name=name)
    _check_name(shape, name, parent, beside=unit_id)
    old = await _term(tx, unit_id, since)
    new = UnitTerm(id=tx.new_id("ut"), unit=unit_id, name=name, parent=parent, valid_from=since)
    await replace(tx, old, new, errors.UnitNameTaken(name=name))
    await tx.audit("org.reshape_unit", unit_id, name=name, parent=parent, since=since)
    return True


async def close_unit(tx: Tx, unit_id: str, last_day: date) -> None:
    """The unit exists up to and including the day. Raises UnitUnknown, UnitInUse."""
    shape = await queries.structure(tx, last_day)
    term = await _term(tx, unit_id, last_day)
    if term is None:
        raise errors.UnitUnknown(unit=unit_id)
    children = sum(1 for parent in shape.parents.values() if parent == unit_id)
    posts = list(
        await tx.session.scalars(
            select(Assignment.person).where(
                Assignment.unit == unit_id, queries.covers(Assignment, last_day), Assignment.valid_to.is_(None)
            )
        )
    )
    if children or posts:
        raise errors.UnitInUse(name=term.name, people=len(posts), units=children)
    await end(tx, term, last_day)
    await tx.audit("org.close_unit", unit_id, last_day=last_day)


async def appoint_head(tx: Tx, unit_id: str, person: PersonId | None, since: date) -> bool:
    """Who leads the unit from a day on, None for a vacancy; False when it is so already. Emits HeadAppointed.

    Raises UnitUnknown, NotEmployedThen, ManagerCycle when somebody above the new head would report to them.
    """
    if unit_id not in (await queries.structure(tx, since)).names:
        raise errors.UnitUnknown(unit=unit_id)
    old = await tx.session.scalar(
        select(Head).where(Head.unit == unit_id, queries.covers(Head, since)).with_for_update()
    )
    if (old.person if old else None) == person:
        return False
    if person is None:
        if old is not None:
            await end(tx, old, since - ONE_DAY)
    else:
        await _lead(tx, unit_id, person, since, old)
    await tx.audit("org.appoint_head", unit_id, head=person, since=since)
    await tx.emit(events.HeadAppointed(unit_id=unit_id, head=person, since=since))
    return True


async def _lead(tx: Tx, unit_id: str, person: PersonId, since: date, old: Head | None) -> None:
    known = await people.person(tx, person)
    if person not in await people.employed(tx, [person], since):
        raise errors.NotEmployedThen(name=known.name, on=since)
    row = Head(id=tx.new_id("oh"), unit=unit_id, person=person, valid_from=since)
    await replace(tx, old, row, errors.NotEmployedThen(name=known.name, on=since))
    for boss in await queries.manager_line(tx, person, since):
        if person in await queries.manager_line(tx, boss, since):
            raise errors.ManagerCycle(name=known.name, manager=(await people.person(tx, boss)).name)


def _check_name(shape: queries.Structure, name: str, parent: str | None, beside: str | None = None) -> None:
    """Units under one parent have different names."""
    for unit, called in shape.names.items():
        if called == name and shape.parents[unit] == parent and unit != beside:
            raise errors.UnitNameTaken(name=name)


async def _term(tx: Tx, unit_id: str, on: date) -> UnitTerm | None:
    return await tx.session.scalar(
        select(UnitTerm).where(UnitTerm.unit == unit_id, queries.covers(UnitTerm, on)).with_for_update()
    )
