"""The adapter's own tables: cards on people's phones and how to change them, and what a member got."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.crypto import Encrypted
from domain.kernel.tables import Base


class Copy(Base):
    """A message that carried a card. A card that could not be changed in place was sent again: the next generation."""

    __tablename__ = "wecom_copy"

    task: Mapped[str] = mapped_column(String(128), primary_key=True)
    """WeCom's task id, `<card id>@<generation>`: unique for the app, for ever."""
    card_id: Mapped[str] = mapped_column(String(40), index=True)
    generation: Mapped[int]


class Code(Base):
    """A response code: worth one change of one message, for 72 hours."""

    __tablename__ = "wecom_code"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    task: Mapped[str] = mapped_column(String(128), index=True)
    code: Mapped[str] = mapped_column(Encrypted("wecom_code.code"))
    until: Mapped[datetime]
    used: Mapped[bool]


class Member(Base):
    """When messages of the last hour went to this member: WeCom drops what is beyond its limit without a word."""

    __tablename__ = "wecom_member"

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    sent: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))


class OpenUser(Base):
    """A sender whom the bot's connection called by a cipher. Without an account: nobody that our app may see."""

    __tablename__ = "wecom_open_user"

    cipher: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime]


class Group(Base):
    """A group chat that our app made for a unit."""

    __tablename__ = "wecom_group"

    chat: Mapped[str] = mapped_column(String(32), primary_key=True)
    """WeCom's chatid, chosen by us."""
    unit: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(50))
    owner: Mapped[str] = mapped_column(String(64))
    members: Mapped[list[str]] = mapped_column(ARRAY(String(64)))
    """Accounts, the owner's among them, as WeCom was last told."""
    made_at: Mapped[datetime]
    synced_at: Mapped[datetime]
