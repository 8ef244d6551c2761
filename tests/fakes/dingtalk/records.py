"""What the fake writes down: screens, cards, calls, and everything pushed with its answers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

Params = dict[str, str]


@dataclass
class Shown:
    """One thing in a chat. An update of a card is one more, with `updated`."""

    kind: str
    """The msgKey (sampleMarkdown, sampleFile, …), `webhook.text`, `webhook.markdown` … or `card`."""
    title: str
    text: str
    """Of text and markdown the content; of everything else what `preview` would say."""
    message_id: str
    """The processQueryKey; of a card the outTrackId."""
    at: float
    card: Params | None = None
    """The variables of a card as this person (or, in a group, everybody) has them."""
    push: str = ""
    """The words of the push notification, of a card."""
    updated: bool = False
    file: tuple[str, bytes] | None = None
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def out_track_id(self) -> str | None:
        return self.message_id if self.card is not None else None


@dataclass
class Card:
    """A card instance. Its users and groups see the public variables, their private ones laid over them."""

    out_track_id: str
    callback: str | None
    """STREAM or HTTP; None: its buttons do nothing."""
    route: str | None
    params: Params
    private: dict[str, Params]
    push: str
    users: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    answered: dict[str, Params] = field(default_factory=dict)
    """What a callback's answer changed: only the presser sees it."""
    updates: int = 0

    def view(self, user: str | None = None) -> Params:
        return {**self.params, **self.private.get(user or "", {}), **self.answered.get(user or "", {})}


@dataclass(frozen=True)
class Call:
    """One request to an API, whatever became of it."""

    api: str
    at: float
    query: dict[str, str]
    raw: bytes
    body: Any
    """Parsed JSON; None when it is none. Of an upload {"name", "content"}."""
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass
class Frame:
    """One attempt at delivering something: a frame on a connection, or (connection None) an HTTP callback."""

    kind: str
    """robot, card, event, ping or disconnect."""
    message_id: str
    data: dict[str, Any]
    connection: str | None
    at: float
    attempt: int = 1
    code: int | None = None
    """Of the ack, or the HTTP status; None: no answer."""
    answer: Any = None
    """The ack's data, parsed; over HTTP the body, parsed, or its decrypted text."""
    seconds: float | None = None
    """From the push to the answer."""
    acked: bool = False
    """Answered as the kind demands, however late."""
    late: bool = False
    """Answered after the time the platform waits, or not at all."""
    cut: bool = False
    """The connection ended before the answer."""
    faulty: str = ""
    """What was wrong with the answer."""
    request: tuple[str, dict[str, str], bytes] = ("", {}, b"")
    """URL, headers and body of an HTTP callback, to be posted again."""

    @property
    def in_time(self) -> bool:
        return self.acked and not self.late


@dataclass
class Pushed:
    """Something that was pushed, with all attempts. Without any live connection a robot message is lost."""

    kind: str
    data: dict[str, Any]
    tries: list[Frame] = field(default_factory=list)
    done: bool = False
    """Nothing more will be tried."""

    @property
    def acked(self) -> bool:
        return any(frame.acked for frame in self.tries)

    @property
    def in_time(self) -> bool:
        return any(frame.in_time for frame in self.tries)

    @property
    def lost(self) -> bool:
        return self.done and not self.tries

    @property
    def answer(self) -> Any:
        """Of the last attempt."""
        return self.tries[-1].answer if self.tries else None

    @property
    def codes(self) -> list[int | None]:
        return [frame.code for frame in self.tries]


@dataclass(frozen=True)
class Stored:
    """A file: sent by a person (downloadCode) or uploaded by the app (mediaId)."""

    kind: str
    name: str
    content: bytes
    at: float
