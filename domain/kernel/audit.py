"""The audit trail: rows go in unchained with the change; one sealer chains committed rows by hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, String, Text, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.tables import Base

SEALER_LOCK = 7_304_001
GENESIS = bytes(32)


class AuditRow(Base):
    """One recorded action. The application never changes or deletes it; a trigger refuses both."""

    __tablename__ = "kernel_audit"
    __table_args__ = (Index("ix_kernel_audit_unsealed", "id", postgresql_where=text("position is null")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    principal: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    facts: Mapped[str] = mapped_column(Text)
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))


@dataclass(frozen=True)
class Fault:
    """What `verify` found: the row and what is wrong with it."""

    row: int
    what: str


async def record(
    session: AsyncSession, *, at: datetime, principal: str, action: str, subject: str, facts: dict[str, Any]
) -> None:
    """Insert one unchained row in the caller's transaction."""
    document = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)
    session.add(AuditRow(at=at, principal=principal, action=action, subject=subject, facts=document))


def chained(previous: bytes, row: AuditRow) -> bytes:
    """SHA-256 over the previous digest and the canonical form of the row."""
    body = json.dumps(
        [row.position, row.id, row.at.timestamp(), row.principal, row.action, row.subject, row.facts],
        ensure_ascii=False,
    )
    return hashlib.sha256(previous + body.encode()).digest()


async def seal(session: AsyncSession, limit: int = 5_000) -> int:
    """Chain committed rows in order of their ids; the number sealed. Nothing while another sealer works."""
    if not await session.scalar(select(text(f"pg_try_advisory_xact_lock({SEALER_LOCK})"))):
        return 0
    return await _chain(session, limit)


async def _chain(session: AsyncSession, limit: int = 5_000) -> int:
    head = (
        await session.execute(
            select(AuditRow.position, AuditRow.digest)
            .where(AuditRow.position.is_not(None))
            .order_by(AuditRow.position.desc())
            .limit(1)
        )
    ).one_or_none()
    position, digest = (head.position or 0, head.digest or GENESIS) if head else (0, GENESIS)
    waiting = await session.scalars(
        select(AuditRow).where(AuditRow.position.is_(None)).order_by(AuditRow.id).limit(limit).with_for_update()
    )
    sealed = 0
    for row in waiting:
        position += 1
        row.position = position
        row.digest = digest = chained(digest, row)
        sealed += 1
    return sealed


class Walk:
    """Walks the chain from its start, row by row, and keeps what is wrong."""

    def __init__(self) -> None:
        self.previous, self.length = GENESIS, 0
        self.faults: list[Fault] = []

    def step(self, row: AuditRow) -> None:
        """The next row by position: is one missing before it, does it still say what was sealed?"""
        self.length += 1
        if row.position != self.length:
            self.faults.append(Fault(row.id, f"position {row.position} where {self.length} was due: a row is missing"))
            self.length = row.position or self.length
        if chained(self.previous, row) != row.digest:
            self.faults.append(Fault(row.id, "the row differs from what was sealed"))
        self.previous = row.digest or GENESIS


async def verify(session: AsyncSession) -> tuple[int, list[Fault]]:
    """Seal first, once any other sealer is done, then check the whole chain; how many rows and what is wrong."""
    await session.execute(select(text(f"pg_advisory_xact_lock({SEALER_LOCK})")))
    while await _chain(session):
        await session.flush()
    walk = Walk()
    rows = select(AuditRow).where(AuditRow.position.is_not(None)).order_by(AuditRow.position)
    async for row in await session.stream_scalars(rows.execution_options(yield_per=1_000)):
        walk.step(row)
    return walk.length, walk.faults
