"""Changes of the messengers' directories: stored once, told to the domain as events.

Not through the inbox: nobody wrote, and an update of a person `sys` would be answered. The row that makes a repeat
known and the jobs of the event's reactions commit together, before the platform is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from bot.database import Database
from bot.outbox import TransactionalOutbox
from bot.platforms.dingtalk import events as dingtalk
from bot.platforms.wecom.events import ContactChanged
from bot.tables import ContactEvent
from domain.kernel.events import Event
from domain.kernel.tx import Tx
from domain.people import service as people
from domain.people.events import AccountGone, AccountRenamed
from domain.people.rules import Messenger

LEFT = frozenset({"user_leave_org"})
"""Of DingTalk's events: its user ids never change, and who joins is found by their number."""
KEPT = timedelta(days=7)
"""So long a change is known again; platforms repeat theirs for a minute, an operator's replay may take days."""


@dataclass(frozen=True)
class Contacts:
    """Takes what the ways in report. Methods return True for a new event, False for a known one, or raise."""

    database: Database
    outbox: Callable[[], TransactionalOutbox]
    real_now: Callable[[], datetime]

    async def wecom(self, change: ContactChanged, message_id: str) -> bool:
        return await self._store(Messenger.WECOM, message_id, of_wecom(change))

    async def dingtalk(self, event: dingtalk.Event) -> bool:
        gone = [AccountGone(platform=Messenger.DINGTALK, account=user.lower()) for user in event.users]
        return await self._store(Messenger.DINGTALK, event.message_id, gone)

    async def _store(self, platform: Messenger, message_id: str, events: Sequence[Event]) -> bool:
        async with self.database.transaction(self.outbox(), platform) as tx:
            row = insert(ContactEvent).values(platform=platform, message_id=message_id, at=self.real_now())
            new = await tx.session.scalar(row.on_conflict_do_nothing().returning(ContactEvent.message_id))
            if new is None:
                return False
            for event in events:
                await tx.emit(event)
        return True


def of_wecom(change: ContactChanged) -> list[Event]:
    """What is to be told of a change; nothing of most."""
    if change.user_id is None or not change.tells:
        return []
    if change.new_user_id is not None:
        return [AccountRenamed(platform=Messenger.WECOM, account=change.user_id, renamed=change.new_user_id)]
    return [AccountGone(platform=Messenger.WECOM, account=change.user_id)]


async def tidy(tx: Tx, now: datetime) -> None:
    """Once an hour: forget changes that nobody repeats any more, and yesterday's wrong codes. `now` is real time."""
    await tx.session.execute(delete(ContactEvent).where(ContactEvent.at < now - KEPT))
    await people.forget_tries(tx)
