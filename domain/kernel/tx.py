"""The unit of work: one update, one transaction. Only inbox, outbox and scheduler open one; a service never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.audit import record
from domain.kernel.clock import Clock, business_date
from domain.kernel.events import Event
from domain.kernel.ids import PersonId, new_id, short_code


class Outbox(Protocol):
    """Where notices and events wait, in the same transaction, for the commit. `bot/outbox.py` is the real one."""

    async def notify(self, tx: Tx, to: PersonId, template: str, key: str | None, data: dict[str, Any]) -> None: ...

    async def emit(self, tx: Tx, event: Event) -> None: ...


@dataclass(frozen=True)
class Tx:
    """Session, clock, ids, and what leaves with the commit: notices, events, audit rows."""

    session: AsyncSession
    clock: Clock
    outbox: Outbox
    principal: str = "system"
    """Who acts, for the audit: a person's id, `job:…` or `system`."""

    @property
    def now(self) -> datetime:
        """The instant of business time, aware UTC."""
        return self.clock.now()

    @property
    def today(self) -> date:
        """The business date in Asia/Shanghai."""
        return business_date(self.now)

    def new_id(self, prefix: str) -> str:
        return new_id(prefix, self.now)

    async def short_code(self, prefix: str) -> str:
        """The next code of this kind that people can say, such as `LV-7F3`."""
        number = await self.session.scalar(text("select nextval('short_code')"))
        return short_code(prefix, int(number or 0))

    async def notify(self, to: PersonId, template: str, *, key: str | None = None, **data: Any) -> None:
        """Send a card or notice after the commit. With `key` it is a live card: the same key updates the same card.

        The notice goes to the platform the person last used; `template` is `context.name` in `cards/`.
        """
        await self.outbox.notify(self, to, template, key, data)

    async def emit(self, event: Event) -> None:
        """Tell other contexts' reactions after the commit, each once."""
        await self.outbox.emit(self, event)

    async def audit(self, action: str, subject: str, **facts: Any) -> None:
        """Record who did what to what. Facts hold no pay and no personal data beyond ids."""
        await record(self.session, at=self.now, principal=self.principal, action=action, subject=subject, facts=facts)
