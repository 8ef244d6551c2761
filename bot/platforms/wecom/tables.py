"""The adapter's own tables: cards on people's phones and how to change them, what a member got, shared limits."""

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


class WeComQuota(Base):
    """Calls of an API that were given out in a minute (of real time, since 1970), to all processes together."""

    __tablename__ = "wecom_quota"

    api: Mapped[str] = mapped_column(String(60), primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    used: Mapped[int]
    """May end above the limit by less than a lease; what lies above was not given out."""


class WeComPause(Base):
    """An API that nobody calls before an instant of real time, because WeCom said so."""

    __tablename__ = "wecom_pause"

    api: Mapped[str] = mapped_column(String(60), primary_key=True)
    until: Mapped[datetime]
