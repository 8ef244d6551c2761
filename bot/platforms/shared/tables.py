"""Limits that all processes share. The tables are named after the messenger that had them first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.tables import Base


class ApiQuota(Base):
    """Calls of an API that were given out in a minute (of real time, since 1970), to all processes together."""

    __tablename__ = "wecom_quota"

    api: Mapped[str] = mapped_column(String(60), primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    used: Mapped[int]
    """May end above the limit by less than a lease; what lies above was not given out."""


class ApiPause(Base):
    """An API that nobody calls before an instant of real time, because its messenger said so."""

    __tablename__ = "wecom_pause"

    api: Mapped[str] = mapped_column(String(60), primary_key=True)
    until: Mapped[datetime]
