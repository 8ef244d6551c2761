"""What is typed to cards: a button's label, or a sentence that only means something beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.dialogue import Dialogue
from bot.questions import INPUTS
from bot.tables import CardRow

APART = {"choice", INPUTS}
"""Kinds of dialogue that understanding is not told of."""


def typed_label(cards: Sequence[CardRow], text: str, platform: str) -> tuple[CardRow, str] | None:
    """The open card whose button was typed: the newest, on this platform first, else on another.

    Of several that wait for a decision none: it is asked. A draft is not pressed once a later card offered the same:
    what the person has in mind is the later one.
    """
    word = re.sub(r"^[\s\[【「]+|[\s\]】」。.!！]+$", "", text)
    everywhere = [(card, action) for card in cards if card.open for label, action in card.labels if label == word]
    found = [(card, action) for card, action in everywhere if card.platform == platform] or everywhere
    if not found or sum(card.state == "waiting" for card, _ in found) > 1:
        return None
    card, action = found[0]
    newest = next(each for each in cards if card.offered[action] in each.offered.values())
    return (card, action) if card.state != "draft" or newest.key == card.key else None


def pending(waiting: Dialogue | None, cards: Sequence[CardRow], platform: str) -> Mapping[str, Any] | None:
    """What the conversation waits for, in the shape that understanding reads."""
    if waiting is not None and waiting.kind not in APART:
        return waiting.pending()
    undecided = [card for card in cards if card.open and any(label == "同意" for label, _ in card.labels)]
    here = [card for card in undecided if card.platform == platform] or undecided
    return {"type": "approval_card"} if len(here) == 1 else None
