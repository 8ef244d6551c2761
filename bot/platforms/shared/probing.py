"""What an operator's command asks a messenger once: quick, and outside of the budgets."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

PATIENCE = 5.0
"""Seconds for one question."""


def ahead(date: str | None, now: datetime) -> float | None:
    """By how many seconds our clock is ahead of a Date header; None when there is none that can be read."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return (now - theirs).total_seconds() if theirs.tzinfo else None
