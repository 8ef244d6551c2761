"""Papers that prove leave: a photo sent alone finds its request; only the person and HR may open it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import NoOpenSickLeave, NotPermitted, RequestUnknown
from domain.leave.model import CertificateRow, RequestRow
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import stored
from domain.leave.views import RequestView
from domain.org import queries as org

SEE = {"hr", "leave_admin"}


@dataclass(frozen=True)
class Paper:
    """A stored file: its id in the file store, name, media type."""

    file_id: str
    name: str
    media_type: str


async def waiting_for_proof(tx: Tx, person: PersonId) -> str | None:
    """The request that waits for a paper: sick leave first, then the newest; None when none does."""
    rows = list(
        await tx.session.scalars(
            select(RequestRow)
            .where(
                RequestRow.person == person,
                RequestRow.proof_due.is_not(None),
                RequestRow.proof_at.is_(None),
                RequestRow.state.in_(("draft", "in_approval", "approved")),
            )
            .order_by(RequestRow.created_at.desc())
        )
    )
    rows.sort(key=lambda row: row.kind != LeaveKind.SICK.value)
    return rows[0].id if rows else None


async def attach_certificate(tx: Tx, person: PersonId, papers: list[Paper]) -> RequestView:
    """Keep papers with the request that waits for them; HR hears that they came. Raises NoOpenSickLeave."""
    request_id = await waiting_for_proof(tx, person)
    if request_id is None:
        raise NoOpenSickLeave()
    row = await stored.locked(tx, request_id, person)
    for paper in papers:
        tx.session.add(
            CertificateRow(
                id=tx.new_id("lp"),
                request_id=row.id,
                person=person,
                file_id=paper.file_id,
                name=paper.name,
                media_type=paper.media_type,
                at=tx.now,
            )
        )
    row.proof_at = tx.now
    await tx.session.flush()
    await tx.audit("leave.certificate", row.id, files=len(papers))
    shown = await stored.view(tx, row)
    for keeper in await _keepers(tx):
        if keeper != person:
            await tx.notify(keeper, "leave.certificate_came", request=shown, count=len(papers))
    return shown


async def open_certificate(tx: Tx, viewer: PersonId, code: str) -> list[Paper]:
    """The papers of a request, for its owner and HR; every look is recorded. Raises RequestUnknown, NotPermitted."""
    row = await tx.session.scalar(select(RequestRow).where(RequestRow.code == code.upper()))
    if row is None:
        raise RequestUnknown()
    if viewer != row.person and not await org.roles(tx, viewer, tx.today) & SEE:
        raise NotPermitted()
    papers = await tx.session.scalars(
        select(CertificateRow).where(CertificateRow.request_id == row.id).order_by(CertificateRow.at, CertificateRow.id)
    )
    await tx.audit("leave.certificate_opened", row.id, viewer=viewer)
    return [Paper(paper.file_id, paper.name, paper.media_type) for paper in papers]


async def _keepers(tx: Tx) -> list[PersonId]:
    return await org.holders(tx, "leave_admin", tx.today) or await org.holders(tx, "hr", tx.today)
