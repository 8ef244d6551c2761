"""Reads of approvals, as frozen views."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, or_, select

from domain.approvals import definitions
from domain.approvals.definition import Settings
from domain.approvals.errors import CaseUnknown, TaskUnknown
from domain.approvals.model import CaseRow, CopyRow, TaskRow
from domain.approvals.state import LIVE
from domain.approvals.views import CaseView, NoteView, ProgressStep, ProgressView, TaskView, asked_as
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people

__all__ = [
    "CaseView",
    "NoteView",
    "ProgressStep",
    "ProgressView",
    "TaskView",
    "by_code",
    "case",
    "case_for",
    "mine",
    "note_view",
    "progress",
    "settings_of",
    "takes_part",
    "task",
    "tasks_of",
    "waiting",
]

SHOWN = ("open", "rejected", "agreed", "sent_back", "auto", "lapsed", "passed_over")
"""What a node's turns come to: the first of these that one of them is."""
LIVE_FIRST = (CaseRow.state.not_in(LIVE), CaseRow.id.desc())


async def case(tx: Tx, case_id: str) -> CaseView:
    """Raises CaseUnknown."""
    found = await _cases(tx, select(CaseRow).where(CaseRow.id == case_id))
    if not found:
        raise CaseUnknown(code=None)
    return found[0]


async def case_for(tx: Tx, subject_id: str) -> CaseView | None:
    """The live case about an owner's row, else the newest one."""
    found = await _cases(
        tx,
        select(CaseRow).where(CaseRow.subject_id == subject_id).order_by(*LIVE_FIRST).limit(1),
    )
    return found[0] if found else None


async def by_code(tx: Tx, code: str) -> CaseView:
    """The live, else the newest case of that code (its own or its subject's). Raises CaseUnknown."""
    wanted = code.strip().upper()
    found = await _cases(
        tx,
        select(CaseRow)
        .where(or_(CaseRow.code == wanted, CaseRow.subject_code == wanted))
        .order_by(*LIVE_FIRST)
        .limit(1),
    )
    if not found:
        raise CaseUnknown(code=wanted)
    return found[0]


async def mine(tx: Tx, applicant: PersonId, *, kind: str | None = None, limit: int = 5) -> list[CaseView]:
    """A person's own cases, live ones first, then the newest."""
    statement = select(CaseRow).where(CaseRow.applicant == applicant)
    if kind is not None:
        statement = statement.where(or_(CaseRow.kind == kind, CaseRow.kind.startswith(f"{kind}_", autoescape=True)))
    return await _cases(tx, statement.order_by(*LIVE_FIRST).limit(limit))


async def task(tx: Tx, task_id: str) -> TaskView:
    """Raises TaskUnknown."""
    found = await _tasks(tx, select(TaskRow).where(TaskRow.id == task_id))
    if not found:
        raise TaskUnknown()
    return found[0]


async def waiting(tx: Tx, person: PersonId) -> list[TaskView]:
    """What waits for a person, oldest first."""
    return await _tasks(
        tx,
        select(TaskRow).where(TaskRow.holder == person, TaskRow.turn == "open").order_by(TaskRow.opened_at, TaskRow.id),
    )


async def tasks_of(tx: Tx, case_id: str) -> list[TaskView]:
    """All turns of a case, in order."""
    return await _tasks(tx, select(TaskRow).where(TaskRow.case_id == case_id).order_by(TaskRow.position))


async def takes_part(tx: Tx, case: CaseView, person: PersonId) -> bool:
    """Whether a person may see how a case goes: its applicant and everybody it was put before
    or copied to."""
    if case.applicant == person:
        return True
    held = select(TaskRow.id).where(TaskRow.case_id == case.id, TaskRow.holder == person).limit(1)
    copied = select(CopyRow.person).where(CopyRow.case_id == case.id, CopyRow.person == person)
    return await tx.session.scalar(held) is not None or await tx.session.scalar(copied) is not None


async def settings_of(tx: Tx, cases: Collection[CaseView]) -> dict[str, Settings]:
    """By case id, the settings of the definition that each case started with."""
    versions = {one: await definitions.version(tx, one) for one in {case.definition_id for case in cases}}
    return {case.id: versions[case.definition_id].settings for case in cases}


async def progress(tx: Tx, case_id: str) -> ProgressView:
    """Raises CaseUnknown."""
    view = await case(tx, case_id)
    nodes: dict[str, list[TaskView]] = {}
    for turn in await tasks_of(tx, case_id):
        nodes.setdefault(turn.node, []).append(turn)
    names = await people.names(tx, [turn.closed_by for turns in nodes.values() for turn in turns if turn.closed_by])
    steps = tuple(_step(node, turns, names) for node, turns in nodes.items())
    return ProgressView(case=view, code=view.shown_code, label=view.label, state=view.state, steps=steps)


def _step(node: str, turns: list[TaskView], names: dict[PersonId, str]) -> ProgressStep:
    states = {turn.state for turn in turns}
    state = next((one for one in SHOWN if one in states), "cancelled")
    deciding = next((turn for turn in reversed(turns) if turn.state == state), turns[-1])
    asked = [
        turn
        for turn in turns
        if turn.state not in {"moved", "transferred"} and (state != "open" or turn.state == "open")
    ]
    return ProgressStep(
        node_name=node,
        people=tuple(turn.holder_name for turn in asked),
        state=state,
        since=min(turn.opened_at for turn in turns),
        decided_at=deciding.closed_at,
        decided_by=names.get(deciding.closed_by) if deciding.closed_by else None,
        comment=deciding.comment,
        waited=max(turn.waited for turn in turns),
        asked_as=_asked_as(asked),
        notes=tuple({turn.note: None for turn in turns if turn.note}),
    )


def _asked_as(turns: list[TaskView]) -> str:
    """One word for all of them, where it is the same."""
    kinds = {asked_as(turn.note.code if turn.note else None) for turn in turns}
    return kinds.pop() if len(kinds) == 1 else "plain"


async def _cases(tx: Tx, statement: Select[CaseRow]) -> list[CaseView]:
    rows = list(await tx.session.scalars(statement))
    names = await people.names(tx, [PersonId(row.applicant) for row in rows])
    return [_case_view(row, names) for row in rows]


def _case_view(row: CaseRow, names: dict[PersonId, str]) -> CaseView:
    applicant = PersonId(row.applicant)
    return CaseView(
        id=row.id,
        code=row.code,
        definition=row.definition,
        definition_id=row.definition_id,
        kind=row.kind,
        applicant=applicant,
        applicant_name=names.get(applicant, row.applicant),
        subject_id=row.subject_id,
        subject_code=row.subject_code,
        label=row.label,
        days=_days(row.form),
        state=row.state,
        version=row.version,
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        decided_by=PersonId(row.decided_by) if row.decided_by else None,
        reason=row.reason,
        reverses=row.reverses,
    )


def _days(form: dict[str, Any]) -> Decimal | None:
    said = form.get("days")
    return None if said is None else Decimal(str(said))


async def _tasks(tx: Tx, statement: Select[TaskRow]) -> list[TaskView]:
    rows = list(await tx.session.scalars(statement))
    found = await _cases(tx, select(CaseRow).where(CaseRow.id.in_({row.case_id for row in rows})))
    cases = {view.id: view for view in found}
    meant = [PersonId(row.note["who"]) for row in rows if row.note and row.note.get("who")]
    names = await people.names(tx, [*(PersonId(row.holder) for row in rows), *meant])
    return [_task_view(tx, row, cases[row.case_id], names) for row in rows]


def _task_view(tx: Tx, row: TaskRow, of: CaseView, names: dict[PersonId, str]) -> TaskView:
    holder = PersonId(row.holder)
    return TaskView(
        id=row.id,
        case=of,
        node=row.node,
        holder=holder,
        holder_name=names.get(holder, row.holder),
        state=row.turn,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=PersonId(row.closed_by) if row.closed_by else None,
        comment=row.comment,
        urged=row.urged,
        waited=int(((row.closed_at or tx.now) - row.opened_at).total_seconds()) // 60,
        note=note_view(row.note, names) if row.note else None,
        role=row.role,
    )


def note_view(note: dict[str, str | None], names: dict[PersonId, str]) -> NoteView:
    """A stored note with the name of the person who was meant."""
    who = note.get("who")
    code = f"{note['why']}_{note['by']}" if note.get("by") else str(note["why"])
    return NoteView(code=code, name=names.get(PersonId(who), who) if who else None)
