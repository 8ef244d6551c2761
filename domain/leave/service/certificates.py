"""Papers that prove leave: a photo sent alone finds its request; only the person and HR may open it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import NoOpenSickLeave, NotPermitted, RequestUnknown
from domain.leave.model import CertificateRow, RequestRow
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import acting, stored
from domain.leave.views import RequestView
from domain.org import queries as org

SEE = {"hr", "leave_admin"}
NEXT_PAGE = timedelta(minutes=30)
"""A further picture so soon after the first is its next page; later it is asked what it belongs to."""


@dataclass(frozen=True)
class Paper:
    """A stored file: its id in the file store, name, media type."""

    file_id: str
    name: str
    media_type: str


@dataclass(frozen=True)
class Wanting:
    """Requests that take papers, sick leave first, then the newest. `certain`: the first one is meant."""

    requests: tuple[RequestView, ...]
    certain: bool


async def wanting_papers(
    tx: Tx, person: PersonId, kind: LeaveKind | None = None, on: date | None = None
) -> Wanting | None:
    """What a picture may belong to, narrowed by what was said; None when nothing takes papers.

    Those that wait for a paper come before those that have one; one that got its first page a moment ago is meant too.
    """
    statement = select(RequestRow).where(
        or_(RequestRow.person == person, RequestRow.filled_by == person),
        RequestRow.proof_due.is_not(None),
        RequestRow.state.in_(("draft", "in_approval", "approved")),
    )
    if kind is not None:
        statement = statement.where(RequestRow.kind == kind.value)
    if on is not None:
        statement = statement.where(RequestRow.starts <= on, RequestRow.ends >= on)
    found = await tx.session.scalars(statement.order_by(RequestRow.created_at.desc(), RequestRow.starts.desc()))
    rows = [row for row in found if await acting.in_hand(tx, row, person)]
    rows.sort(key=lambda row: row.kind != LeaveKind.SICK.value)
    going_on = [row for row in rows if row.proof_at is not None and tx.now - row.proof_at <= NEXT_PAGE]
    waiting = [row for row in rows if row.proof_at is None]
    had = [row for row in rows if row.proof_at is not None and (row.proof_due or row.ends) >= tx.today]
    meant = waiting or going_on or had
    if not meant:
        return None
    certain = len(meant) == 1 and (meant is not had or kind is not None)
    return Wanting(tuple([(await stored.view(tx, row)).read_by(person) for row in meant]), certain)


async def attach_certificate(
    tx: Tx, person: PersonId, papers: list[Paper], request_id: str | None = None
) -> RequestView:
    """Keep papers with a request, else with the one that waits for them; a further page is added. HR hears of it.

    Whoever asked for it in the person's place may bring them too: they are the person's all the same.
    Raises NoOpenSickLeave, RequestUnknown, NotYourRequest.
    """
    if request_id is None:
        found = await wanting_papers(tx, person)
        if found is None:
            raise NoOpenSickLeave()
        request_id = found.requests[0].id
    row = await stored.locked(tx, request_id, person)
    known = await tx.session.scalars(select(CertificateRow.file_id).where(CertificateRow.request_id == row.id))
    there = set(known)
    new = [paper for paper in papers if paper.file_id not in there]
    for paper in new:
        tx.session.add(
            CertificateRow(
                id=tx.new_id("lp"),
                request_id=row.id,
                person=row.person,
                file_id=paper.file_id,
                name=paper.name,
                media_type=paper.media_type,
                at=tx.now,
            )
        )
    row.proof_at = tx.now
    await tx.session.flush()
    shown = await stored.view(tx, row)
    if new:
        await tx.audit("leave.certificate", row.id, files=len(new), by=person)
        for keeper in await _keepers(tx):
            if keeper != person:
                await tx.notify(keeper, "leave.certificate_came", request=shown, count=len(new))
    return shown.read_by(person)


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
