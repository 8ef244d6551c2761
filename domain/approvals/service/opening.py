"""Starting a case, and who would be asked if it were started."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from domain.approvals import definitions, queries, resolver
from domain.approvals.definition import Copy, Definition
from domain.approvals.errors import AlreadyOpen
from domain.approvals.model import CaseRow
from domain.approvals.run import Run, perform, question
from domain.approvals.service.acting import plain
from domain.approvals.state import (
    UNDECIDED,
    Action,
    Agreed,
    ChildAsked,
    ChildEnded,
    ClockSet,
    Effect,
    Elapsed,
    Entered,
    Phase,
    Seat,
    Started,
    State,
    Task,
)
from domain.approvals.step import step
from domain.approvals.views import CaseView, NoteView, asked_as
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people


@dataclass(frozen=True)
class StepPreview:
    """One node that a form would go through now. `note` says why somebody else is asked (as NoteView.code), and
    `note_name` in whose place."""

    node_id: str
    node_name: str
    people: tuple[tuple[PersonId, str], ...]
    note: str | None = None
    note_name: str | None = None

    @property
    def asked_as(self) -> str:
        """A key of cards/approvals/_nodes.yaml: a stand-in is not called by the node's own name."""
        return asked_as(self.note)


async def open_case(
    tx: Tx, *, definition: str, applicant: PersonId, subject: str, form: dict[str, Any], label: str
) -> CaseView:
    """Start a case about the owner's row `subject`. `form["code"]` is the short code people know that row by;
    `form["concerned"]` a person (or several) whom it is about besides the applicant: they never decide it;
    `form["choices"]` whom the applicant chose, by node.

    Raises DefinitionUnknown, FieldMissing, NobodyToAsk, AlreadyOpen.
    """
    row_id, compiled = await definitions.in_force(tx, definition)
    row = CaseRow(
        id=tx.new_id("apc"),
        code=await tx.short_code("AP"),
        definition_id=row_id,
        definition=compiled.name,
        kind=compiled.code,
        applicant=applicant,
        subject_id=subject,
        subject_code=form.get("code"),
        label=label,
        form=plain(form),
        state=Phase.RUNNING.value,
        version=0,
        opened_at=tx.now,
    )
    return await begin(tx, row, compiled)


async def begin(tx: Tx, row: CaseRow, compiled: Definition) -> CaseView:
    """Store a new case and take its first steps. Raises as `open_case`."""
    applicant = PersonId(row.applicant)
    try:
        async with tx.session.begin_nested():
            tx.session.add(row)
    except IntegrityError:
        live = await queries.case_for(tx, row.subject_id)
        if live is None or not live.live:
            raise
        raise AlreadyOpen(code=live.shown_code, **live.spoken(applicant)) from None
    await perform(tx, Run(row, compiled, State()), _started(applicant, row.form), applicant)
    return await queries.case(tx, row.id)


def _started(applicant: PersonId, form: dict[str, Any]) -> Started:
    return Started(applicant=applicant, form=form, choices=form.get("choices") or {})


async def preview(tx: Tx, definition: str, applicant: PersonId, form: dict[str, Any]) -> list[StepPreview]:
    """Who would be asked now, in order, if everybody agreed; nodes that pass by themselves are left out.

    Raises DefinitionUnknown, FieldMissing, NobodyToAsk.
    """
    _, compiled = await definitions.in_force(tx, definition)
    steps: list[StepPreview] = []
    state, effects = step(compiled, State(), _started(applicant, plain(form)))
    while state.phase is Phase.RUNNING:
        action = await _next(tx, compiled, state, effects)
        if action is None:
            break
        asked_before = set(state.tasks)
        state, more = step(compiled, state, action)
        effects = [*effects, *more]
        new = [task for task in state.tasks if task.turn in UNDECIDED and task not in asked_before]
        if isinstance(action, Entered) and new:
            steps.append(await _shown(tx, action.node, new))
    return steps


async def _next(tx: Tx, compiled: Definition, state: State, effects: Iterable[Effect]) -> Action | None:
    """What would happen next: people are found, clocks run out, everybody agrees."""
    for node in state.awaiting:
        return await _would_enter(tx, compiled, state, node)
    waiting = {(at.node, at.visit) for at in state.positions}
    for effect in effects:
        if isinstance(effect, ClockSet) and (effect.node, effect.visit) in waiting:
            return Elapsed(node=effect.node, visit=effect.visit)
        if isinstance(effect, ChildAsked) and (effect.node, effect.visit) in waiting:
            return ChildEnded(node=effect.node, visit=effect.visit, outcome="approved")
    for task in state.open_tasks():
        return Agreed(task=task.id, actor=task.holder)
    return None


async def _would_enter(tx: Tx, compiled: Definition, state: State, node: str) -> Entered:
    asked = question(compiled, state, node)
    if isinstance(asked.node, Copy):
        return Entered(node=node, seats=())
    found = await resolver.resolve(tx, asked, draw=False)
    seats = tuple(
        Seat(f"{node}:{person}:{state.visits}", person, note, auto=person in found.auto)
        for person, note in found.chosen.items()
    )
    return Entered(node=node, seats=seats, empty=found.empty)


async def _shown(tx: Tx, node: str, asked: list[Task]) -> StepPreview:
    note = asked[0].note
    names = await people.names(tx, [*(task.holder for task in asked), *([note.who] if note and note.who else [])])
    seen = queries.note_view(asdict(note), names) if note else NoteView("", None)
    holders = tuple((task.holder, names.get(task.holder, task.holder)) for task in asked)
    return StepPreview(node, node, holders, seen.code or None, seen.name)
