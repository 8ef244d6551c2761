"""The way out: cards are rendered in the transaction, kept as rows, and sent after the commit, in order per person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot import queue
from bot.errors import CardGone
from bot.platforms.port import DIRECT, held
from bot.tables import CardRow, OutboxRow
from bot.target_platform import platform_for
from cards.card import Card
from cards.render import Renderer
from cards.said import everything
from domain.kernel.events import Event, Reaction
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

BELL = "hrbot_held"
"""Rings when something waits that only the holder of a connection can send."""
_RING = text(f"select pg_notify('{BELL}', '')")


@dataclass(frozen=True)
class Place:
    """Where a message goes."""

    platform: str
    person: str
    conversation: str = DIRECT

    @property
    def recipient(self) -> str:
        return self.person if self.conversation == DIRECT else self.conversation

    @property
    def lock(self) -> str:
        return f"out:{self.platform}:{self.recipient}"


@dataclass(frozen=True)
class Outgoing:
    """One rendered card to enqueue. `key` makes it live; `inbox_id` names the update that it answers."""

    place: Place
    card: Card
    key: str | None = None
    file_id: str | None = None
    inbox_id: str | None = None
    answers: str | None = None
    """What of the receiver it answers: words, or a press by changing the pressed card; None for a notice."""

    @property
    def document(self) -> str:
        return json.dumps(self.card.to_json(), ensure_ascii=False)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.document.encode()).hexdigest()


@dataclass
class TransactionalOutbox:
    """Fulfils `domain.kernel.tx.Outbox` within one transaction."""

    renderer: Renderer
    reactions: Mapping[str, list[tuple[str, Reaction]]]
    messengers: tuple[str, ...]
    """Those that are connected, the default first."""
    real_now: datetime
    inbox_id: str | None = None
    answering: str = "words"
    """What the update was that this transaction answers: words or press."""
    pressed: str | None = None
    """The card that was pressed. Another one that answers the press is answered as words are: at the chat's end."""
    speaking: Place | None = None
    """Where the person is who is answered: what they are told meanwhile stands there as well."""
    shown: dict[tuple[Place, str, str], OutboxRow] = field(default_factory=dict)
    """Live cards of this transaction by place, key, digest."""

    async def notify(self, tx: Tx, to: PersonId, template: str, key: str | None, data: dict[str, Any]) -> None:
        place = self.speaking
        if place is None or place.person != to:
            place = Place(await platform_for(tx, to, self.messengers), to)
        out = Outgoing(place, self.renderer.card(template, data), key, inbox_id=self.inbox_id)
        if key is None or not await self._shown_already(tx, out):
            await self.enqueue(tx, out)

    async def emit(self, tx: Tx, event: Event) -> None:
        event_id, where = tx.new_id("ev"), queue.BULK if event.bulk else queue.CHAT
        await queue.defer(
            tx.session,
            [
                queue.Job(
                    where,
                    "react",
                    {"event_id": event_id, "event": event.code(), "data": event.to_json(), "reaction": name},
                    lock=f"ev:{event.subject}",
                )
                for name, _ in self.reactions.get(event.code(), ())
            ],
        )

    async def answer(
        self, tx: Tx, place: Place, card: Card, *, key: str | None = None, file_id: str | None = None
    ) -> None:
        """Answer the update of this transaction. What a notice of it has just said is not said again: it answers."""
        out = Outgoing(place, card, key, file_id, self.inbox_id, self.answering)
        said = self.shown.get((place, key, out.digest)) if key else None
        if said is None:
            await self.enqueue(tx, out)
        else:
            said.answers = self._answers(out, said.card_id)

    async def enqueue(self, tx: Tx, out: Outgoing) -> str | None:
        """Keep the card's state, put the message in the queue, wake its sender. The card's id, if it is a card."""
        row = await self._add(tx, out)
        if out.key:
            self.shown[out.place, out.key, out.digest] = row
            await self._close_elsewhere(tx, out)
        return row.card_id

    async def _add(self, tx: Tx, out: Outgoing) -> OutboxRow:
        card_id, updates = (None, False) if out.card.plain else await self._keep(tx, out)
        return await self._put(tx, out, card_id, updates=updates)

    async def _put(self, tx: Tx, out: Outgoing, card_id: str | None, *, updates: bool) -> OutboxRow:
        row = OutboxRow(
            id=tx.new_id("out"),
            platform=out.place.platform,
            recipient=out.place.recipient,
            conversation=out.place.conversation,
            template=out.card.template,
            card_id=card_id,
            updates=updates,
            document=out.document,
            file_id=out.file_id,
            inbox_id=out.inbox_id,
            answers=self._answers(out, card_id),
            state="waiting",
            created_at=self.real_now,
        )
        tx.session.add(row)
        await tx.session.flush()
        await wake(tx.session, out.place)
        return row

    async def repeat(self, tx: Tx, card: CardRow) -> None:
        """Bring the pressed message of a card that is over up to date, where it lies: a press may be what it takes."""
        newest = select(OutboxRow).where(OutboxRow.card_id == card.id).order_by(OutboxRow.seq.desc()).limit(1)
        last = await tx.session.scalar(newest)
        if last is None or card.open:
            return
        shown = replace(Card.from_json(json.loads(last.document)), quiet=True)
        out = Outgoing(Place(card.platform, card.person, card.conversation), shown, card.key, inbox_id=self.inbox_id)
        await self._put(tx, out, card.id, updates=True)

    def _answers(self, out: Outgoing, card_id: str | None) -> str | None:
        """Another card than the pressed one answers as words do: at the chat's end."""
        return "words" if out.answers == "press" and card_id != self.pressed else out.answers

    async def _close_elsewhere(self, tx: Tx, out: Outgoing) -> None:
        """A card is pressed in one place: on the platforms that the person used before it offers nothing any more.

        There it says how things stand, or, where they still move, that it is to be found here now.
        """
        if out.card.plain or out.place.conversation != DIRECT:
            return
        closed = out.card if not out.card.actions else self._moved(out)
        open_ones = select(CardRow.platform).where(
            CardRow.person == out.place.person,
            CardRow.conversation == DIRECT,
            CardRow.key == out.key,
            CardRow.platform != out.place.platform,
            CardRow.open,
        )
        # skipped: whoever holds one is changing it, and to wait could be to wait for each other
        for platform in await tx.session.scalars(open_ones.with_for_update(skip_locked=True)):
            there = Place(platform, out.place.person)
            await self._add(tx, Outgoing(there, replace(closed, quiet=True), out.key, inbox_id=out.inbox_id))

    def _moved(self, out: Outgoing) -> Card:
        return replace(
            self.renderer.card("bot.moved", {"title": out.card.title, "platform": out.place.platform}),
            state=out.card.state,
        )

    async def _shown_already(self, tx: Tx, out: Outgoing) -> bool:
        """Whether the person has this very card before them: the one who pressed was answered with it."""
        shown = await tx.session.scalar(
            select(CardRow.digest).where(
                CardRow.platform == out.place.platform,
                CardRow.conversation == out.place.conversation,
                CardRow.person == out.place.recipient,
                CardRow.key == out.key,
            )
        )
        return shown == out.digest

    async def _keep(self, tx: Tx, out: Outgoing) -> tuple[str, bool]:
        """Insert or update the card row; concurrent updates of one card wait for each other. (id, was there before)"""
        card_id = tx.new_id("cd")
        inputs = [asdict(item) for item in out.card.inputs]
        offered = {
            action.id: [action.do, action.value, *([True] if inputs and not action.bare else [])]
            for action in out.card.actions
        }
        values = {
            "template": out.card.template,
            "state": out.card.state,
            "open": bool(out.card.actions),
            "digest": out.digest,
            "labels": [[action.label, action.id] for action in out.card.actions],
            "inputs": json.dumps(inputs, ensure_ascii=False) if inputs else None,
            "updated_at": tx.now,
        }
        statement = insert(CardRow).values(
            id=card_id,
            platform=out.place.platform,
            conversation=out.place.conversation,
            person=out.place.recipient,
            key=out.key or card_id,
            offered=offered,
            version=1,
            **values,
        )
        kept = await tx.session.execute(
            statement.on_conflict_do_update(
                index_elements=["platform", "conversation", "person", "key"],
                set_={
                    **values,
                    "offered": CardRow.offered.op("||")(statement.excluded.offered),
                    "version": CardRow.version + 1,
                },
            ).returning(CardRow.id, CardRow.version)
        )
        row = kept.one()
        return row.id, row.version > 1


async def wake(session: AsyncSession | AsyncConnection, *places: Place) -> None:
    """Have what waits for these recipients sent, to each of them one at a time.

    By a job; where only the holder of a connection can speak, by that process: it looks itself, this is the bell.
    """
    jobs = [
        queue.Job(queue.SEND, "drain", {"platform": place.platform, "recipient": place.recipient}, lock=place.lock)
        for place in places
        if not held(place.recipient)
    ]
    await queue.defer(session, jobs)
    if len(jobs) < len(places):
        await session.execute(_RING)


def backoff(attempts: int, jitter: float) -> timedelta:
    """1, 2, 4 … at most 300 seconds, times 0.75…1.25 by `jitter` in 0…1."""
    return timedelta(seconds=min(300.0, 2.0 ** min(attempts, 9)) * (0.75 + jitter / 2))


def outage_backoff(age: timedelta, jitter: float) -> timedelta:
    """A quarter of the time that it has waited already, 1…300 seconds, times 0.75…1.25 by `jitter` in 0…1."""
    return timedelta(seconds=min(300.0, max(1.0, age.total_seconds() / 4)) * (0.75 + jitter / 2))


async def whole(tx: Tx, place: Place, shown: str) -> str:
    """All that a card or notice says, which a platform had to cut. As `latest`."""
    return everything(await latest(tx, place, shown))


async def latest(tx: Tx, place: Place, shown: str) -> Card:
    """A card or notice as it was last sent. `shown` is the card's or the message's id.

    Raises CardGone for anything that was not sent to this place.
    """
    row = await tx.session.scalar(
        select(OutboxRow)
        .where(
            or_(OutboxRow.card_id == shown, OutboxRow.id == shown),
            OutboxRow.platform == place.platform,
            OutboxRow.recipient == place.recipient,
        )
        .order_by(OutboxRow.seq.desc())
        .limit(1)
    )
    if row is None:
        raise CardGone
    return Card.from_json(json.loads(row.document))
