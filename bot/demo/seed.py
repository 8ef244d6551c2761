"""The demo company, whole: people and rosters, then leave with its history."""

from __future__ import annotations

from bot.demo import company, leave
from domain.kernel.tx import Tx


async def seed(tx: Tx) -> None:
    """Make the company in one transaction. Silent: what would have been told in the past is not told now."""
    await company.seed(tx)
    await leave.seed(tx)
