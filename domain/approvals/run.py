"""Runs the pure step against the database: logs the action, books its effects, finds people, tells other contexts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import func, select

from domain.approvals import definitions, resolver
from domain.approvals.definition import Definition
from domain.approvals.errors import CaseUnknown, TaskUnknown
from domain.approvals.events import CaseDecided, CaseOutcome, TaskClosed, TaskOpened, TaskOutcome, TaskUrged
from domain.approvals.model import ActionRow, CaseRow, TaskRow
from domain.approvals.resolver import Question
from domain.approvals.state import (
    ACTION,
    Action,
    Effect,
    Ended,
    Entered,
    NeedPeople,
    Phase,
    Seat,
    State,
    Task,
    TaskEnded,
    TaskMade,
    TaskPressed,
    Turn,
)
from domain.approvals.step import replay, step
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

OUTCOMES: dict[Turn, TaskOutcome] = {
    Turn.AGREED: "agreed",
    Turn.REJECTED: "rejected",
    Turn.SKIPPED: "skipped",
    Turn.CANCELLED: "cancelled",
    Turn.MOVED: "cancelled",
}

CASE_OUTCOMES: dict[Phase, CaseOutcome] = {
    Phase.APPROVED: "approved",
    Phase.REJECTED: "rejected",
    Phase.WITHDRAWN: "withdrawn",
}


@dataclass
class Run:
    """One locked case: its row, its definition, its state so far."""

    case: CaseRow
    definition: Definition
    state: State


async def locked(tx: Tx, case_id: str) -> Run:
    """The case under its row lock; whoever else wants it waits until the transaction ends. Raises CaseUnknown."""
    case = await tx.session.scalar(
        select(CaseRow).where(CaseRow.id == case_id).with_for_update().execution_options(populate_existing=True)
    )
    if case is None:
        raise CaseUnknown(code=None)
    rows = await tx.session.scalars(select(ActionRow).where(ActionRow.case_id == case_id).order_by(ActionRow.seq))
    definition = await definitions.version(tx, case.definition_id)
    return Run(case, definition, replay(definition, [ACTION.validate_python(row.data) for row in rows]))


async def locked_by_task(tx: Tx, task_id: str) -> Run:
    """The case of a task, under its lock. Raises TaskUnknown."""
    case_id = await tx.session.scalar(select(TaskRow.case_id).where(TaskRow.id == task_id))
    if case_id is None:
        raise TaskUnknown()
    return await locked(tx, case_id)


async def perform(tx: Tx, run: Run, action: Action, actor: PersonId) -> None:
    """Take one action and all that follows by itself. Raises state.Denied, NobodyToAsk, FieldMissing."""
    waiting: list[tuple[Action, str]] = [(action, actor)]
    while waiting:
        taken, by = waiting.pop(0)
        run.state, effects = step(run.definition, run.state, taken)
        await _log(tx, run.case, taken, by)
        for effect in effects:
            if isinstance(effect, NeedPeople):
                seats = await seats_for(tx, run, effect.node)
                waiting.append((Entered(node=effect.node, seats=seats), "engine"))
            else:
                await _book(tx, run, effect)
        await tx.session.flush()


async def seats_for(tx: Tx, run: Run, node: str, barred: Iterable[PersonId] = ()) -> tuple[Seat, ...]:
    """The people of a node as of now, each with the id of the task that becomes theirs. Raises NobodyToAsk."""
    question = Question(
        run.definition.node(node),
        run.definition.settings,
        PersonId(run.case.applicant),
        resolver.concerned(run.case.form),
        frozenset(barred),
    )
    chosen = await resolver.resolve(tx, question)
    return tuple(Seat(tx.new_id("apt"), person, note) for person, note in chosen.items())


async def _log(tx: Tx, case: CaseRow, action: Action, actor: str) -> None:
    case.version += 1
    data = ACTION.dump_python(action, mode="json")
    row = ActionRow(case_id=case.id, seq=case.version, actor=actor, action=action.kind, at=tx.now, data=data)
    tx.session.add(row)
    await tx.audit(f"approvals.{action.kind}", case.id, actor=actor, seq=case.version)


async def _book(tx: Tx, run: Run, effect: Effect) -> None:
    case = run.case
    if isinstance(effect, TaskMade):
        await _open(tx, case, effect.task)
    elif isinstance(effect, TaskEnded):
        await _close(tx, case, effect)
    elif isinstance(effect, TaskPressed):
        row = await tx.session.get_one(TaskRow, effect.task.id)
        row.urged, row.urged_at = effect.task.urged, tx.now
        await tx.emit(
            TaskUrged(
                case_id=case.id,
                subject_id=case.subject_id,
                definition=case.definition,
                task_id=effect.task.id,
                holder=effect.task.holder,
                times=effect.task.urged,
            )
        )
    elif isinstance(effect, Ended):
        await _end(tx, case, effect)


async def _open(tx: Tx, case: CaseRow, task: Task) -> None:
    position = await tx.session.scalar(select(func.count()).where(TaskRow.case_id == case.id))
    is_open = task.turn is Turn.OPEN
    tx.session.add(
        TaskRow(
            id=task.id,
            case_id=case.id,
            position=int(position or 0) + 1,
            node=task.node,
            holder=task.holder,
            turn=task.turn.value,
            note=asdict(task.note) if task.note else None,
            opened_at=tx.now,
            closed_at=None if is_open else tx.now,
            closed_by=task.by,
            urged=task.urged,
        )
    )
    await tx.session.flush()
    if is_open:
        await tx.emit(
            TaskOpened(
                case_id=case.id,
                subject_id=case.subject_id,
                definition=case.definition,
                task_id=task.id,
                holder=task.holder,
                urged=task.urged,
            )
        )


async def _close(tx: Tx, case: CaseRow, effect: TaskEnded) -> None:
    task = effect.task
    row = await tx.session.get_one(TaskRow, task.id, populate_existing=True)
    row.turn, row.closed_at, row.closed_by, row.comment = task.turn.value, tx.now, task.by, effect.remark
    await tx.session.flush()  # before a new task of the same person at this node is inserted
    await tx.emit(
        TaskClosed(
            case_id=case.id,
            subject_id=case.subject_id,
            definition=case.definition,
            task_id=task.id,
            holder=task.holder,
            outcome=OUTCOMES[task.turn],
            by=task.by,
        )
    )


async def _end(tx: Tx, case: CaseRow, effect: Ended) -> None:
    case.state = effect.phase.value
    case.decided_at, case.decided_by, case.reason = tx.now, effect.by, effect.reason
    await tx.emit(
        CaseDecided(
            case_id=case.id,
            subject_id=case.subject_id,
            definition=case.definition,
            applicant=PersonId(case.applicant),
            outcome=CASE_OUTCOMES[effect.phase],
            by=effect.by,
            reason=effect.reason,
        )
    )
