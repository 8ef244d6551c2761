"""The words that only a DingTalk message needs, from `cards/bot/dingtalk.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from cards.card import STATES


@dataclass(frozen=True)
class Wording:
    """Each is what a person reads on a message of ours."""

    source: str
    """Who speaks, where a message needs a title and has none."""
    full: str
    """The button that asks for everything in words."""
    typed: str
    """Goes before the labels that can be typed, on a message without buttons."""
    rest: str
    """Goes before the labels of actions that the card has no room for."""
    asked: str
    """Goes before the labels of inputs that the card has no room for."""
    open: str
    """Leads to the whole card on its page."""
    fill: str
    """The same, where the page asks for what the message cannot."""
    grey: Mapping[str, str]
    """By card state: the label of a card whose buttons are gone."""
    replaced: str
    """The label of an older copy of a card."""

    @classmethod
    def load(cls) -> Wording:
        """Raises KeyError when a word or a card state is missing."""
        said: dict[str, Any] = yaml.safe_load((files("cards.bot") / "dingtalk.yaml").read_text(encoding="utf-8"))
        grey = {state: str(said["grey"][state]) for state in STATES}
        names = ("source", "full", "typed", "rest", "asked", "open", "fill", "replaced")
        return cls(grey=grey, **{name: str(said[name]) for name in names})
