"""Tables of leave. Ledger rows are never changed or deleted; a request's history is its ledger, bookings and audit."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, column, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.crypto import Encrypted
from domain.kernel.tables import Base, Scaled


class PolicyRow(Base):
    """One decision of the company, from a day on: `general`, `type:annual`, `account:comp_off`. Never overwritten."""

    __tablename__ = "leave_policy"

    subject: Mapped[str] = mapped_column(String(60), primary_key=True)
    effective_from: Mapped[date] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class AccountRow(Base):
    """The row that is locked before a person's balance is read for a decision."""

    __tablename__ = "leave_account"

    person: Mapped[str] = mapped_column(String(40), primary_key=True)
    account: Mapped[str] = mapped_column(String(40), primary_key=True)


class EntryRow(Base):
    """One immutable line of the ledger; a grant's `lot` is its own id. `key` makes every booking happen once."""

    __tablename__ = "leave_entry"
    __table_args__ = (Index("ix_leave_entry_person_account", "person", "account"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    person: Mapped[str] = mapped_column(String(40))
    account: Mapped[str] = mapped_column(String(40))
    lot: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[Decimal] = mapped_column(Scaled(2))
    day: Mapped[date]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    carry: Mapped[str | None] = mapped_column(String(10))
    request_id: Mapped[str | None] = mapped_column(String(40), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]]
    reason: Mapped[str | None] = mapped_column(Encrypted("leave_entry.reason"))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class RequestRow(Base):
    """One request. state: draft refused in_approval approved rejected withdrawn cancelled expired."""

    __tablename__ = "leave_request"
    __table_args__ = (
        Index(
            "uq_leave_request_draft",
            text("coalesce(filled_by, person)"),
            unique=True,
            postgresql_where=text("state = 'draft'"),
        ),
        Index("ix_leave_request_person_state", "person", "state"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    person: Mapped[str] = mapped_column(String(40))
    filled_by: Mapped[str | None] = mapped_column(String(40), index=True)
    """Who asked for it in the person's place; None for those who ask themselves. A draft is its asker's."""
    kind: Mapped[str] = mapped_column(String(20))
    top_up: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(10))
    amount: Mapped[Decimal] = mapped_column(Scaled(2))
    starts: Mapped[date]
    ends: Mapped[date]
    period: Mapped[dict[str, Any]]
    days: Mapped[list[Any]]
    given_back: Mapped[list[Any]] = mapped_column(default=list)
    provisional: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str | None] = mapped_column(Encrypted("leave_request.reason"))
    approval: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(40))
    decision_reason: Mapped[str | None] = mapped_column(Encrypted("leave_request.decision_reason"))
    proof_due: Mapped[date | None]
    proof_at: Mapped[datetime | None]


class BookingRow(Base):
    """A window that live leave (waiting or approved) occupies; the database refuses two of one person at once."""

    __tablename__ = "leave_booking"
    __table_args__ = (
        ExcludeConstraint(
            (column("person"), "="),
            (func.tstzrange(column("starts_at"), column("ends_at")), "&&"),
            where=text("live"),
            using="gist",
            name="ex_leave_booking_overlap",
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("leave_request.id"), index=True)
    person: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    live: Mapped[bool] = mapped_column(Boolean)


class CancellationRow(Base):
    """Leave given back after approval, whole or from a day on. state: draft in_approval done rejected dropped."""

    __tablename__ = "leave_cancellation"
    __table_args__ = (
        Index(
            "uq_leave_cancellation_open",
            "request_id",
            unique=True,
            postgresql_where=text("state in ('draft', 'in_approval')"),
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("leave_request.id"), index=True)
    person: Mapped[str] = mapped_column(String(40), index=True)
    state: Mapped[str] = mapped_column(String(20))
    days: Mapped[list[Any]]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class AdjustmentRow(Base):
    """A balance changed by HR. state: draft in_approval booked rejected dropped expired short."""

    __tablename__ = "leave_adjustment"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    person: Mapped[str] = mapped_column(String(40), index=True)
    account: Mapped[str] = mapped_column(String(40))
    amount: Mapped[Decimal] = mapped_column(Scaled(2))
    reason: Mapped[str] = mapped_column(Encrypted("leave_adjustment.reason"))
    state: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class CertificateRow(Base):
    """A paper that proves a request. Only the person, HR and the leave administrator may open the file."""

    __tablename__ = "leave_certificate"
    __table_args__ = (UniqueConstraint("request_id", "file_id"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("leave_request.id"), index=True)
    person: Mapped[str] = mapped_column(String(40), index=True)
    file_id: Mapped[str] = mapped_column(String(80), index=True)
    name: Mapped[str] = mapped_column(Encrypted("leave_certificate.name"))
    media_type: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class SettlementRow(Base):
    """What of a past year's statutory days is left and what became of it. state: open carried waived listed."""

    __tablename__ = "leave_settlement"

    person: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(40), unique=True)
    amount: Mapped[Decimal] = mapped_column(Scaled(2))
    state: Mapped[str] = mapped_column(String(20))
    due: Mapped[date]
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))
