"""What `hrbot understand` prints of what was found: the columns that the table of intents has for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.understanding.lexicon import document
from bot.understanding.types import Understood

OF_PENDING = {"dialog.correct", "dialog.inform"}


def shown(found: Understood, pending: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The slots that the table knows; a correction or an answer has those of the form it is about."""
    intent = str((pending or {}).get("intent", "")) if found.intent in OF_PENDING else found.intent
    table: dict[str, list[str]] = document("columns")
    if intent not in table:
        return dict(found.slots)
    return {name: value for name, value in found.slots.items() if name in table[intent]}
