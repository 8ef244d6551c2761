"""Tables of the calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.tables import Base


class YearRow(Base):
    """One loaded notice. A corrected one is a further version; the last version of a year holds."""

    __tablename__ = "calendar_year"
    __table_args__ = (UniqueConstraint("year", "version"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    published: Mapped[bool] = mapped_column(Boolean)
    notice: Mapped[dict[str, Any]]
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str] = mapped_column(String(80))


class PatternRow(Base):
    """The company's working pattern from a day on."""

    __tablename__ = "calendar_pattern"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    effective_from: Mapped[date] = mapped_column(unique=True)
    pattern: Mapped[dict[str, Any]]
    decided_at: Mapped[datetime]


class Regime(Base):
    """From when on a person works published shifts, or the company's pattern again."""

    __tablename__ = "calendar_regime"
    __table_args__ = (UniqueConstraint("person", "valid_from"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    by_shifts: Mapped[bool]


class ShiftRow(Base):
    """A person's published day. A change replaces the row and keeps it; no spans is a rest day."""

    __tablename__ = "calendar_shift"
    __table_args__ = (
        Index("uq_calendar_shift_live", "person", "day", unique=True, postgresql_where=text("replaced_at is null")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    shift: Mapped[str | None] = mapped_column(String(40))
    spans: Mapped[list[Any]]
    published_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Absence(Base):
    """A span in which a person is away, written by whoever granted it; `source` is that row's id."""

    __tablename__ = "calendar_absence"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_calendar_absence_person", "person", "starts_at", "ends_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(60), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
