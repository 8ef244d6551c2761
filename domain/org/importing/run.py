"""An import from the press of its button to its end: at once when it is small, else part by part.

A part is one transaction and deletes itself: after a crash the next one goes on where the last commit was, and a
part that is asked for twice finds itself gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.org.errors import HrOnly
from domain.org.events import ImportPartDue
from domain.org.importing.apply import apply, bosses_first, create_units
from domain.org.importing.known import known
from domain.org.importing.plan import Outcome, Plan, RowVerdict, plan
from domain.org.importing.rows import Problem, Row
from domain.org.importing.sheet import RawRow
from domain.org.model import Import, ImportPart
from domain.org.rules import Role

PART = 50
"""Rows of one transaction, about a second and a half; so many changes are also done while HR waits."""
RUNNING, STOPPED, DONE = "running", "stopped", "done"
ROWS = TypeAdapter(list[Row])


@dataclass(frozen=True)
class WrongRow:
    """A row that was not imported: its line in the file and why."""

    line: int
    name: str
    problem: Problem


@dataclass(frozen=True)
class Progress:
    """How far an import is. `done` of `total` rows that change something; the counts are of rows."""

    key: str
    state: str
    done: int
    total: int
    new: int
    changed: int
    unchanged: int
    units: tuple[str, ...]
    wrong: tuple[WrongRow, ...]

    @property
    def over(self) -> bool:
        return self.state == DONE


async def check_may(tx: Tx, actor: PersonId) -> None:
    """Raises HrOnly."""
    if Role.HR not in await org.roles(tx, actor, tx.today):
        raise HrOnly


async def begin(tx: Tx, actor: PersonId, key: str, raws: Sequence[RawRow]) -> Progress:
    """Import the rows of the file `key`: done when they are few, else running. Raises HrOnly.

    Twice is once: a second call tells how far the first is. One that stopped by a fault goes on.
    """
    await check_may(tx, actor)
    held = await tx.session.get(Import, key, with_for_update=True)
    if held is None:
        held, parts = await _kept(tx, actor, key, raws)
        if parts > 1:
            await _due(tx, held)
        elif parts == 1:
            await _do(tx, held, await tx.session.get_one(ImportPart, (key, 0)))
    elif held.state == STOPPED:
        held.state = RUNNING
        await _due(tx, held)
    return _progress(held)


async def find(tx: Tx, key: str) -> Progress | None:
    """How far the import of a file is; None when it was not begun."""
    held = await tx.session.get(Import, key)
    return _progress(held) if held is not None else None


async def do_part(tx: Tx, key: str, number: int) -> None:
    """Do one part, tell who imports how far it is, ask for the next. Nothing when the part was done before."""
    held = await tx.session.get(Import, key, with_for_update=True)
    part = await tx.session.get(ImportPart, (key, number))
    if held is None or part is None:
        return
    held.state = RUNNING
    await _do(replace(tx, principal=held.person), held, part)
    await _due(tx, held)
    await _tell(tx, held)


async def stop(tx: Tx, key: str) -> None:
    """A part failed by our fault: who imports is told how far it came, and may press on."""
    held = await tx.session.get(Import, key, with_for_update=True)
    if held is not None and held.state == RUNNING:
        held.state = STOPPED
        await _tell(tx, held)


async def prepare(tx: Tx, raws: Sequence[RawRow]) -> tuple[Plan, list[str], list[Row]]:
    """Make the departments that are missing; the plan, their names, and the rows to apply, managers first.

    The rows may be applied part by part, each part in a transaction of its own.
    """
    made = await plan(tx, raws)
    units = await create_units(tx, made)
    facts = await known(tx, [one.row for one in made.verdicts if one.row is not None])
    return made, units, [_whole(one, facts.usual_city, facts.usual_entity) for one in bosses_first(made, facts)]


async def _kept(tx: Tx, actor: PersonId, key: str, raws: Sequence[RawRow]) -> tuple[Import, int]:
    """The import's record and its parts; how many parts."""
    made, units, rows = await prepare(tx, raws)
    held = Import(id=key, person=actor, begun_at=tx.now, total=len(rows), units=units, state=RUNNING if rows else DONE)
    held.done = held.new = held.changed = 0
    held.unchanged = len(made.of(Outcome.UNCHANGED))
    held.problems = _noted(made.of(Outcome.ERROR))
    tx.session.add(held)
    await tx.session.flush()
    parts = [ROWS.dump_json(rows[at : at + PART]).decode() for at in range(0, len(rows), PART)]
    tx.session.add_all(ImportPart(import_id=key, number=at, rows=part) for at, part in enumerate(parts))
    await tx.session.flush()
    await tx.audit("org.import", actor, key=key, rows=len(made.verdicts), changes=len(rows), units=units)
    return held, len(parts)


def _whole(verdict: RowVerdict, city: str | None, entity: str | None) -> Row:
    """What a newcomer's row leaves open is what the whole file and the company said when it began."""
    row = verdict.row
    assert row is not None
    if verdict.person is not None:
        return row
    return replace(row, city=row.city or city, legal_entity=row.legal_entity or entity)


async def _do(tx: Tx, held: Import, part: ImportPart) -> None:
    rows = ROWS.validate_json(part.rows)
    applied = await apply(tx, rows)
    done = applied.plan
    held.done += len(rows)
    held.new += len(done.of(Outcome.NEW))
    held.changed += len(done.of(Outcome.CHANGED))
    held.unchanged += len(done.of(Outcome.UNCHANGED))
    held.units = [*held.units, *applied.units]
    held.problems = [*held.problems, *_noted(done.of(Outcome.ERROR))]
    await tx.session.delete(part)
    if held.done == held.total:
        held.state = DONE
    await tx.session.flush()


async def _due(tx: Tx, held: Import) -> None:
    """Ask for the first part that is left."""
    first = select(ImportPart.number).where(ImportPart.import_id == held.id).order_by(ImportPart.number).limit(1)
    number = await tx.session.scalar(first)
    if number is not None:
        await tx.emit(ImportPartDue(import_id=held.id, part=number))


async def _tell(tx: Tx, held: Import) -> None:
    progress, person = _progress(held), PersonId(held.person)
    template = "people.imported" if progress.over else "people.importing"
    await tx.notify(person, template, key=held.id, progress=progress)


def _noted(wrong: Iterable[RowVerdict]) -> list[dict[str, Any]]:
    return [
        {"line": one.line, "name": one.name, "code": one.problem.code, "facts": dict(one.problem.facts)}
        for one in wrong
        if one.problem is not None
    ]


def _progress(held: Import) -> Progress:
    return Progress(
        key=held.id,
        state=held.state,
        done=held.done,
        total=held.total,
        new=held.new,
        changed=held.changed,
        unchanged=held.unchanged,
        units=tuple(held.units),
        wrong=tuple(sorted((_wrong(noted) for noted in held.problems), key=lambda one: one.line)),
    )


def _wrong(noted: Mapping[str, Any]) -> WrongRow:
    return WrongRow(noted["line"], noted["name"], Problem(noted["code"], noted["facts"]))
