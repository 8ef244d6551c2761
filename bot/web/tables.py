"""Who is logged in on the web, and logins that are under way. Tokens are kept as hashes only; all times are real."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.tables import Base


class WebSession(Base):
    """A login that lasts. An ended one is deleted; the audit keeps that it was."""

    __tablename__ = "web_session"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    token: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of what the browser holds."""
    person: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    device: Mapped[str | None] = mapped_column(String(40))
    started_at: Mapped[datetime]
    idle_until: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]


class WebLogin(Base):
    """A login that a browser began with a messenger: worth one callback, in that browser."""

    __tablename__ = "web_login"

    state: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """SHA-256 of the `state` that the messenger hands back."""
    browser: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of the cookie of the browser that began."""
    platform: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(String(300))
    """The local path to go to afterwards."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


class WebTry(Base):
    """How often an address tried something in a quarter of an hour (of real time, since 1970)."""

    __tablename__ = "web_try"

    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    address: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    """Blind: it is compared, never read."""
    quarter: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tries: Mapped[int]


class WebKiosk(Base):
    """A shared device (一体机). Until it is registered it has a code, afterwards a token; a removed one has neither."""

    __tablename__ = "web_kiosk"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    code: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    """Blind index of the registration code: worth one registration."""
    code_until: Mapped[datetime | None]
    token: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of what its browser holds."""
    added_at: Mapped[datetime]
    registered_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When somebody last logged on."""
    removed_at: Mapped[datetime | None]
