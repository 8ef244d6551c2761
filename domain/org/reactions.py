"""What the organisation does when people leave."""

from __future__ import annotations

from domain.kernel.events import Reactions
from domain.kernel.tx import Tx
from domain.org import service
from domain.people.events import Left

reactions = Reactions("org")


@reactions.on(Left)
async def vacate(tx: Tx, event: Left) -> None:
    """Posts, headships and roles end with the last day; twice changes nothing."""
    await service.end_all(tx, event.person, event.last_day)
