"""The dry run: every row judged against what is known, nothing changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org.importing.columns import header_of, vocabulary
from domain.org.importing.known import Known, known
from domain.org.importing.rows import Problem, Row, RowProblem, parse, text
from domain.org.importing.sheet import RawRow
from domain.org.rules import MANAGERS_AT_MOST, chief
from domain.people import badges
from domain.people.queries import PersonView, blind
from domain.people.rules import Detail, WorkerType, masked


class Outcome(StrEnum):
    """What importing a row does."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True)
class Change:
    """One fact that differs: the column's header, what is known, what the file says; identifiers are masked."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class RowVerdict:
    """A row of the file and what becomes of it. `new_unit` is a department that would be created for it."""

    line: int
    number: str
    name: str
    outcome: Outcome
    row: Row | None = field(default=None, repr=False)
    person: PersonId | None = None
    problem: Problem | None = None
    changes: tuple[Change, ...] = ()
    new_unit: str | None = None
    rehired: bool = False


@dataclass(frozen=True)
class Plan:
    """The verdicts in the file's order."""

    verdicts: tuple[RowVerdict, ...]

    def of(self, outcome: str) -> list[RowVerdict]:
        return [verdict for verdict in self.verdicts if verdict.outcome == outcome]

    @property
    def new_units(self) -> list[str]:
        """Departments that would be created, in the file's order."""
        return list(dict.fromkeys(one.new_unit for one in self.verdicts if one.new_unit and one.row))

    @property
    def useful(self) -> bool:
        """Whether applying it changes anything."""
        return any(one.outcome in {Outcome.NEW, Outcome.CHANGED} for one in self.verdicts)


async def plan(tx: Tx, raws: Sequence[RawRow]) -> Plan:
    """Judge every row as of today; only reads."""
    return await _planned(tx, [_parsed(raw) for raw in raws])


async def replan(tx: Tx, rows: Sequence[Row]) -> Plan:
    """Judge rows that were right before: what they are compared with may have changed since."""
    return await _planned(tx, [RowVerdict(row.line, row.number, row.name, Outcome.UNCHANGED, row=row) for row in rows])


async def _planned(tx: Tx, parsed: Sequence[RowVerdict]) -> Plan:
    rows = [one.row for one in parsed if one.row is not None]
    facts = await known(tx, rows)
    accounts = [f"{platform}:{account}" for row in rows for platform, account in row.accounts.items()]
    accounts += [f"badge:{row.badge}" for row in rows if row.badge]
    repeated = _twice([row.number for row in rows]) | _twice([row.id_number for row in rows]) | _twice(accounts)
    judged = [one if one.row is None else _judged(one, one.row, facts, repeated) for one in parsed]
    return Plan(tuple(_settled(judged, facts)))


def _twice(values: Sequence[str | None]) -> set[str]:
    return {value for value, times in Counter(values).items() if value is not None and times > 1}


def _parsed(raw: RawRow) -> RowVerdict:
    said = {key: (text(raw.cells.get(key)) or "")[:40] for key in ("number", "name")}
    try:
        return RowVerdict(raw.line, said["number"], said["name"], Outcome.UNCHANGED, row=parse(raw))
    except RowProblem as wrong:
        return RowVerdict(raw.line, said["number"], said["name"], Outcome.ERROR, problem=wrong.problem)


def _wrong(verdict: RowVerdict, code: str, **facts: Any) -> RowVerdict:
    return replace(verdict, outcome=Outcome.ERROR, row=None, changes=(), new_unit=None, problem=Problem(code, facts))


def _judged(verdict: RowVerdict, row: Row, facts: Known, repeated: set[str]) -> RowVerdict:
    """What is wrong with the row by itself, else what it changes."""
    view = facts.persons.get(row.number)
    code = _fault(row, view, facts, repeated) or _account_fault(row, view, facts, repeated)
    if code is not None:
        return _wrong(verdict, code)
    units = facts.units_named(row.department)
    if len(units) > 1:
        return _wrong(verdict, "department_ambiguous", department=row.department)
    new_unit = None if units else row.department
    if view is None or _rehired(row, view, facts):
        person = view.id if view else None
        return replace(verdict, outcome=Outcome.NEW, person=person, new_unit=new_unit, rehired=view is not None)
    changes = tuple(_changes(row, view, facts, units[0] if units else None))
    outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
    return replace(verdict, outcome=outcome, person=view.id, changes=changes, new_unit=new_unit)


def _fault(row: Row, view: PersonView | None, facts: Known, repeated: set[str]) -> str | None:
    if row.number in repeated:
        return "number_twice"
    if row.id_number is not None and row.id_number in repeated:
        return "id_number_twice"
    if row.id_number is not None:
        holder = facts.look_ups.get((Detail.ID_NUMBER, blind(Detail.ID_NUMBER, row.id_number)))
        if holder is not None and (view is None or holder != view.id):
            return "id_number_taken"
    if view is not None and _left(view, facts) and not _rehired(row, view, facts):
        return "has_left"
    if view is not None and row.first_work_on is None and view.first_work_on and view.first_work_on > row.hired_on:
        return "first_work_late"
    if view is None and not (row.city or facts.usual_city):
        return "city_missing"
    if view is None and not (row.legal_entity or facts.usual_entity):
        return "entity_missing"
    return None


def _account_fault(row: Row, view: PersonView | None, facts: Known, repeated: set[str]) -> str | None:
    for platform, account in row.accounts.items():
        if f"{platform}:{account}" in repeated:
            return f"{platform}_twice"
        holder = facts.takers.get((platform, account))
        if holder is not None and (view is None or holder != view.id):
            return f"{platform}_taken"
    if row.badge is not None:
        if f"badge:{row.badge}" in repeated:
            return "badge_twice"
        holder = facts.badges.get(badges.blind(row.badge))
        if holder is not None and (view is None or holder != view.id):
            return "badge_taken"
    return None


def _left(view: PersonView, facts: Known) -> bool:
    return view.left_on is not None and view.left_on < facts.today


def _rehired(row: Row, view: PersonView, facts: Known) -> bool:
    return _left(view, facts) and view.left_on is not None and row.hired_on > view.left_on


def _changes(row: Row, view: PersonView, facts: Known, unit: str | None) -> list[Change]:
    """What differs; an empty cell leaves a fact as it is."""
    post = facts.posts.get(view.id)
    pairs: list[tuple[str, str, str | None]] = [
        ("name", view.name, row.name),
        ("department", post.unit_name if post else "", None if post and post.unit_id == unit else row.department),
        ("title", post.title if post else "", row.title),
        ("manager", facts.number_of(post.manager) if post and post.manager else "", row.manager),
        ("worker_type", _type_name(view.worker_type) or "", _type_name(row.worker_type)),
        ("hired_on", view.hired_on.isoformat(), row.hired_on.isoformat()),
        ("first_work_on", str(view.first_work_on or ""), str(row.first_work_on) if row.first_work_on else None),
        ("city", view.city, row.city),
        ("legal_entity", view.legal_entity, row.legal_entity),
    ]
    pairs += [(platform, facts.accounts.get((view.id, platform), ""), said) for platform, said in row.accounts.items()]
    found = [Change(header_of(key), before, after) for key, before, after in pairs if after not in {None, before}]
    if row.badge is not None and facts.badges.get(badges.blind(row.badge)) != view.id:
        found.append(Change(header_of("badge"), "", badges.masked(row.badge)))
    return found + _detail_changes(row, view, facts) + _balance_changes(row, view, facts)


def _type_name(kind: WorkerType | None) -> str | None:
    names = vocabulary()["worker_types"].items()
    return next((name for name, code in names if code == kind), None) if kind else None


def _detail_changes(row: Row, view: PersonView, facts: Known) -> list[Change]:
    return [
        Change(header_of(detail.value), "", masked(detail, value))
        for detail, value in ((Detail.MOBILE, row.mobile), (Detail.ID_NUMBER, row.id_number))
        if value is not None and (view.id, detail, blind(detail, value)) not in facts.held
    ]


def _balance_changes(row: Row, view: PersonView, facts: Known) -> list[Change]:
    found = []
    for kind, days in row.balances.items():
        before = facts.openings.get((view.id, kind))
        if before != days:
            key = "annual" if kind == "annual" else "balances"
            name = (
                "" if kind == "annual" else next(n for n, code in vocabulary()["leave_kinds"].items() if code == kind)
            )
            shown = "" if before is None else f"{before.normalize():f}"
            found.append(Change(header_of(key), shown, f"{name} {days.normalize():f}".strip()))
    return found


def _settled(judged: list[RowVerdict], facts: Known) -> list[RowVerdict]:
    """Managers: unknown ones, ones whose own row is wrong, circles; until nothing more falls."""
    while True:
        rows = {one.number: one for one in judged if one.row is not None}
        bosses = bosses_of(judged, facts)
        after = [one if one.row is None else _with_boss(one, one.row, rows, bosses, facts) for one in judged]
        if after == judged:
            return judged
        judged = after


def _with_boss(
    verdict: RowVerdict, row: Row, rows: Mapping[str, RowVerdict], bosses: Mapping[str, str | None], facts: Known
) -> RowVerdict:
    if row.manager is not None:
        boss = facts.persons.get(row.manager)
        if boss is not None and _left(boss, facts) and row.manager not in rows:
            return _wrong(verdict, "manager_left", manager=row.manager)
        if boss is None and row.manager not in rows:
            return _wrong(verdict, "manager_unknown", manager=row.manager)
    here, steps = bosses.get(row.number), 0
    while here is not None and steps < 10 * MANAGERS_AT_MOST:
        if here == row.number:
            return _wrong(verdict, "manager_cycle", manager=row.manager or "")
        here, steps = bosses.get(here), steps + 1
    return verdict


def bosses_of(verdicts: Sequence[RowVerdict], facts: Known) -> dict[str, str | None]:
    """Who would report to whom, by employee number, if the rows that are not wrong were applied."""
    bosses = dict(facts.bosses)
    for verdict in verdicts:
        row = verdict.row
        if row is None:
            continue
        post = facts.posts.get(verdict.person) if verdict.person else None
        units = facts.units_named(row.department)
        unit = units[0] if units else facts.root
        if row.manager is not None:
            bosses[row.number] = row.manager
        elif post is not None and post.unit_id == unit and post.manager is not None:
            bosses[row.number] = facts.number_of(post.manager)
        else:
            head = chief(verdict.person or "", unit, facts.shape.parents, facts.shape.heads) if unit else None
            bosses[row.number] = facts.number_of(PersonId(head)) if head else None
    return bosses
