"""The port: what comes in from any platform, and what every platform can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from cards.card import Card

DIRECT = "direct"


@dataclass(frozen=True)
class Attachment:
    """A stored file that came with a message."""

    id: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Update:
    """One thing that a person did: wrote, sent a file or a place, pressed a button. Twice is once by `message_id`."""

    platform: str
    message_id: str
    sender: str
    """The platform's own id of the person."""
    conversation: str = DIRECT
    text: str = ""
    files: tuple[Attachment, ...] = ()
    location: dict[str, Any] | None = None
    card_id: str | None = None
    action: str | None = None
    inputs: dict[str, str] = field(default_factory=dict)

    @property
    def is_press(self) -> bool:
        return self.card_id is not None

    def body(self) -> dict[str, Any]:
        """What is kept, encrypted, until it is handled."""
        return {
            "text": self.text,
            "files": [[item.id, item.name, item.media_type, item.size] for item in self.files],
            "location": self.location,
            "card_id": self.card_id,
            "action": self.action,
            "inputs": self.inputs,
        }


@dataclass(frozen=True)
class Delivery:
    """One rendered message on its way out. The same `id` is the same message; a platform shows it once."""

    id: str
    person: str
    conversation: str
    card: Card
    card_id: str | None
    updates: bool
    """The card was sent before and is to be changed in place."""
    file_id: str | None = None


class TryLater(Exception):
    """The platform cannot take it now: again after so many seconds (its own word, or None for our backoff)."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.after = reason, after


class Undeliverable(Exception):
    """The platform will never take it: it goes to the dead letters with this reason."""


class Platform(Protocol):
    """Sends one delivery. Raises TryLater or Undeliverable."""

    name: str

    async def send(self, delivery: Delivery) -> None: ...
