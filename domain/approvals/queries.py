"""Reads of approvals, as frozen views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select

from domain.approvals.errors import CaseUnknown, TaskUnknown
from domain.approvals.model import CaseRow, TaskRow
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people

LIVE_FIRST = (CaseRow.state != "running", CaseRow.id.desc())


@dataclass(frozen=True)
class CaseView:
    """One case. state: running approved rejected withdrawn. `definition` is its name, `kind` its code."""

    id: str
    code: str
    definition: str
    kind: str
    applicant: PersonId
    applicant_name: str
    subject_id: str
    subject_code: str | None
    label: str
    state: str
    version: int
    opened_at: datetime
    decided_at: datetime | None
    decided_by: PersonId | None
    reason: str | None

    @property
    def live(self) -> bool:
        return self.state == "running"

    @property
    def shown_code(self) -> str:
        """The code people know it by: the owner's (`LV-7F3`), else its own (`AP-…`)."""
        return self.subject_code or self.code


@dataclass(frozen=True)
class NoteView:
    """Why somebody else was asked. `code` is `why` or `why_by`; its words are in cards/approvals/notes.yaml."""

    code: str
    name: str | None


@dataclass(frozen=True)
class TaskView:
    """One person's turn. state: open agreed rejected skipped auto cancelled moved."""

    id: str
    case: CaseView
    node: str
    holder: PersonId
    holder_name: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: PersonId | None
    comment: str | None
    urged: int
    waited: int
    """Minutes that it waits or waited."""
    note: NoteView | None


@dataclass(frozen=True)
class ProgressStep:
    """One node that was reached. state: open agreed rejected cancelled auto."""

    node_name: str
    people: tuple[str, ...]
    state: str
    since: datetime
    decided_at: datetime | None
    decided_by: str | None
    comment: str | None
    waited: int
    notes: tuple[NoteView, ...]


@dataclass(frozen=True)
class ProgressView:
    """A case on its way, node by node, with real names."""

    case: CaseView
    code: str
    label: str
    state: str
    steps: tuple[ProgressStep, ...]


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
    """Whether a person may see how a case goes: its applicant and everybody it was put before."""
    if case.applicant == person:
        return True
    held = select(TaskRow.id).where(TaskRow.case_id == case.id, TaskRow.holder == person).limit(1)
    return await tx.session.scalar(held) is not None


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
    state = next((one for one in ("rejected", "open", "agreed", "auto") if one in states), "cancelled")
    deciding = next((turn for turn in reversed(turns) if turn.state == state), turns[-1])
    asked = [turn for turn in turns if turn.state != "moved" and (state != "open" or turn.state == "open")]
    return ProgressStep(
        node_name=node,
        people=tuple(turn.holder_name for turn in asked),
        state=state,
        since=min(turn.opened_at for turn in turns),
        decided_at=deciding.closed_at,
        decided_by=names.get(deciding.closed_by) if deciding.closed_by else None,
        comment=deciding.comment,
        waited=max(turn.waited for turn in turns),
        notes=tuple({turn.note: None for turn in turns if turn.note}),
    )


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
        kind=row.kind,
        applicant=applicant,
        applicant_name=names.get(applicant, row.applicant),
        subject_id=row.subject_id,
        subject_code=row.subject_code,
        label=row.label,
        state=row.state,
        version=row.version,
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        decided_by=PersonId(row.decided_by) if row.decided_by else None,
        reason=row.reason,
    )


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
    )


def note_view(note: dict[str, str | None], names: dict[PersonId, str]) -> NoteView:
    """A stored note with the name of the person who was meant."""
    who = note.get("who")
    code = f"{note['why']}_{note['by']}" if note.get("by") else str(note["why"])
    return NoteView(code=code, name=names.get(PersonId(who), who) if who else None)
