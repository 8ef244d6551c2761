"""What people do with approvals: open, preview, agree, reject, withdraw, urge; and what the clock does.

Every change takes the case's row lock first, so two presses at once are two presses one after the other.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.approvals import definitions, queries, resolver, rules
from domain.approvals.definitions import load_company, publish
from domain.approvals.errors import (
    AlreadyOpen,
    CaseClosed,
    NotYourCase,
    UrgedTooSoon,
    UrgeQuietHours,
)
from domain.approvals.model import CaseRow, TaskRow
from domain.approvals.queries import CaseView, NoteView
from domain.approvals.refusals import refusal
from domain.approvals.resolver import Question
from domain.approvals.run import Run, locked, locked_by_task, perform, seats_for
from domain.approvals.state import (
    Action,
    Agreed,
    Denied,
    Entered,
    Moved,
    NeedPeople,
    Note,
    Phase,
    Rejected,
    Seat,
    Started,
    State,
    Turn,
    Urged,
    Withdrawn,
)
from domain.approvals.step import step
from domain.approvals.views import asked_as
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import queries as people

__all__ = [
    "StepPreview",
    "agree",
    "check_turn",
    "hand_over_departed",
    "load_company",
    "open_case",
    "preview",
    "publish",
    "reassign_departed",
    "reject",
    "remind_waiting",
    "urge",
    "withdraw",
]


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
    `form["concerned"]` a person (or several) whom it is about besides the applicant: they never decide it.

    Raises DefinitionUnknown, FieldMissing, NobodyToAsk, AlreadyOpen.
    """
    row_id, compiled = await definitions.in_force(tx, definition)
    plain = _plain(form)
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
        form=plain,
        state=Phase.RUNNING.value,
        version=0,
        opened_at=tx.now,
    )
    try:
        async with tx.session.begin_nested():
            tx.session.add(row)
    except IntegrityError:
        live = await queries.case_for(tx, subject)
        if live is None or not live.live:
            raise
        raise AlreadyOpen(code=live.shown_code, **live.spoken(applicant)) from None
    run = Run(row, compiled, State())
    await perform(tx, run, Started(applicant=applicant, form=plain), applicant)
    return await queries.case(tx, row.id)


async def preview(tx: Tx, definition: str, applicant: PersonId, form: dict[str, Any]) -> list[StepPreview]:
    """Who would be asked now, in order, if everybody agreed; nodes that pass by themselves are left out.

    Raises DefinitionUnknown, FieldMissing, NobodyToAsk.
    """
    _, compiled = await definitions.in_force(tx, definition)
    steps: list[StepPreview] = []
    state, effects = step(compiled, State(), Started(applicant=applicant, form=_plain(form)))
    while any(isinstance(effect, NeedPeople) for effect in effects):
        node = str(state.awaiting)
        chosen = await resolver.resolve(
            tx, Question(compiled.node(node), compiled.settings, applicant, resolver.concerned(form))
        )
        seats = tuple(Seat(f"{node}:{person}", person, note) for person, note in chosen.items())
        state, effects = step(compiled, state, Entered(node=node, seats=seats))
        asked = state.open_tasks()
        if asked:
            note = asked[0].note
            names = await people.names(
                tx, [*(task.holder for task in asked), *([note.who] if note and note.who else [])]
            )
            seen = queries.note_view(asdict(note), names) if note else NoteView("", None)
            holders = tuple((task.holder, names.get(task.holder, task.holder)) for task in asked)
            steps.append(StepPreview(node, node, holders, seen.code or None, seen.name))
        for task in asked:
            if state.node == node:
                state, effects = step(compiled, state, Agreed(task=task.id, actor=task.holder))
    return steps


async def agree(tx: Tx, actor: PersonId, task_id: str, comment: str | None = None) -> CaseView:
    """The holder agrees. Raises TaskUnknown, NotYourTask, TaskMoved, AlreadyAgreed, AlreadyRejected, CaseClosed."""
    run = await locked_by_task(tx, task_id)
    return await _act(tx, run, Agreed(task=task_id, actor=actor, comment=comment and comment.strip()[:500]), actor)


async def reject(tx: Tx, actor: PersonId, task_id: str, reason: str) -> CaseView:
    """The holder rejects, with a reason. Raises as `agree`, and ReasonMissing."""
    run = await locked_by_task(tx, task_id)
    return await _act(tx, run, Rejected(task=task_id, actor=actor, reason=reason.strip()[:500]), actor)


async def check_turn(tx: Tx, actor: PersonId, task_id: str) -> None:
    """Whether this person could decide this task now; asked before a reason is asked for. Raises as `agree`."""
    run = await locked_by_task(tx, task_id)
    try:
        step(run.definition, run.state, Agreed(task=task_id, actor=actor))
    except Denied as denied:
        raise await refusal(tx, run, denied, actor) from None


async def withdraw(tx: Tx, actor: PersonId, case_id: str) -> CaseView:
    """The applicant takes it back before the end. Raises CaseUnknown, NotYourCase, CaseClosed, WithdrawTooLate."""
    return await _act(tx, await locked(tx, case_id), Withdrawn(actor=actor), actor)


async def urge(tx: Tx, actor: PersonId, case_id: str) -> list[PersonId]:
    """Remind the holders; who they are. From the policy's n-th time on their leaders hear of it too.

    Raises CaseUnknown, NotYourCase, CaseClosed, UrgeQuietHours, UrgedTooSoon.
    """
    run = await locked(tx, case_id)
    case = run.case
    if actor != case.applicant and "hr" not in await org.roles(tx, actor, tx.today):
        raise NotYourCase()
    called = (await queries.case(tx, case_id)).spoken(actor)
    if run.state.phase is not Phase.RUNNING:
        raise CaseClosed(state=case.state, **called)
    policy = await definitions.policy(tx, tx.today)
    if rules.is_quiet(policy, tx.now):
        raise UrgeQuietHours(quiet_from=policy.quiet_from, quiet_to=policy.quiet_to, **called)
    again_at = rules.urge_again_at(policy, await _last_urge(tx, case.id), tx.now)
    if again_at is not None:
        hours = Decimal(policy.urge_every.total_seconds()) / 3600
        raise UrgedTooSoon(again_at=again_at, hours=hours, **called)
    await perform(tx, run, Urged(actor=actor), actor)
    for task in run.state.open_tasks():
        await _tell_of_urge(tx, case, task.id, escalate=task.urged >= policy.escalate_at)
    return [task.holder for task in run.state.open_tasks()]


async def remind_waiting(tx: Tx, day: date) -> int:
    """One notice to everybody for whom something waits since before `day`; how many people. For the daily job."""
    holders = await tx.session.scalars(select(TaskRow.holder).where(TaskRow.turn == Turn.OPEN.value).distinct())
    reminded = 0
    for holder in sorted(holders):
        tasks = await queries.waiting(tx, PersonId(holder))
        old = [task for task in tasks if rules.opened_before(task.opened_at, day)]
        if old:
            await tx.notify(PersonId(holder), "approvals.reminder", tasks=[_row(task) for task in old])
            reminded += 1
    return reminded


async def reassign_departed(tx: Tx, person: PersonId) -> int:
    """Whoever left decides nothing any more: each open task goes to the next by fallback; how many went."""
    held = await tx.session.scalars(
        select(TaskRow.id).where(TaskRow.holder == person, TaskRow.turn == Turn.OPEN.value).order_by(TaskRow.id)
    )
    moved = 0
    for task_id in list(held):
        run = await locked_by_task(tx, task_id)
        task = run.state.task(task_id)
        if task is not None and task.turn is Turn.OPEN:  # decided while we waited for the lock
            found = await seats_for(tx, run, task.node, barred={person})
            seats = tuple(replace(seat, note=seat.note or Note("left", who=person)) for seat in found)
            await perform(tx, run, Moved(task=task_id, seats=seats), PersonId(tx.principal))
            moved += 1
    return moved


async def hand_over_departed(tx: Tx) -> int:
    """Tasks of everybody who left meanwhile go on, for the daily job; how many went."""
    holders = await tx.session.scalars(select(TaskRow.holder).where(TaskRow.turn == Turn.OPEN.value).distinct())
    waited_for = {PersonId(holder) for holder in holders}
    gone = waited_for - await people.employed(tx, waited_for, tx.today)
    return sum([await reassign_departed(tx, person) for person in sorted(gone)])


async def _act(tx: Tx, run: Run, action: Action, actor: PersonId) -> CaseView:
    try:
        await perform(tx, run, action, actor)
    except Denied as denied:
        raise await refusal(tx, run, denied, actor) from None
    return await queries.case(tx, run.case.id)


async def _last_urge(tx: Tx, case_id: str) -> datetime | None:
    found: datetime | None = await tx.session.scalar(
        select(TaskRow.urged_at)
        .where(TaskRow.case_id == case_id, TaskRow.urged_at.is_not(None))
        .order_by(TaskRow.urged_at.desc())
        .limit(1)
    )
    return found


async def _tell_of_urge(tx: Tx, case: CaseRow, task_id: str, *, escalate: bool) -> None:
    task = await queries.task(tx, task_id)
    await tx.notify(task.holder, "approvals.urged", task=_row(task))
    leaders = await org.manager_line(tx, task.holder, tx.today) if escalate else []
    if leaders and leaders[0] != case.applicant:
        await tx.notify(leaders[0], "approvals.urged_leader", task=_row(task))


def _row(task: queries.TaskView) -> dict[str, Any]:
    """What a notice says of a task: plain values, for it waits in the outbox."""
    return {
        "id": task.id,
        "code": task.case.shown_code,
        "label": task.case.label,
        "applicant": task.case.applicant_name,
        "holder": task.holder_name,
        "waited": task.waited,
        "urged": task.urged,
    }


def _plain(form: dict[str, Any]) -> dict[str, Any]:
    """The form as JSON keeps it exactly: decimals and dates as text."""
    return {
        key: value if isinstance(value, (str, int, bool, list, dict)) or value is None else str(value)
        for key, value in form.items()
    }
