"""Tables of persons: identity, employments, dated terms, encrypted details."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ColumnClause, ForeignKey, Index, LargeBinary, String, literal_column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.crypto import Encrypted
from domain.kernel.tables import Base, Scaled


def period(first: str, last: str) -> ColumnClause[object]:
    """Both ends inclusive; no end is open."""
    return literal_column(f"daterange({first}, {last}, '[]')")


class Person(Base):
    """Somebody who works or worked here."""

    __tablename__ = "people_person"
    __table_args__ = (Index("ix_people_person_account", text("lower(number)")),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    pinyin: Mapped[str] = mapped_column(String(160), index=True)
    sort_key: Mapped[str] = mapped_column(String(240), index=True)
    english_name: Mapped[str | None] = mapped_column(String(80))
    first_work_on: Mapped[date | None]
    created_at: Mapped[datetime]


class Employment(Base):
    """From hire to last day, both inclusive; one at a time. A correction voids the row and adds another."""

    __tablename__ = "people_employment"
    __table_args__ = (
        CheckConstraint("left_on is null or left_on >= hired_on", name="order"),
        ExcludeConstraint(
            ("person", "="),
            (period("hired_on", "left_on"), "&&"),
            name="ex_people_employment_once",
            using="gist",
            where=text("voided_at is null"),
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people_person.id"), index=True)
    hired_on: Mapped[date]
    left_on: Mapped[date | None]
    voided_at: Mapped[datetime | None]


class Terms(Base):
    """What an employment's rules depend on, dated; a change closes one row and opens the next."""

    __tablename__ = "people_terms"
    __table_args__ = (
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="order"),
        ExcludeConstraint(
            ("person", "="),
            (period("valid_from", "valid_to"), "&&"),
            name="ex_people_terms_once",
            using="gist",
            where=text("voided_at is null"),
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people_person.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    worker_type: Mapped[str] = mapped_column(String(24))
    legal_entity: Mapped[str] = mapped_column(String(120))
    city: Mapped[str] = mapped_column(String(40))
    voided_at: Mapped[datetime | None]


class DetailRow(Base):
    """One personal fact. A new value is a new row; the old one keeps the instant of its replacement."""

    __tablename__ = "people_detail"
    __table_args__ = (
        Index("uq_people_detail_live", "person", "detail", unique=True, postgresql_where=text("replaced_at is null")),
        Index("ix_people_detail_lookup", "detail", "blind", postgresql_where=text("replaced_at is null")),
        Index(
            "uq_people_detail_id_number",
            "blind",
            unique=True,
            postgresql_where=text("replaced_at is null and detail = 'id_number'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people_person.id"), index=True)
    detail: Mapped[str] = mapped_column(String(24))
    value: Mapped[str] = mapped_column(Encrypted("people_detail.value"))
    blind: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    recorded_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Opening(Base):
    """A leave balance brought along from before hrbot. A corrected value is a new row for the same `as_of`."""

    __tablename__ = "people_opening"
    __table_args__ = (
        Index("uq_people_opening_live", "person", "kind", unique=True, postgresql_where=text("replaced_at is null")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people_person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    days: Mapped[Decimal] = mapped_column(Scaled(2))
    as_of: Mapped[date]
    recorded_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Account(Base):
    """Who somebody is on a messenger. One account a person and platform, one person an account; ended ones stay."""

    __tablename__ = "people_account"
    __table_args__ = (
        Index("uq_people_account_live", "platform", "account", unique=True, postgresql_where=text("ended_at is null")),
        Index("uq_people_account_person", "platform", "person", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(64))
    """The platform's own id of the person, in lower case."""
    person: Mapped[str] = mapped_column(ForeignKey("people_person.id"), index=True)
    linked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class NoticeWish(Base):
    """Where a person asked to have their notices: wecom, dingtalk or console. Without a row they follow the person."""

    __tablename__ = "people_notice_wish"

    person: Mapped[str] = mapped_column(ForeignKey("people_person.id"), primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]


class LinkCode(Base):
    """A one-time code by which a person links an account of theirs. One live code a person; only its hash is kept."""

    __tablename__ = "people_link_code"
    __table_args__ = (
        Index("uq_people_link_code_person", "person", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people_person.id"), index=True)
    code: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    """Its blind index: without the installation's key it cannot be tried out."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was used, or a newer one took its place."""


class LinkTry(Base):
    """How many codes an account tried on a day. Nothing is left of it once one was right."""

    __tablename__ = "people_link_try"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    tries: Mapped[int]


class Badge(Base):
    """A badge (工牌) by which somebody is known at shared devices. One live one a person; ended ones stay."""

    __tablename__ = "people_badge"
    __table_args__ = (
        Index("uq_people_badge_live", "blind", unique=True, postgresql_where=text("ended_at is null")),
        Index("uq_people_badge_person", "person", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people_person.id"), index=True)
    number: Mapped[str] = mapped_column(Encrypted("people_badge.number"))
    blind: Mapped[bytes] = mapped_column(LargeBinary(16))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Pin(Base):
    """The PIN by which somebody logs on at shared devices. A new one replaces it: hashes are no history."""

    __tablename__ = "people_pin"

    person: Mapped[str] = mapped_column(ForeignKey("people_person.id"), primary_key=True)
    sealed: Mapped[str] = mapped_column(String(200))
    """Scheme, cost, salt and hash."""
    starting: Mapped[bool]
    """Given out by HR: good for choosing an own one, and nothing else."""
    set_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """Of a starting PIN."""


class PinTry(Base):
    """Wrong PINs. kind: `person` (their id, or the blind index of what nobody is called) or `device`; real time."""

    __tablename__ = "people_pin_try"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    wrong: Mapped[int]
    """Since the last right one; at a device since `since`."""
    since: Mapped[datetime]
    last_at: Mapped[datetime]


class LeaverLink(Base):
    """A link by which somebody who leaves fetches their papers, once. Without a token it is a draft of HR's.

    One live one a person. All times but `made_at` are real; token, code and browser are kept as hashes only.
    """

    __tablename__ = "people_leaver_link"
    __table_args__ = (
        Index(
            "uq_people_leaver_link_live",
            "person",
            unique=True,
            postgresql_where=text("token is not null and ended_at is null"),
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people_person.id"), index=True)
    last_day: Mapped[date]
    """Of the employment it is about: with another last day, or a new employment, it is good for nothing."""
    made_by: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime]
    token: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    code: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    """Where no ID number is on file: the blind index of what HR tells the person by phone."""
    expires_at: Mapped[datetime | None]
    browser: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    opened_at: Mapped[datetime | None]
    wrong: Mapped[int]
    passed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(12))
    """dropped, replaced, or tries: too many wrong answers."""
