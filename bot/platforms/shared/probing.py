"""What an operator's command asks once, a messenger or our own server: quick, and outside of the budgets."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

PATIENCE = 5.0
"""Seconds for one question."""
OTHER = 0
"""In the place of an HTTP status: something answered, but not as hrbot does."""
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what is listened on, not to


def ahead(date: str | None, now: datetime) -> float | None:
    """By how many seconds our clock is ahead of a Date header; None when there is none that can be read."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return (now - theirs).total_seconds() if theirs.tzinfo else None


def local(host: str, port: int) -> str:
    """Where a server that listens there is asked on this machine: `http://127.0.0.1:8080`."""
    return f"http://{EVERYWHERE.get(host, host)}:{port}"
