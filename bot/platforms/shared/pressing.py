"""Which actions a button can name on any messenger, so that its press comes back as what it was."""

from __future__ import annotations

from collections.abc import Iterable

from bot.platforms.shared.fitting import size_in_bytes
from cards.card import Action

OWN = "$"
"""Ends the keys that are the shell's own, never an action id."""
ACTION_BYTES = 128
"""Of an action's id: WeCom's limit of an option, in which an action may have to come back."""


def fit_for_key(text: str, limit: int) -> bool:
    """May come back in a callback unchanged; `limit` in bytes."""
    return text == text.strip() != "" and text.isprintable() and size_in_bytes(text) <= limit


def pressable(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The actions that a key can name; the first of equal ids."""
    found: dict[str, Action] = {}
    for action in actions:
        if fit_for_key(action.id, ACTION_BYTES) and not action.id.endswith(OWN):
            found.setdefault(action.id, action)
    return tuple(found.values())
