"""What a pressed card wants to know and the platform could not ask: asked in words, one thing after another."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot import dialogue
from bot.dialogue import Dialogue
from bot.outbox import Place
from bot.platforms.wecom.choices import option_value
from bot.tables import CardRow
from bot.understanding import answers
from bot.understanding.types import Understood
from cards.card import Input
from domain.kernel.tx import Tx
from handlers.chat import Reply

INPUTS = "inputs"
"""The kind of dialogue that waits for a card's input."""
LONGEST = 2000
DAY, CLOCK = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?"), re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::\d{2})?")
NUMBER = re.compile(r"第?(\d{1,2})[个项]?")


@dataclass(frozen=True)
class Filling:
    """A press that waits for what its card asks for: which card as it stood then, and what is known already."""

    card: str
    action: str
    digest: str
    given: Mapping[str, str]

    @classmethod
    def of(cls, waiting: Dialogue) -> Filling:
        return cls(**waiting.slots)


def asked_by(row: CardRow) -> tuple[Input, ...]:
    return tuple(Input.from_json(item) for item in json.loads(row.inputs)) if row.inputs else ()


def filled(row: CardRow, sent: Mapping[str, str]) -> dict[str, str]:
    """What came with a press, in the card's own terms; what the platform left out stands as the card showed it."""
    known = {item.id: item for item in asked_by(row)}
    found = {name: said for name, said in sent.items() if name not in known}
    for item in known.values():
        value = _value(item, sent[item.id]) if item.id in sent else item.value
        if value:
            found[item.id] = value
    return found


def missing(row: CardRow, given: Mapping[str, str]) -> Input | None:
    """What has to be asked for next."""
    return next((item for item in asked_by(row) if not item.optional and item.id not in given), None)


async def ask(tx: Tx, place: Place, row: CardRow, action: str, given: Mapping[str, str]) -> Reply | None:
    """Ask for the next thing in the direct chat and remember the press; None when nothing is missing."""
    item = missing(row, given)
    if item is None:
        return None
    kept = {"card": row.id, "action": action, "digest": row.digest, "given": dict(given)}
    home = Place(place.platform, place.person)
    await dialogue.save(tx, home, Dialogue(INPUTS, "", None, kept, item.id, row.key))
    return question(item)


def question(item: Input, not_understood: str | None = None) -> Reply:
    options = [{"id": f"pick{number}", "words": option} for number, option in enumerate(item.options, 1)]
    return Reply("bot.ask_input", private=True, item=item, options=options, said=not_understood)


async def waited_for(tx: Tx, waiting: Dialogue) -> Input | None:
    """What was asked; None when its card does not ask for it any more."""
    row = await tx.session.get(CardRow, Filling.of(waiting).card)
    return next((item for item in asked_by(row) if item.id == waiting.asked), None) if row is not None else None


def heard(item: Input, text: str, meant: Understood, today: date) -> str | None:
    """The value that a sentence gives; None when it gives none, or is a wish of its own."""
    if item.kind == "choice":
        return _chosen(item, text)
    if item.kind == "date":
        day = None if _other(text, meant) else answers.day_in(text, today)
        return day.isoformat() if day else None
    if item.kind == "time":
        return None if _other(text, meant) else answers.time_in(text, today)
    return None if answers.own_wish(text, meant) else _value(item, text)


def _other(text: str, meant: Understood) -> bool:
    return answers.says_more(text) and answers.own_wish(text, meant)


def _value(item: Input, said: str) -> str | None:
    """What a platform sent, checked; None for what cannot be meant."""
    said = said.strip()
    if item.kind == "choice":
        return said if said in item.options else option_value(item, said)
    if item.kind == "date":
        return _day(said)
    if item.kind == "time":
        clock = CLOCK.fullmatch(said)
        return f"{int(clock[1]):02d}:{clock[2]}" if clock else None
    return said[:LONGEST] or None


def _day(said: str) -> str | None:
    found = DAY.fullmatch(said)
    try:
        return date.fromisoformat(found[1]).isoformat() if found else None
    except ValueError:
        return None


def _chosen(item: Input, text: str) -> str | None:
    """An option, as it is called, in part if only one is, or by its number."""
    said = "".join(text.split())
    number = NUMBER.fullmatch(said)
    same = [option for option in item.options if "".join(option.split()) == said]
    near = [option for option in item.options if said and said in option]
    if same or len(near) == 1:
        return (same or near)[0]
    return item.options[int(number[1]) - 1] if number and 0 < int(number[1]) <= len(item.options) else None
