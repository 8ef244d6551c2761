"""子流程: a case that another case opens, and whose end it may wait for."""

from __future__ import annotations

from domain.approvals import definitions
from domain.approvals import run as engine
from domain.approvals.errors import ChainTooLong
from domain.approvals.model import CaseRow
from domain.approvals.state import ChildAsked, Phase, Started, State
from domain.approvals.work import Run
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

DEEPEST = 5
"""Flows that open each other in a circle end here rather than never."""


async def open_child(tx: Tx, run: Run, asked: ChildAsked) -> None:
    """With the same applicant and form. Raises DefinitionUnknown, FieldMissing, NobodyToAsk, ChainTooLong."""
    await _check_depth(tx, run.case, asked)
    row_id, compiled = await definitions.in_force(tx, asked.code)
    case_id = tx.new_id("apc")
    parent = run.case
    row = CaseRow(
        id=case_id,
        code=await tx.short_code("AP"),
        definition_id=row_id,
        definition=compiled.name,
        kind=compiled.code,
        applicant=parent.applicant,
        subject_id=case_id,
        subject_code=None,
        label=parent.label,
        form=dict(run.state.form),
        state=Phase.RUNNING.value,
        version=0,
        opened_at=tx.now,
        parent=parent.id,
        parent_node=asked.node,
        parent_visit=asked.visit if asked.wait else None,
    )
    tx.session.add(row)
    await tx.session.flush()
    child = Run(row, compiled, State())
    started = Started(applicant=PersonId(parent.applicant), form=row.form)
    await engine.perform(tx, child, started, PersonId(parent.applicant))


async def _check_depth(tx: Tx, case: CaseRow, asked: ChildAsked) -> None:
    above = case
    for _ in range(DEEPEST):
        if above.parent is None:
            return
        above = await tx.session.get_one(CaseRow, above.parent)
    raise ChainTooLong(node=asked.node)
