"""Forgets what the web keeps for a while only."""

from __future__ import annotations

from datetime import datetime

from bot.web import login_states, sessions, tries
from domain.kernel.tx import Tx
from domain.people import service as people


async def tidy(tx: Tx, now: datetime) -> None:
    """Once an hour, in real time."""
    await sessions.prune(tx, now)
    await login_states.prune(tx, now)
    await tries.prune(tx, now)
    await people.prune_tries(tx, now)
