"""Logins under way: a `state` is worth one callback of one messenger, in the browser that began, within ten minutes."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete

from bot.web.sessions import hashed
from bot.web.tables import WebLogin
from domain.kernel.tx import Tx

LIFE = timedelta(minutes=10)
HOME = "/h5/"
STATE = re.compile(r"[0-9a-f]{64}")
TARGET = re.compile(r"/(?:h5/|console(?![^/?#])|kiosk(?![^/?#]))[!-\[\]-~]*")
"""Printable ASCII without a backslash, which browsers read as a slash."""
LONGEST_TARGET = 300
NEVER = ("/h5/login", "/h5/logout")


def safe_target(wanted: str) -> str:
    """A page of ours to go to after the login: the wanted one, or home for anything that could lead elsewhere."""
    fits = len(wanted) <= LONGEST_TARGET and TARGET.fullmatch(wanted) is not None
    return wanted if fits and "//" not in wanted and not wanted.startswith(NEVER) else HOME


async def begin(tx: Tx, platform: str, target: str, browser: str, now: datetime) -> str:
    """A new state for this browser. WeCom wants letters and digits only, at most 128."""
    state = secrets.token_hex(32)
    row = WebLogin(
        state=hashed(state),
        browser=hashed(browser),
        platform=platform,
        target=safe_target(target),
        expires_at=now + LIFE,
    )
    tx.session.add(row)
    await tx.session.flush()
    return state


async def take(tx: Tx, platform: str, state: str, browser: str, now: datetime) -> str | None:
    """Where this login was on its way to; None for a state that is not this browser's, is old or was taken before.

    It is used up by whoever brings it: one that fell into other hands is worth nothing afterwards.
    """
    if not STATE.fullmatch(state) or not browser.isascii():
        return None
    used = delete(WebLogin).where(WebLogin.state == hashed(state)).returning(WebLogin)
    row = await tx.session.scalar(used.execution_options(synchronize_session=False))
    if row is None or (row.platform, row.browser) != (platform, hashed(browser)) or row.expires_at <= now:
        return None
    return row.target


async def prune(tx: Tx, now: datetime) -> None:
    old = delete(WebLogin).where(WebLogin.expires_at <= now)
    await tx.session.execute(old.execution_options(synchronize_session=False))
