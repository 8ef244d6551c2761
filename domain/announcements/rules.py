"""Decisions about announcements from plain values: pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

TITLE, BODY = 40, 4_000
"""Characters: a title fits on a card, a body on a page."""
CROWDED = timedelta(minutes=2)
"""WeCom asks not to send at the full and the half hour, when everybody does: so much later it is."""
MARK = re.compile(r"[。！？；!?;\n]")
PAUSE = re.compile(r"[,，、:：]")


def title_of(body: str) -> str:
    """The first sentence, else its first part, of at most `TITLE` characters."""
    first = MARK.split(body.strip(), maxsplit=1)[0].strip()
    if len(first) <= TITLE:
        return first
    part = PAUSE.split(first, maxsplit=1)[0].strip()
    return part if 0 < len(part) <= TITLE else first[: TITLE - 1].rstrip() + "…"


def may_announce(hr: bool, unit: str | None, led: Iterable[str]) -> bool:
    """HR to everybody; who leads units only to those. `led`: the led units and all below them."""
    return hr or (unit is not None and unit in set(led))


def uncrowded(at: datetime) -> datetime:
    """The same moment, or a little later when everybody sends."""
    return at + CROWDED - timedelta(minutes=at.minute % 30) if at.minute % 30 < 2 else at
