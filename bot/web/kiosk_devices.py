"""Shared devices (一体机): added by the operator, registered once with a code, known by a token, removed. Real time."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from bot.web.sessions import HOST_ONLY, LONGEST_TOKEN, hashed, new_token
from bot.web.tables import WebKiosk, WebSession
from domain.kernel.crypto import keyring
from domain.kernel.ids import new_id
from domain.kernel.tx import Tx
from domain.people.rules import LINK_SIGNS

COOKIE = "hrbot_kiosk"
CODE_LENGTH = 12
"""Of 30 signs: nobody finds a live one by trying, however many they send in ten minutes."""
CODE_LIFE = timedelta(minutes=10)
LONGEST_CODE = 60


@dataclass(frozen=True)
class Kiosk:
    """A device that was not removed."""

    id: str
    name: str
    registered_at: datetime | None
    seen_at: datetime | None


@dataclass(frozen=True)
class NewKiosk:
    """A device as it was added; nobody can read its code again later."""

    id: str
    code: str = field(repr=False)
    until: datetime


async def add(tx: Tx, name: str, now: datetime) -> NewKiosk:
    """A device that waits for its registration."""
    new = NewKiosk(new_id("ks", now), "".join(secrets.choice(LINK_SIGNS) for _ in range(CODE_LENGTH)), now + CODE_LIFE)
    tx.session.add(WebKiosk(id=new.id, name=name, code=_blind(new.code), code_until=new.until, added_at=now))
    await tx.session.flush()
    await tx.audit("kiosk.add", new.id)
    return new


async def register(tx: Tx, typed: str, now: datetime) -> str | None:
    """The token for the browser that typed a live code, which is used up; None for any other."""
    row = await tx.session.scalar(
        select(WebKiosk)
        .where(WebKiosk.code == _blind(code(typed)), WebKiosk.code_until > now, WebKiosk.removed_at.is_(None))
        .with_for_update()
    )
    if row is None:
        return None
    token = new_token()
    row.code = row.code_until = None
    row.token, row.registered_at = hashed(token), now
    await tx.session.flush()
    await tx.audit("kiosk.register", row.id)
    return token


async def find(tx: Tx, token: str) -> Kiosk | None:
    """The device whose browser holds this token."""
    if not token or len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    return _view(await tx.session.scalar(select(WebKiosk).where(WebKiosk.token == hashed(token))))


async def used(tx: Tx, device: str, now: datetime) -> bool:
    """Somebody logs on: whoever was logged on there before is not any more. False when it was removed meanwhile."""
    row = await tx.session.get(WebKiosk, device, with_for_update=True)
    if row is None or row.removed_at is not None:
        return False
    row.seen_at = now
    await _log_off(tx, device)
    return True


async def listed(tx: Tx) -> list[Kiosk]:
    """All that were not removed, as they were added."""
    rows = await tx.session.scalars(select(WebKiosk).where(WebKiosk.removed_at.is_(None)).order_by(WebKiosk.id))
    return _views(rows.all())


async def waits(tx: Tx, device: str, now: datetime) -> bool:
    """Whether its code may still be typed."""
    until = await tx.session.scalar(select(WebKiosk.code_until).where(WebKiosk.id == device))
    return until is not None and until > now


async def remove(tx: Tx, device: str, now: datetime) -> str | None:
    """Its token is worth nothing any more, whoever is logged on there is logged off. Its name; None for no device."""
    row = await tx.session.get(WebKiosk, device, with_for_update=True)
    if row is None or row.removed_at is not None:
        return None
    row.code = row.code_until = row.token = None
    row.removed_at = now
    await tx.session.flush()
    await _log_off(tx, device)
    await tx.audit("kiosk.remove", device)
    return row.name


def cookie_name(*, secure: bool) -> str:
    """Of the cookie that holds the token."""
    return HOST_ONLY + COOKIE if secure else COOKIE


def code(typed: str) -> str:
    """A registration code as it is compared, however it was typed."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", typed[:LONGEST_CODE]).upper())


def shown(plain: str) -> str:
    """ABCD-2345-WXYZ"""
    return "-".join(plain[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def _blind(plain: str) -> bytes:
    return keyring().blind(plain, "web_kiosk.code")


async def _log_off(tx: Tx, device: str) -> None:
    mine = delete(WebSession).where(WebSession.device == device)
    await tx.session.execute(mine.execution_options(synchronize_session=False))


def _views(rows: Sequence[WebKiosk]) -> list[Kiosk]:
    return [view for row in rows if (view := _view(row)) is not None]


def _view(row: WebKiosk | None) -> Kiosk | None:
    return Kiosk(row.id, row.name, row.registered_at, row.seen_at) if row is not None else None
