"""Understanding with the people of today: their names are read again when somebody joins, leaves or is corrected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.database import Database
from bot.understanding.types import RosterEntry, Understood
from bot.understanding.understander import Understander
from domain.kernel.tx import Outbox, Tx
from domain.org import queries as org
from domain.people import queries as people


@dataclass
class LiveUnderstanding:
    """The trained understander with the current roster; `refresh` follows the roster's changes."""

    database: Database
    outbox: Callable[[], Outbox]
    current: Understander
    revision: str = ""

    def understand(self, text: str, now: datetime, pending: Mapping[str, Any] | None = None) -> Understood:
        return self.current.understand(text, now, pending)

    async def refresh(self) -> None:
        """Read the roster if it changed since the last time."""
        async with self.database.transaction(self.outbox(), "system") as tx:
            revision = f"{tx.today}/{await people.revision(tx)}"
            if revision != self.revision:
                self.current, self.revision = self.current.with_roster(await _roster(tx)), revision


async def _roster(tx: Tx) -> list[RosterEntry]:
    posts = await org.posts(tx, tx.today)
    found = []
    for person in await people.active(tx, tx.today):
        post = posts.get(person.id)
        department = post.unit_name if post else None
        found.append(RosterEntry(person.id, person.name, person.pinyin, person.english_name, department))
    return found
