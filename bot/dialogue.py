"""The state of a conversation: the pending form or question, and the open cards whose labels can be typed.

A person's direct chats on all platforms are one conversation; a group is a conversation of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from bot.outbox import Place
from bot.platforms.port import DIRECT
from bot.tables import CardRow, DialogueRow
from domain.kernel.tx import Tx

PATIENCE = timedelta(minutes=30)
LATEST = 100


@dataclass(frozen=True)
class Dialogue:
    """What the conversation waits for. kind: form, question, choice or inputs."""

    kind: str
    intent: str
    aspect: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    asked: str | None = None
    card_key: str | None = None

    def pending(self) -> dict[str, Any]:
        """The shape that understanding reads (`context.pending` of the facts)."""
        kind = "form_confirm" if self.kind == "form" else "slot_question"
        shape: dict[str, Any] = {"type": kind, "intent": self.intent, "slots": dict(self.slots)}
        if self.asked:
            shape["asked"] = self.asked
        if self.aspect:
            shape["aspect"] = self.aspect
        return shape


async def load(tx: Tx, place: Place) -> Dialogue | None:
    """The dialogue of this conversation, unless it was left for too long."""
    row = await tx.session.get(DialogueRow, (place.person, place.conversation))
    if row is None or row.expires_at <= tx.now:
        return None
    return Dialogue(row.kind, row.intent, row.aspect, json.loads(row.slots), row.asked, row.card_key)


async def save(tx: Tx, place: Place, dialogue: Dialogue) -> None:
    values = {
        "kind": dialogue.kind,
        "intent": dialogue.intent,
        "aspect": dialogue.aspect,
        "slots": json.dumps(dict(dialogue.slots), ensure_ascii=False, default=str),
        "asked": dialogue.asked,
        "card_key": dialogue.card_key,
        "expires_at": tx.now + PATIENCE,
    }
    where = {"person": place.person, "conversation": place.conversation}
    statement = insert(DialogueRow).values(**where, **values, version=1)
    await tx.session.execute(
        statement.on_conflict_do_update(index_elements=list(where), set_={**values, "version": DialogueRow.version + 1})
    )


async def forget(tx: Tx, place: Place) -> None:
    await tx.session.execute(
        delete(DialogueRow).where(
            DialogueRow.person == place.person,
            DialogueRow.conversation == place.conversation,
        )
    )


async def moved(tx: Tx, row: CardRow, action: str) -> str | None:
    """The platform on which this card offers the action now, when another one does not any more."""
    if row.open or row.conversation != DIRECT:
        return None
    others = await tx.session.scalars(
        select(CardRow).where(
            CardRow.person == row.person, CardRow.conversation == DIRECT, CardRow.key == row.key, CardRow.open
        )
    )
    return next((other.platform for other in others if action in {now for _, now in other.labels}), None)


async def latest_cards(tx: Tx, place: Place) -> Sequence[CardRow]:
    """The cards of this conversation, newest first, those that offer nothing any more included.

    A person's direct chats are one conversation: their cards on every platform.
    """
    here = [CardRow.platform == place.platform] if place.conversation != DIRECT else []
    rows = await tx.session.scalars(
        select(CardRow)
        .where(CardRow.person == place.recipient, CardRow.conversation == place.conversation, *here)
        .order_by(CardRow.updated_at.desc(), CardRow.id.desc())
        .limit(LATEST)
    )
    return rows.all()
