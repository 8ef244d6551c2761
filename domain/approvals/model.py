"""Tables of approvals. The action log is the truth; case and task rows are its projection, kept for reading."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.tables import Base

IN_WORK = "state in ('running', 'returned')"


class DefinitionRow(Base):
    """One published version; never changed afterwards, a case keeps the one it started with."""

    __tablename__ = "approvals_definition"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(60), index=True)
    version: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]


class PolicyRow(Base):
    """What the company decided about urging, from a day on."""

    __tablename__ = "approvals_policy"

    effective_from: Mapped[date] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]


class CaseRow(Base):
    """One request on its way. `version` counts actions; the row is locked for every change."""

    __tablename__ = "approvals_case"
    __table_args__ = (
        Index("uq_approvals_case_live_subject", "subject_id", unique=True, postgresql_where=text(IN_WORK)),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    definition_id: Mapped[str] = mapped_column(ForeignKey("approvals_definition.id"))
    definition: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(60))
    applicant: Mapped[str] = mapped_column(String(40), index=True)
    subject_id: Mapped[str] = mapped_column(String(40), index=True)
    subject_code: Mapped[str | None] = mapped_column(String(20), index=True)
    label: Mapped[str] = mapped_column(String(200))
    form: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer, default=0)
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(String(500))
    parent: Mapped[str | None] = mapped_column(ForeignKey("approvals_case.id"), index=True)
    """The case that opened this one at its node `parent_node`, on its `parent_visit`-th entry."""
    parent_node: Mapped[str | None] = mapped_column(String(60))
    parent_visit: Mapped[int | None] = mapped_column(Integer)
    reverses: Mapped[str | None] = mapped_column(ForeignKey("approvals_case.id"), index=True)


class ActionRow(Base):
    """One logged action; append-only."""

    __tablename__ = "approvals_action"

    case_id: Mapped[str] = mapped_column(ForeignKey("approvals_case.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class TaskRow(Base):
    """One person's turn."""

    __tablename__ = "approvals_task"
    __table_args__ = (
        Index(
            "uq_approvals_task_open", "case_id", "node", "holder", unique=True, postgresql_where=text("turn = 'open'")
        ),
        Index("ix_approvals_task_waiting", "holder", postgresql_where=text("turn = 'open'")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("approvals_case.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    node: Mapped[str] = mapped_column(String(60))
    holder: Mapped[str] = mapped_column(String(40))
    turn: Mapped[str] = mapped_column(String(20))
    note: Mapped[dict[str, Any] | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(40))
    comment: Mapped[str | None] = mapped_column(String(500))
    urged: Mapped[int] = mapped_column(Integer, default=0)
    urged_at: Mapped[datetime | None]
    role: Mapped[str] = mapped_column(String(10), server_default="vote", default="vote")


class CopyRow(Base):
    """Whoever may read a case because it was copied to them."""

    __tablename__ = "approvals_copy"

    case_id: Mapped[str] = mapped_column(ForeignKey("approvals_case.id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)
    at: Mapped[datetime]


class TimerRow(Base):
    """What the clock does to a case when it is due. `task` None: the node's own clock (延迟)."""

    __tablename__ = "approvals_timer"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("approvals_case.id"), index=True)
    node: Mapped[str] = mapped_column(String(60))
    visit: Mapped[int] = mapped_column(Integer)
    task: Mapped[str | None] = mapped_column(ForeignKey("approvals_task.id"), index=True)
    action: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime] = mapped_column(index=True)


class EffectRow(Base):
    """One effect of a case, once for its node. state: due done failed undone."""

    __tablename__ = "approvals_effect"

    case_id: Mapped[str] = mapped_column(ForeignKey("approvals_case.id"), primary_key=True)
    node: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]


class ProxyRow(Base):
    """Who decides for whom, from one instant to a later one."""

    __tablename__ = "approvals_proxy"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="order"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(40), index=True)
    proxy: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    scope: Mapped[str | None] = mapped_column(String(60))
    ended_at: Mapped[datetime | None]


class GroupRow(Base):
    """A member of a 用户组."""

    __tablename__ = "approvals_group"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    person: Mapped[str] = mapped_column(String(40), primary_key=True)
