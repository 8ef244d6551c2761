"""The words that only a WeCom card needs, from `cards/bot/wecom.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from cards.card import STATES


@dataclass(frozen=True)
class Wording:
    """Each is what a person reads on a card of ours."""

    source: str
    """Who speaks, above each card."""
    more: str
    """The name of the menu in the card's corner."""
    full: str
    """The menu's entry that says everything in words."""
    submit: str
    """Sends the choice of a card with more actions than buttons."""
    choose: str
    """The first entry of a selector that nobody has chosen from yet; it stands for no choice."""
    rest: str
    """Goes before the labels of actions that the card has no room for."""
    open: str
    """Leads to the whole card on its page."""
    fill: str
    """The same, where the page asks for what WeCom's card cannot."""
    look: str
    """The button of a notice that leads to an address; WeCom shows four characters."""
    announced: str
    """Ends a notice that was cut: how to read it whole."""
    grey: Mapping[str, str]
    """By card state: the label of a card whose buttons are gone."""
    replaced: str
    """The label of an older copy of a card."""

    @classmethod
    def load(cls) -> Wording:
        """Raises KeyError when a word or a card state is missing."""
        said: dict[str, Any] = yaml.safe_load((files("cards.bot") / "wecom.yaml").read_text(encoding="utf-8"))
        grey = {state: str(said["grey"][state]) for state in STATES}
        names = ("source", "more", "full", "submit", "choose", "rest", "open", "fill", "look", "announced", "replaced")
        return cls(grey=grey, **{name: str(said[name]) for name in names})
