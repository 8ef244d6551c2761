"""Tables of the organisation. Every fact is dated; both ends are inclusive, no end is open."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnClause, ForeignKey, String, literal_column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import SchemaItem

from domain.kernel.crypto import Encrypted
from domain.kernel.tables import Base


def _period() -> ColumnClause[object]:
    return literal_column("daterange(valid_from, valid_to, '[]')")


def _dated(table: str, *same: str, where: str = "voided_at is null") -> tuple[SchemaItem, ...]:
    """No two live rows with the same columns at the same time."""
    equal = [(column, "=") for column in same]
    return (
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="order"),
        ExcludeConstraint(*equal, (_period(), "&&"), name=f"ex_{table}_once", using="gist", where=text(where)),
    )


class Unit(Base):
    """A department or a part of one; its name and parent are dated, its id stays."""

    __tablename__ = "org_unit"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    created_at: Mapped[datetime]


class UnitTerm(Base):
    """Name and parent of a unit from one day to another."""

    __tablename__ = "org_unit_term"
    __table_args__ = _dated("org_unit_term", "unit")

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("org_unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    parent: Mapped[str | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    voided_at: Mapped[datetime | None]


class Head(Base):
    """Who leads a unit; at most one at a time, nobody while vacant."""

    __tablename__ = "org_head"
    __table_args__ = _dated("org_head", "unit")

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("org_unit.id"), index=True)
    person: Mapped[str] = mapped_column(String(40), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    voided_at: Mapped[datetime | None]


class Position(Base):
    """A kind of post (岗位) that people hold in units."""

    __tablename__ = "org_position"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str] = mapped_column(String(80), unique=True)


class Assignment(Base):
    """A person in a position of a unit. One main post at a time, any number beside it."""

    __tablename__ = "org_assignment"
    __table_args__ = _dated("org_assignment", "person", where="main and voided_at is null")

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(40), index=True)
    unit: Mapped[str] = mapped_column(ForeignKey("org_unit.id"), index=True)
    position: Mapped[str] = mapped_column(ForeignKey("org_position.id"))
    manager: Mapped[str | None] = mapped_column(String(40), index=True)
    main: Mapped[bool]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    voided_at: Mapped[datetime | None]


class RoleGrant(Base):
    """A role held from one day to another."""

    __tablename__ = "org_role"
    __table_args__ = _dated("org_role", "person", "role")

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(40), index=True)
    role: Mapped[str] = mapped_column(String(24), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    voided_at: Mapped[datetime | None]


class Import(Base):
    """A roster that HR imports, named by the file's id: how far it is and what came of it."""

    __tablename__ = "org_import"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(40), index=True)
    state: Mapped[str] = mapped_column(String(12))
    total: Mapped[int]
    done: Mapped[int]
    new: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    units: Mapped[list[Any]]
    problems: Mapped[list[Any]]
    begun_at: Mapped[datetime]


class ImportPart(Base):
    """Rows of an import that are still to be done, in one transaction; deleted with it."""

    __tablename__ = "org_import_part"

    import_id: Mapped[str] = mapped_column(ForeignKey("org_import.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rows: Mapped[str] = mapped_column(Encrypted("org_import_part.rows"))
