"""What approvals do about other contexts' events."""

from __future__ import annotations

from domain.approvals import service
from domain.kernel.events import Reactions
from domain.kernel.tx import Tx
from domain.people.events import Left

reactions = Reactions("approvals")


@reactions.on(Left)
async def hand_over(tx: Tx, event: Left) -> None:
    """What waits for somebody who is gone goes on at once; a last day that lies ahead is the daily job's."""
    if event.last_day < tx.today:
        await service.reassign_departed(tx, event.person)
