"""The adapter's own tables: cards on people's phones, addresses for answers, and what the month has used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.crypto import Encrypted
from domain.kernel.tables import Base


class Copy(Base):
    """A message that carried a card. Sent anew, it is the next generation."""

    __tablename__ = "dingtalk_copy"

    task: Mapped[str] = mapped_column(String(128), primary_key=True)
    """DingTalk's outTrackId, `<card id>@<generation>`: unique for the app, for ever."""
    card_id: Mapped[str] = mapped_column(String(40), index=True)
    generation: Mapped[int]
    live: Mapped[bool]
    """Lies on a phone and shows the card; False once a newer one took its place, or when it never arrived."""


class Session(Base):
    """Where answers to somebody's newest message may be posted without a token (sessionWebhook), until then."""

    __tablename__ = "dingtalk_session"

    conversation: Mapped[str] = mapped_column(String(128), primary_key=True)
    person: Mapped[str] = mapped_column(String(128), primary_key=True)
    """The sender in a direct chat; in a group the conversation once more."""
    url: Mapped[str] = mapped_column(Encrypted("dingtalk_session.url"))
    until: Mapped[datetime]


class Usage(Base):
    """What a month (of Asia/Shanghai, `2026-03`) has used of the organisation's quotas, by all processes."""

    __tablename__ = "dingtalk_usage"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    pushes: Mapped[int] = mapped_column(BigInteger)
