"""Does what rows say, one by one; a row that is refused leaves no trace and is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.exc import IntegrityError

from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.org import service
from domain.org.importing.columns import vocabulary
from domain.org.importing.known import Known, known
from domain.org.importing.plan import Outcome, Plan, RowVerdict, bosses_of, replan
from domain.org.importing.rows import Problem, Row
from domain.org.service import NewPost
from domain.people import openings
from domain.people import queries as people
from domain.people import service as people_service
from domain.people.rules import Detail, WorkerType
from domain.people.service import NewPerson, NewTerms


@dataclass(frozen=True)
class Applied:
    """What came of it: the verdicts as they stood, with refused rows turned into errors."""

    plan: Plan
    units: tuple[str, ...]
    """Departments that were created."""


async def apply(tx: Tx, rows: Sequence[Row]) -> Applied:
    """Judge the rows anew and do what they say; wrong ones are left out. Twice changes nothing."""
    made = await replan(tx, rows)
    units = await create_units(tx, made)
    facts = await known(tx, [one.row for one in made.verdicts if one.row is not None])
    done = {one.line: await _one(tx, one, facts) for one in bosses_first(made, facts)}
    return Applied(Plan(tuple(done.get(one.line, one) for one in made.verdicts)), tuple(units))


async def create_units(tx: Tx, made: Plan) -> list[str]:
    """A path `总部/研发部` creates what is missing of it."""
    if not made.new_units:
        return []
    facts = await known(tx, [one.row for one in made.verdicts if one.row is not None])
    hires = [one.row.hired_on for one in made.verdicts if one.row is not None and one.new_unit]
    for path in made.new_units:
        parent = facts.root
        names = path.split("/")
        for depth, name in enumerate(names, start=1):
            shape = await org.structure(tx, tx.today)
            there = replace(facts, shape=shape).units_named("/".join(names[:depth]))
            since = max(min([*hires, tx.today]), facts.starts.get(parent or "", date.min))
            parent = there[0] if there else await service.create_unit(tx, name, parent, since)
    return made.new_units


def bosses_first(made: Plan, facts: Known) -> list[RowVerdict]:
    """What is to be done: managers before those who report to them, so that no circle arises on the way."""
    bosses = bosses_of(made.verdicts, facts)

    def depth(number: str) -> int:
        line = {number}
        here = bosses.get(number)
        while here is not None and here not in line:
            line.add(here)
            here = bosses.get(here)
        return len(line)

    wanted = [one for one in made.verdicts if one.outcome in {Outcome.NEW, Outcome.CHANGED}]
    return sorted(wanted, key=lambda one: depth(one.number))


async def _one(tx: Tx, verdict: RowVerdict, facts: Known) -> RowVerdict:
    row = verdict.row
    assert row is not None
    try:
        async with tx.session.begin_nested():
            person = verdict.person
            if person is None:
                person = await _hire(tx, row, facts)
            else:
                if verdict.rehired:
                    await people_service.rehire(tx, person, row.hired_on, await _terms(tx, person, row))
                await _update(tx, person, row)
            await _post(tx, person, row, facts)
            for kind, days in row.balances.items():
                await openings.bring(tx, person, kind, days)
            for platform, account in row.accounts.items():
                await people_service.link_account(tx, person, platform, account)
            if row.badge is not None:
                await people_service.give_badge(tx, person, row.badge)
    except DomainError as refusal:
        return _refused(verdict, Problem("refused", {"code": refusal.code}))
    except IntegrityError:  # the same was recorded by somebody else at the same moment
        return _refused(verdict, Problem("meanwhile"))
    return replace(verdict, person=person)


def _refused(verdict: RowVerdict, problem: Problem) -> RowVerdict:
    return replace(verdict, outcome=Outcome.ERROR, row=None, changes=(), problem=problem)


async def _hire(tx: Tx, row: Row, facts: Known) -> PersonId:
    return await people_service.hire(
        tx,
        NewPerson(
            number=row.number,
            name=row.name,
            hired_on=row.hired_on,
            first_work_on=row.first_work_on,
            worker_type=row.worker_type or WorkerType.FULL_TIME,
            legal_entity=row.legal_entity or facts.usual_entity or "",
            city=row.city or facts.usual_city or "",
            details=_details(row),
        ),
    )


async def _update(tx: Tx, person: PersonId, row: Row) -> None:
    """Bring a known person to what the row says; each step changes nothing when it is so already."""
    view = await people.person(tx, person)
    if row.first_work_on is not None and row.first_work_on <= view.hired_on:
        await people_service.correct_person(tx, person, first_work_on=row.first_work_on)
    await people_service.correct_hire(tx, person, row.hired_on)
    await people_service.correct_person(tx, person, name=row.name, first_work_on=row.first_work_on)
    await people_service.change_terms(tx, person, max(tx.today, row.hired_on), await _terms(tx, person, row))
    for detail, value in _details(row).items():
        await people_service.set_detail(tx, person, detail, value)


def _details(row: Row) -> dict[Detail, str]:
    told = {Detail.MOBILE: row.mobile, Detail.ID_NUMBER: row.id_number}
    return {detail: value for detail, value in told.items() if value is not None}


async def _terms(tx: Tx, person: PersonId, row: Row) -> NewTerms:
    view = await people.person(tx, person)
    return NewTerms(row.worker_type or view.worker_type, row.legal_entity or view.legal_entity, row.city or view.city)


async def _post(tx: Tx, person: PersonId, row: Row, facts: Known) -> None:
    """The post from today on, a first one from the hire on, or from the unit's first day where that is later."""
    unit = facts.units_named(row.department)[0]
    held = facts.posts.get(person)
    manager = None
    if row.manager is not None:
        boss = facts.persons.get(row.manager) or await people.by_number(tx, row.manager)
        manager = boss.id if boss else None
    elif held is not None and held.unit_id == unit:
        manager = held.manager
    title = row.title or (held.title if held else vocabulary()["default_title"])
    since = max(tx.today if held else row.hired_on, facts.starts[unit], row.hired_on)
    await service.transfer(tx, NewPost(person=person, unit_id=unit, title=title, since=since, manager=manager))
