"""What is kept of broadcasts: the message, who gets it, in which batch, and what became of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.crypto import Encrypted
from domain.kernel.tables import Base


class Broadcast(Base):
    """One message to many. state: sending, cancelled (no batch is begun any more), done. Times are real time."""

    __tablename__ = "bot_broadcast"
    __table_args__ = (UniqueConstraint("subject"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(40))
    """What it is about, such as an announcement's id: one broadcast each."""
    document: Mapped[str] = mapped_column(Encrypted("bot_broadcast.document"))
    """The rendered card."""
    state: Mapped[str] = mapped_column(String(10))
    planned_seconds: Mapped[float]
    planned_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When its progress was last told."""
    people: Mapped[int]
    sent: Mapped[int]
    failed: Mapped[int]
    """Of `people`; what is neither waits, or was left when it was cancelled."""


class Batch(Base):
    """People of one platform who get it by one call.

    state: waiting; trying (asked of the platform, the answer not known: the same request again, or never); done.
    """

    __tablename__ = "bot_broadcast_batch"
    __table_args__ = (
        Index("ix_bot_broadcast_batch_open", "broadcast", "platform", postgresql_where=text("state <> 'done'")),
    )

    broadcast: Mapped[str] = mapped_column(ForeignKey("bot_broadcast.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    platform: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int]
    due_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    """When the request was first made whose answer is not known."""
    seconds: Mapped[float | None]
    """How long it took, with all that was kept of it: what the next plan goes by."""
    reason: Mapped[str | None] = mapped_column(String(200))


class BroadcastPerson(Base):
    """One receiver. state: waiting, sent, failed, left (not sent, because it was cancelled before)."""

    __tablename__ = "bot_broadcast_person"
    __table_args__ = (Index("ix_bot_broadcast_person_batch", "broadcast", "batch"),)

    broadcast: Mapped[str] = mapped_column(ForeignKey("bot_broadcast.id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(64))
    """As it was when the batches were made: a batch that is tried again is the very same request."""
    batch: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(40))
    """A code: why it failed."""
    seq: Mapped[int] = mapped_column(BigInteger)
    """Place in the whole, from 0."""
