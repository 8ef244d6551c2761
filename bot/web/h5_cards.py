"""A person's own cards as pages show them, and what became of a press: read from what was sent."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select

from bot.errors import CardGone
from bot.outbox import Place, latest
from bot.platforms.port import DIRECT, ON_THE_WAY
from bot.tables import CardRow, InboxRow, OutboxRow
from cards.card import Card, Input
from cards.said import bare, everything, labelled, spoken, told
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

MOST_OPEN = 30
LONGEST_INPUT = 1000
DAY, CLOCK = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"\d{2}:\d{2}")


@dataclass(frozen=True)
class OwnCard:
    """A card in its person's direct chat, as it stands now."""

    id: str
    version: int
    platform: str
    open: bool
    card: Card

    @property
    def prose(self) -> list[str]:
        """Lines of the card's words that its parts do not say anyway."""
        fields = [labelled(field) for field in self.card.fields]
        shown = bare("\n".join([self.card.title, self.card.subtitle or "", *fields, self.card.body or ""]))
        return [line for line in spoken(self.card).splitlines() if not told(line.replace(self.card.title, " "), shown)]

    def offers(self, action: str) -> bool:
        return self.open and any(offered.id == action for offered in self.card.actions)

    def problems(self, action: str, inputs: dict[str, str]) -> dict[str, str]:
        """What is wrong with what was filled in, by input: missing, long, wrong."""
        needed = not any(offered.id == action and offered.bare for offered in self.card.actions)
        found = {item.id: _problem(item, inputs.get(item.id, ""), needed=needed) for item in self.card.inputs}
        return {id: problem for id, problem in found.items() if problem}


@dataclass(frozen=True)
class Said:
    """One answer to a press: a card of its own, or words."""

    words: str
    card_id: str | None
    title: str


@dataclass(frozen=True)
class Outcome:
    """What became of a press: waiting, done, dead (with the reference for the operators) or refused (too many wait)."""

    state: str
    reference: str | None
    said: tuple[Said, ...]


async def own(tx: Tx, person: PersonId, card_id: str) -> OwnCard | None:
    """The card if it was sent to this very person; None for everything else, whatever it is."""
    row = await tx.session.get(CardRow, card_id, populate_existing=True)
    if row is None or row.conversation != DIRECT or row.person != person:
        return None
    try:
        card = await latest(tx, Place(row.platform, person), card_id)
    except CardGone:
        return None
    return OwnCard(row.id, row.version, row.platform, row.open, card)


async def waiting_for(tx: Tx, person: PersonId) -> list[OwnCard]:
    """What is not at its end and offers the person something, the newest first."""
    rows = await tx.session.scalars(
        select(CardRow.id)
        .where(CardRow.person == person, CardRow.conversation == DIRECT, CardRow.open, CardRow.state.in_(ON_THE_WAY))
        .order_by(CardRow.updated_at.desc())
        .limit(MOST_OPEN)
    )
    found = [await own(tx, person, id) for id in list(rows)]
    return [card for card in found if card is not None]


async def outcome(tx: Tx, person: PersonId, card: OwnCard, message_id: str) -> Outcome | None:
    """What became of this press of the card; None when there was none."""
    row = await tx.session.scalar(
        select(InboxRow).where(
            InboxRow.platform == card.platform, InboxRow.message_id == message_id, InboxRow.person == person
        )
    )
    if row is None:
        return None
    answers = await tx.session.scalars(
        select(OutboxRow)
        .where(
            OutboxRow.inbox_id == row.id,
            OutboxRow.recipient == person,
            OutboxRow.conversation == DIRECT,
            OutboxRow.answers.is_not(None),
        )
        .order_by(OutboxRow.seq)
    )
    return Outcome(row.state, row.reference, tuple(_said(answer) for answer in answers if answer.card_id != card.id))


def _said(row: OutboxRow) -> Said:
    card = Card.from_json(json.loads(row.document))
    return Said(everything(card), row.card_id, card.title)


def _problem(item: Input, value: str, *, needed: bool) -> str:
    if not value.strip():
        return "missing" if needed and not item.optional else ""
    if len(value) > LONGEST_INPUT:
        return "long"
    return "" if _fits(item, value) else "wrong"


def _fits(item: Input, value: str) -> bool:
    match item.kind:
        case "choice":
            return value in item.options
        case "date":
            return bool(DAY.fullmatch(value)) and _parses(date.fromisoformat, value)
        case "time":
            return bool(CLOCK.fullmatch(value)) and _parses(time.fromisoformat, value)
        case _:
            return True


def _parses(read: object, value: str) -> bool:
    assert callable(read)
    try:
        read(value)
    except ValueError:
        return False
    return True
