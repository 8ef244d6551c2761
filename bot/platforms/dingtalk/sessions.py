"""Where answers may be posted without a call of the robot API: the sessionWebhook of a person's newest message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from bot.platforms.dingtalk.tables import Session
from bot.platforms.port import DIRECT, Update
from domain.kernel.tx import Tx

MARGIN = timedelta(seconds=5)
"""An address that ends sooner is not used any more."""
LONGEST = timedelta(days=1)
"""Whatever a message says; they live for 90 minutes."""
TIDIED = 20


@dataclass(frozen=True)
class Open:
    """An address that still takes answers. It is a right of its own: never logged."""

    conversation: str
    person: str
    url: str = field(repr=False)
    until: datetime


async def keep(tx: Tx, update: Update, now: datetime) -> None:
    """What this message brought, in place of what the sender's (or the group's) last one brought."""
    if update.reply_to is None:
        return
    url, seconds = update.reply_to
    until = datetime.fromtimestamp(min(seconds, (now + LONGEST).timestamp()), UTC)
    if until <= now + MARGIN:
        return
    person = update.sender if update.conversation == DIRECT else update.conversation
    row = insert(Session).values(conversation=update.conversation, person=person, url=url, until=until)
    newest = {"url": row.excluded.url, "until": row.excluded.until}
    await tx.session.execute(row.on_conflict_do_update(index_elements=["conversation", "person"], set_=newest))
    await _tidy(tx, now)


async def of(tx: Tx, conversation: str, person: str, now: datetime) -> Open | None:
    row = await tx.session.get(Session, (conversation, person), populate_existing=True)
    if row is None or row.until <= now + MARGIN:
        return None
    return Open(conversation, person, row.url, row.until)


async def forget(tx: Tx, refused: Open) -> None:
    """It does not work; a newer one stays."""
    await tx.session.execute(
        delete(Session).where(
            Session.conversation == refused.conversation,
            Session.person == refused.person,
            Session.until == refused.until,
        )
    )


async def _tidy(tx: Tx, now: datetime) -> None:
    """Nothing is kept beyond its end; rows that somebody holds are left to the next time."""
    ended = (
        select(Session.conversation, Session.person)
        .where(Session.until <= now)
        .limit(TIDIED)
        .with_for_update(skip_locked=True)
    )
    rows = (await tx.session.execute(ended)).all()
    if rows:
        keys = [(row.conversation, row.person) for row in rows]
        await tx.session.execute(delete(Session).where(tuple_(Session.conversation, Session.person).in_(keys)))
