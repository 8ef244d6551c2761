"""What a newer version would mean for the cases that run on older ones. Looking changes nothing: a case keeps the
version it started with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from domain.approvals import definitions
from domain.approvals.definition import Definition, route
from domain.approvals.errors import FieldMissing
from domain.approvals.model import CaseRow
from domain.approvals.run import standing
from domain.approvals.state import LIVE, State
from domain.kernel.tx import Tx


@dataclass(frozen=True)
class Migration:
    """One running case. `missing`: nodes where it stands now that the newest version has not, or has as something
    else; `following`: the nodes it would still meet there; `lacking`: a field that its conditions ask for."""

    case_id: str
    code: str
    missing: tuple[str, ...]
    following: tuple[str, ...]
    lacking: str | None = None

    @property
    def fits(self) -> bool:
        return not self.missing and self.lacking is None


async def migrate_preview(tx: Tx, code: str) -> list[Migration]:
    """The live cases of a definition that run on an older version, oldest first. Raises DefinitionUnknown."""
    newest_id, newest = await definitions.in_force(tx, code)
    rows = await tx.session.scalars(
        select(CaseRow)
        .where(CaseRow.kind == newest.code, CaseRow.state.in_(LIVE), CaseRow.definition_id != newest_id)
        .order_by(CaseRow.id)
    )
    return [await _look(tx, row, newest) for row in list(rows)]


async def _look(tx: Tx, row: CaseRow, newest: Definition) -> Migration:
    run = await standing(tx, row)
    shown = row.subject_code or row.code
    here = [at.node for at in run.state.positions]
    missing = tuple(node for node in here if not _same(run.definition, newest, node))
    try:
        way = [node.id for node in route(newest, run.state.form)]
    except FieldMissing as lacking:
        return Migration(row.id, shown, missing, (), str(lacking.facts["field"]))
    return Migration(row.id, shown, missing, _following(run.state, way, here))


def _same(old: Definition, new: Definition, node: str) -> bool:
    return node in new.places and type(new.places[node].node) is type(old.places[node].node)


def _following(state: State, way: list[str], here: list[str]) -> tuple[str, ...]:
    passed = {one.node for one in state.passed} - set(here)
    return tuple(node for node in way if node not in passed)
