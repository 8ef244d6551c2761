"""The port: what comes in from any platform, and what every platform can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from cards.card import Card
from domain.kernel.tx import Tx

DIRECT = "direct"
AIBOT, APPCHAT = "aibot:", "appchat:"
"""How conversations begin that are groups of WeCom: where its bot was asked, and those that its app made."""
HELD = AIBOT
"""Only the process that holds the bot's connection can speak in these: it sends what waits for them."""


def held(recipient: str) -> bool:
    """Whether what waits for this recipient is left to the holder of a connection."""
    return recipient.startswith(HELD)


@dataclass(frozen=True)
class Attachment:
    """A stored file that came with a message."""

    id: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Media:
    """A picture or file that still lies with the platform; it is fetched when the update is handled."""

    id: str
    name: str


@dataclass(frozen=True)
class Ticket:
    """What a press brings along for changing the pressed card: the platform's name of the message, and a code.

    The code is worth one change; it is stored encrypted and never logged.
    """

    task: str
    code: str = field(repr=False)


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
    media: tuple[Media, ...] = ()
    ticket: Ticket | None = None
    reply_to: tuple[str, float] | None = field(default=None, repr=False)
    """An address that takes answers to this very message until then (Unix seconds)."""
    unread: str | None = None
    """A kind of message that cannot be read: voice, video, link, other."""
    entered: bool = False
    """The person opened the app; nothing was said."""
    passing: bool = False
    """At a shared device: no sign of where the person is to be reached."""

    def body(self) -> dict[str, Any]:
        """What is kept, encrypted, until it is handled; what an update of this kind has not is left out."""
        body: dict[str, Any] = {"text": self.text, "card_id": self.card_id, "action": self.action}
        body |= {"inputs": self.inputs, "location": self.location, "unread": self.unread, "entered": self.entered}
        body["passing"] = self.passing
        body["files"] = [[item.id, item.name, item.media_type, item.size] for item in self.files]
        body["media"] = [[item.id, item.name] for item in self.media]
        body["ticket"] = [self.ticket.task, self.ticket.code] if self.ticket else None
        body["reply_to"] = self.reply_to
        return {name: value for name, value in body.items() if value}


ON_THE_WAY = {"draft", "waiting"}
"""States of a card that are not its end."""


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
    account: str = ""
    """What the platform calls the person; of a group nothing."""
    answers: str | None = None
    """What of this very person it answers: `words`, or a `press` of this card; None for an unasked notice."""

    @property
    def only_in_place(self) -> bool:
        """Not worth a message of its own: nobody asked for it or can press it, and something else tells the rest."""
        if self.answers is not None or self.file_id is not None or self.card.actions:
            return False
        return self.card.quiet or (self.updates and self.card.state in ON_THE_WAY)


class TryLater(Exception):
    """The platform cannot take it now: again after so many seconds (its own word, or None for our backoff).

    `fault` is False when the message is not to blame (a limit, an outage, a wrong secret): it waits, however long.
    """

    def __init__(self, reason: str, after: float | None = None, *, fault: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.after, self.fault = reason, after, fault


class Undeliverable(Exception):
    """The platform will never take it: it goes to the dead letters with this reason."""


@dataclass(frozen=True)
class Fetched:
    """A picture or file as the platform gave it."""

    name: str
    media_type: str
    content: bytes


class Platform(Protocol):
    """What the shell asks of a platform."""

    name: str

    async def send(self, tx: Tx, delivery: Delivery) -> None:
        """Send one delivery, in the sender's transaction. Raises TryLater or Undeliverable."""

    async def fetch(self, media: Media) -> Fetched:
        """A file that a person sent. Raises TryLater, or Undeliverable when it is gone or too large."""

    async def pressed(self, tx: Tx, card_id: str, ticket: Ticket) -> bool:
        """Keep what a press brought along, in the transaction that handles it.

        False when a newer message took the place of the pressed one.
        """


@runtime_checkable
class Connected(Protocol):
    """A platform with connections of its own."""

    async def open(self) -> None:
        """Before the first send, in a process that sends."""

    async def close(self) -> None:
        """After the last."""


@runtime_checkable
class Tidied(Protocol):
    """A platform that keeps what is of use for a while only."""

    async def tidy(self, tx: Tx) -> None:
        """Once an hour: forget the rest."""


@runtime_checkable
class Hearing(Protocol):
    """A platform whose messages bring something along for answering them."""

    async def heard(self, tx: Tx, update: Update) -> None:
        """Keep it, in the transaction that handles the message."""


@runtime_checkable
class Naming(Protocol):
    """A platform that may call a sender by a cipher."""

    def ciphered(self, update: Update) -> bool:
        """Whether the sender's account may be one."""

    async def named(self, tx: Tx, cipher: str) -> str | None:
        """The account behind it; None for nobody whom it could be. Raises TryLater."""
