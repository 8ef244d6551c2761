"""What the fake writes down: what members see, what was called, what was called back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Shown:
    """One thing on a member's screen. An update of a card is one more, with `updated`."""

    kind: str
    """The msgtype: text, markdown, textcard, news, image, voice, video, file, template_card."""
    text: str
    """Of text and markdown the content; of everything else what `preview` would say."""
    msgid: str
    at: float
    card: dict[str, Any] | None = None
    file: tuple[str, bytes] | None = None
    """Name and content, of image, voice, video and file."""
    updated: bool = False
    task_id: str | None = None
    greyed: str | None = None
    """The words of the greyed button after an update; such a card cannot be pressed."""
    recalled: bool = False
    body: dict[str, Any] = field(default_factory=dict)
    """The part of the request named by the msgtype."""


@dataclass
class Message:
    """One accepted message/send."""

    msgid: str
    recipients: tuple[str, ...]
    at: float
    task_ids: set[str]
    """The one it was sent with, and those that updates gave it."""
    body: dict[str, Any]


@dataclass
class ResponseCode:
    """Worth one update of one message within 72 hours."""

    message: Message
    at: float
    used: bool = False


@dataclass(frozen=True)
class Call:
    """One request to an API, whatever became of it."""

    api: str
    at: float
    query: dict[str, str]
    raw: bytes
    body: Any
    """Parsed JSON; None when it is none."""
    blocked: bool = False
    """It came while the API was blocked (45009)."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True)
class Callback:
    """One attempt at delivering a callback."""

    xml: str
    query: str
    body: bytes
    at: float
    attempt: int
    status: int | None
    """None: no answer within the time, or no connection."""
    answer: bytes
    seconds: float


@dataclass
class Posted:
    """A callback with all its attempts."""

    xml: str
    tries: list[Callback] = field(default_factory=list)

    @property
    def status(self) -> int | None:
        """Of the last attempt; after `times=` look at `statuses`."""
        return self.tries[-1].status

    @property
    def statuses(self) -> list[int | None]:
        return [item.status for item in self.tries]

    @property
    def answer(self) -> bytes:
        return self.tries[-1].answer
