"""Tables of announcements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.crypto import Encrypted
from domain.kernel.tables import Base


class Announcement(Base):
    """One announcement. state: draft, dropped, planned, sending, stopping, sent, stopped."""

    __tablename__ = "announcements_announcement"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    author: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(Encrypted("announcements_announcement.title"))
    body: Mapped[str] = mapped_column(Encrypted("announcements_announcement.body"))
    unit: Mapped[str | None] = mapped_column(String(40))
    """The unit that it is for, with all below it; null: everybody."""
    must_read: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10))
    made_at: Mapped[datetime]
    starts_at: Mapped[datetime | None]
    """Business time at which it is to go out; null: at once."""
    published_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]]
    """What was last told of its way: see `views.Progress`."""


class Receiver(Base):
    """Somebody it is for, as of the moment of sending."""

    __tablename__ = "announcements_receiver"
    __table_args__ = (Index("ix_announcements_receiver_person", "person", "announcement"),)

    announcement: Mapped[str] = mapped_column(ForeignKey("announcements_announcement.id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(40), primary_key=True)
    got_at: Mapped[datetime | None]
    """When a platform took it for them; null: not yet, or never."""
    read_at: Mapped[datetime | None]
    read_by: Mapped[str | None] = mapped_column(String(8))
    """How they said so: chat, or page."""
