"""Runs the pure step against the database: logs the action, books its effects, finds people, tells other contexts."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from domain.approvals import children, definitions, resolver
from domain.approvals.booking import book
from domain.approvals.definition import Copy, Definition, named, parties
from domain.approvals.errors import CaseUnknown, TaskUnknown
from domain.approvals.model import ActionRow, CaseRow, TaskRow
from domain.approvals.naming import Question
from domain.approvals.state import (
    ACTION,
    Action,
    ChildAsked,
    Entered,
    NeedPeople,
    Seat,
    State,
)
from domain.approvals.step import replay, step
from domain.approvals.work import Run
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

__all__ = ["Run", "entered", "locked", "locked_by_task", "perform", "question", "seats_for", "standing"]


async def locked(tx: Tx, case_id: str) -> Run:
    """The case under its row lock; whoever else wants it waits until the transaction ends. Raises CaseUnknown."""
    case = await tx.session.scalar(
        select(CaseRow).where(CaseRow.id == case_id).with_for_update().execution_options(populate_existing=True)
    )
    if case is None:
        raise CaseUnknown(code=None)
    return await standing(tx, case)


async def standing(tx: Tx, case: CaseRow) -> Run:
    """How a case stands, from its log."""
    rows = await tx.session.scalars(select(ActionRow.data).where(ActionRow.case_id == case.id).order_by(ActionRow.seq))
    definition = await definitions.version(tx, case.definition_id)
    return Run(case, definition, replay(definition, [ACTION.validate_python(data) for data in rows]))


async def locked_by_task(tx: Tx, task_id: str) -> Run:
    """The case of a task, under its lock. Raises TaskUnknown."""
    case_id = await tx.session.scalar(select(TaskRow.case_id).where(TaskRow.id == task_id))
    if case_id is None:
        raise TaskUnknown()
    return await locked(tx, case_id)


async def perform(tx: Tx, run: Run, action: Action, actor: PersonId) -> None:
    """Take one action and all that follows by itself. Raises state.Denied, NobodyToAsk, FieldMissing."""
    waiting: list[tuple[Action | NeedPeople, str]] = [(action, actor)]
    while waiting:
        taken, by = waiting.pop(0)
        if isinstance(taken, NeedPeople):
            if taken.node not in run.state.awaiting:
                continue  # another arm has ended the case meanwhile
            taken = await entered(tx, run, taken.node)
        run.state, effects = step(run.definition, run.state, taken)
        await _log(tx, run.case, taken, by)
        for effect in effects:
            if isinstance(effect, NeedPeople):
                waiting.append((effect, "engine"))
            elif isinstance(effect, ChildAsked):
                await children.open_child(tx, run, effect)
            else:
                await book(tx, run, effect)
        await tx.session.flush()


def question(definition: Definition, state: State, node: str, barred: Iterable[PersonId] = ()) -> Question:
    """What the resolver is asked about a node, as the case stands."""
    asked = definition.places[node].node
    settings = definition.settings
    own_node = getattr(getattr(asked, "who", None), "kind", "") == "applicant"
    return Question(
        asked,  # type: ignore[arg-type]
        settings,
        state.applicant,
        named(definition, state.form),
        state.choices,
        frozenset() if own_node else parties(settings, state.applicant, state.form),
        frozenset(barred),
        definition.code,
    )


async def entered(tx: Tx, run: Run, node: str) -> Entered:
    """The people of a node as of now, each with the id of the task that becomes theirs. Raises NobodyToAsk."""
    asked = question(run.definition, run.state, node)
    if isinstance(asked.node, Copy):
        seats = tuple(Seat(person, person) for person in await resolver.readers(tx, asked))
        return Entered(node=node, seats=seats)
    found = await resolver.resolve(tx, asked)
    seats = tuple(
        Seat(tx.new_id("apt"), person, note, auto=person in found.auto) for person, note in found.chosen.items()
    )
    return Entered(node=node, seats=seats, empty=found.empty)


async def seats_for(tx: Tx, run: Run, node: str, barred: Iterable[PersonId] = ()) -> tuple[Seat, ...]:
    """Who takes over at a node from the barred. Raises NobodyToAsk."""
    found = await resolver.resolve(tx, question(run.definition, run.state, node, barred))
    return tuple(Seat(tx.new_id("apt"), person, note) for person, note in found.chosen.items())


async def _log(tx: Tx, case: CaseRow, action: Action, actor: str) -> None:
    case.version += 1
    data = ACTION.dump_python(action, mode="json")
    row = ActionRow(case_id=case.id, seq=case.version, actor=actor, action=action.kind, at=tx.now, data=data)
    tx.session.add(row)
    await tx.audit(f"approvals.{action.kind}", case.id, actor=actor, seq=case.version)
