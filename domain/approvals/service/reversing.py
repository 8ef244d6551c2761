"""通过后撤销 by a case of its own, effects and what undoes them, and cases that wait for others."""

from __future__ import annotations

from sqlalchemy import select

from domain.approvals import definitions, queries
from domain.approvals.booking import ENGINE, of
from domain.approvals.effects import effects
from domain.approvals.errors import NotReversible, NotYourCase, ReasonMissing
from domain.approvals.events import CaseDecided, CaseReversed, EffectDue
from domain.approvals.model import CaseRow, EffectRow
from domain.approvals.run import locked, perform
from domain.approvals.service.acting import short
from domain.approvals.service.opening import begin
from domain.approvals.state import ChildEnded, Phase, Revoked, Stage, Terminated
from domain.approvals.views import CaseView
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org

ABANDONED = "parent"


async def reverse(tx: Tx, actor: PersonId, case_id: str, reason: str) -> CaseView:
    """Ask for an approved case to be undone: a new case, by the flow that its definition names (撤销流程: its own code,
    or a shorter one). A definition that names none is not reversible: its owner would not know what to undo.

    Raises CaseUnknown, NotYourCase, NotReversible, ReasonMissing, AlreadyOpen, whatever an effect's `may_undo` refuses,
    and what `open_case` raises.
    """
    run = await locked(tx, case_id)
    case = run.case
    if actor != case.applicant and "hr" not in await org.roles(tx, actor, tx.today):
        raise NotYourCase()
    shown = await queries.case(tx, case_id)
    flow = run.definition.settings.reverse
    if run.state.phase is not Phase.APPROVED or case.reverses is not None or flow is None:
        raise NotReversible(state=case.state, **shown.spoken(actor))
    if not reason.strip():
        raise ReasonMissing(**shown.spoken(actor))
    for row in await _effects(tx, case_id):
        check = effects[row.name].may_undo
        if check is not None:
            await check(tx, shown)
    row_id, compiled = await definitions.in_force(tx, flow)
    reversal = CaseRow(
        id=tx.new_id("apc"),
        code=await tx.short_code("AP"),
        definition_id=row_id,
        definition=compiled.name,
        kind=compiled.code,
        applicant=case.applicant,
        subject_id=case.id,
        subject_code=None,
        label=case.label,
        form={**case.form, "reverses": case.id, "reverse_reason": short(reason)},
        state=Phase.RUNNING.value,
        version=0,
        opened_at=tx.now,
        reverses=case.id,
    )
    return await begin(tx, reversal, compiled)


async def reverse_decided(tx: Tx, case_id: str) -> None:
    """A case is approved: if it was a reversal, what it reverses is undone, last effect first."""
    case = await tx.session.get_one(CaseRow, case_id)
    if case.reverses is None:
        return
    run = await locked(tx, case.reverses)
    if run.state.phase is not Phase.APPROVED:
        return
    by = PersonId(case.decided_by or case.applicant)
    await perform(tx, run, Revoked(actor=by, by_case=case.id), by)
    for row in reversed(await _effects(tx, run.case.id)):
        await tx.emit(EffectDue(node=row.node, effect=row.name, undo=True, **of(run.case)))
    await tx.emit(CaseReversed(applicant=PersonId(run.case.applicant), by=by, reversal=case.id, **of(run.case)))


async def run_effect(tx: Tx, case_id: str, node: str, *, undo: bool) -> None:
    """Do or undo one effect; the second time nothing happens. What it raises is the outbox's to try again."""
    row = await tx.session.get_one(EffectRow, (case_id, node), with_for_update=True)
    if undo and row.state in {"due", "failed"}:
        row.state, row.at = "undone", tx.now  # it was never done
        return
    if row.state != ("done" if undo else "due"):
        return
    effect = effects[row.name]
    await (effect.undo if undo else effect.do)(tx, await queries.case(tx, case_id))
    row.state, row.at = ("undone" if undo else "done"), tx.now
    await tx.audit(f"approvals.effect_{row.state}", case_id, node=node)


async def effect_failed(tx: Tx, case_id: str, node: str) -> None:
    """执行失败: it was given up; the people who administrate the flow hear of it."""
    row = await tx.session.get_one(EffectRow, (case_id, node), with_for_update=True)
    if row.state != "due":
        return
    row.state, row.at = "failed", tx.now
    case = await tx.session.get_one(CaseRow, case_id)
    definition = await definitions.version(tx, case.definition_id)
    for person in await org.holders(tx, definition.settings.administrators, tx.today):
        called = {"code": case.subject_code or case.code, "label": case.label}
        await tx.notify(person, "approvals.effect_failed", case=called, effect=row.name)


async def child_decided(tx: Tx, event: CaseDecided) -> None:
    """A case is over: whoever waits for it goes on."""
    case = await tx.session.get_one(CaseRow, event.case_id)
    if case.parent is None or case.parent_visit is None or case.parent_node is None:
        return
    run = await locked(tx, case.parent)
    here = (case.parent_node, case.parent_visit, Stage.CHILD)
    if run.state.phase is Phase.RUNNING and here in {(at.node, at.visit, at.stage) for at in run.state.positions}:
        done = ChildEnded(node=here[0], visit=here[1], outcome=event.outcome, reason=event.reason)
        await perform(tx, run, done, event.by or PersonId(tx.principal))


async def abandon_child(tx: Tx, case_id: str) -> None:
    """Nobody waits for this case any more."""
    run = await locked(tx, case_id)
    if run.state.phase in {Phase.RUNNING, Phase.RETURNED}:
        await perform(tx, run, Terminated(actor=ENGINE, reason=ABANDONED), ENGINE)


async def _effects(tx: Tx, case_id: str) -> list[EffectRow]:
    rows = select(EffectRow).where(EffectRow.case_id == case_id).order_by(EffectRow.at, EffectRow.node)
    return list(await tx.session.scalars(rows))
