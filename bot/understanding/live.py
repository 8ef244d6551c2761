"""Understanding with the people of today: reloaded when somebody joins, leaves or is renamed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.database import Database
from bot.understanding.types import RosterEntry, Understood
from bot.understanding.understander import Understander
from domain.kernel.tx import Outbox
from domain.org import queries as org
from domain.people import queries as people


@dataclass
class LiveUnderstanding:
    """The current understander; `refresh` replaces it when the roster changed."""

    database: Database
    outbox: Callable[[], Outbox]
    roster: tuple[RosterEntry, ...] = ()
    current: Understander = field(default_factory=lambda: Understander.load(()))

    def understand(self, text: str, now: datetime, pending: Mapping[str, Any] | None = None) -> Understood:
        return self.current.understand(text, now, pending)

    async def refresh(self) -> None:
        """Read the roster again."""
        async with self.database.transaction(self.outbox(), "system") as tx:
            found = []
            for person in await people.active(tx, tx.today):
                post = await org.main_assignment(tx, person.id, tx.today)
                department = post.unit_name if post else None
                found.append(RosterEntry(person.id, person.name, person.pinyin, person.english_name, department))
        roster = tuple(found)
        if roster != self.roster:
            self.roster, self.current = roster, Understander.load(roster)
