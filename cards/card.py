"""The neutral card: what a person is shown, before any platform draws it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

STATES = ("draft", "waiting", "approved", "rejected", "withdrawn", "expired", "done")


@dataclass(frozen=True)
class Field:
    """One labelled line."""

    label: str
    value: str


@dataclass(frozen=True)
class Input:
    """Something the person fills before pressing: kind is choice, text, date or time.

    What a platform could not ask for and is not `optional` is asked for in words when a button is pressed.
    """

    id: str
    kind: str
    label: str
    options: tuple[str, ...] = ()
    value: str | None = None
    optional: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Input:
        return cls(**{**data, "options": tuple(data["options"])})


@dataclass(frozen=True)
class Action:
    """A button. `do` names the press that the router calls; it never leaves the server."""

    id: str
    label: str
    do: str
    style: str = "default"
    value: str | None = None
    bare: bool = False
    """Does not need the card's inputs: 取消, and buttons that say all themselves."""


@dataclass(frozen=True)
class Card:
    """A card without identity; the outbox gives it one. `text` says it all in words, `preview` gives nothing away."""

    template: str
    text: str
    preview: str
    title: str = ""
    state: str = "done"
    subtitle: str | None = None
    body: str | None = None
    image: str | None = None
    fields: tuple[Field, ...] = ()
    inputs: tuple[Input, ...] = ()
    actions: tuple[Action, ...] = ()
    quiet: bool = False
    """Something else tells the person: it is worth a change of the card where it lies, never a message of its own."""

    @property
    def plain(self) -> bool:
        """Only words: shown as a bubble, not as a card."""
        return not self.title

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Card:
        return cls(
            **{
                **data,
                "fields": tuple(Field(**item) for item in data["fields"]),
                "inputs": tuple(Input.from_json(item) for item in data["inputs"]),
                "actions": tuple(Action(**item) for item in data["actions"]),
            }
        )
