"""What a handler sees of the conversation: Router, Chat, Reply, and how a missing slot is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people.queries import PersonView


@dataclass(frozen=True)
class FileRef:
    """A picture or file that came with the message; its bytes are read with `chat.read_file`."""

    id: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class OpenCard:
    """The card that was pressed, or that is being corrected: `key` is the domain id it is about."""

    id: str
    key: str
    template: str
    state: str


class Files(Protocol):
    """Where files are kept, encrypted."""

    async def read(self, tx: Tx, file_id: str) -> bytes: ...


@dataclass(frozen=True)
class Forecast:
    """How a message to many would go: people by platform, seconds, calls.

    `warnings`: code, platform, calls wanted, calls left of its month. `refused`: the month has not enough of them.
    """

    platforms: Mapping[str, int]
    seconds: float
    calls: int
    warnings: tuple[tuple[str, str, int, int], ...] = ()
    refused: bool = False


class Forecasts(Protocol):
    """Asked before something is sent to many."""

    async def forecast(self, tx: Tx, persons: Collection[PersonId]) -> Forecast: ...


@dataclass(frozen=True)
class Chat:
    """One update of one person, inside its transaction."""

    tx: Tx
    actor: PersonView
    conversation: str
    text: str = ""
    intent: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    card: OpenCard | None = None
    action_value: str | None = None
    """What the pressed button stands for, as its template said (`value:`)."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    files: tuple[FileRef, ...] = ()
    correcting: str | None = None
    """Key of the draft card that the person corrects."""
    file_store: Files | None = None
    forecasts: Forecasts | None = None
    platform: str = ""
    """Where the person says it."""
    messengers: tuple[str, ...] = ()
    """Those that the company has connected, besides the web chat."""

    @property
    def key(self) -> str:
        """The domain id that the pressed card is about."""
        if self.card is None:
            raise LookupError("no card was pressed")
        return self.card.key

    async def forecast(self, persons: Collection[PersonId]) -> Forecast:
        if self.forecasts is None:
            raise LookupError("no broadcasts")
        return await self.forecasts.forecast(self.tx, persons)

    async def read_file(self, file_id: str) -> bytes:
        if self.file_store is None:
            raise LookupError("no file store")
        return await self.file_store.read(self.tx, file_id)


@dataclass(frozen=True, init=False)
class Reply:
    """The answer: a card's template and its data.

    `key` makes it a live card (the same key updates the same card); `form` marks it as what 好的, 算了 and 改成…
    refer to; `private` sends it to the direct chat; `ask` names the slot that the next message answers.
    """

    template: str
    key: str | None = None
    form: bool = False
    private: bool = False
    ask: str | None = None
    file: tuple[str, bytes] | None = None
    follow_up: Reply | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def __init__(  # noqa: PLR0913 - the data are free keywords, as a template reads them
        self,
        template: str,
        key: str | None = None,
        *,
        form: bool = False,
        private: bool = False,
        ask: str | None = None,
        file: tuple[str, bytes] | None = None,
        follow_up: Reply | None = None,
        **data: Any,
    ) -> None:
        values = {
            "template": template,
            "key": key,
            "form": form,
            "private": private,
            "ask": ask,
            "file": file,
            "follow_up": follow_up,
            "data": data,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)


class Ask(Exception):
    """A slot is missing: ask for it with this card. The router keeps intent and slots and resumes with the answer."""

    def __init__(self, slot: str, template: str, **data: Any) -> None:
        super().__init__(slot)
        self.slot, self.template, self.data = slot, template, data


class Slot(Protocol):
    """A type that a handler may take as a parameter."""

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any], chat: Chat) -> Self: ...


Handler = Callable[..., Awaitable[Reply | None]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True)
class Route:
    """One claimed name and who answers it."""

    name: str
    handler: Handler
    private: bool


class Router:
    """The intents, aspects and presses that one context answers."""

    def __init__(self, context: str) -> None:
        self.context = context
        self.intents: dict[str, Route] = {}
        self.presses: dict[str, Route] = {}
        self.file_routes: list[Route] = []

    def intent(self, name: str, *, private: bool = True) -> Callable[[H], H]:
        """`leave.balance`, or finer `leave.balance#explain`, or `#explain` for an aspect of any intent.

        Asked in a group, the answer goes to the direct chat unless the handler says that anybody may read it.
        """
        return self._claim(self.intents, name, private)

    def press(self, name: str) -> Callable[[H], H]:
        """A card action whose `do:` is this name."""
        return self._claim(self.presses, name, private=False)

    def file(self, handler: H) -> H:
        """A picture or file that came alone. Routers are asked in name order; the first that does not return None."""
        self.file_routes.append(Route(f"{self.context}.file", handler, private=True))
        return handler

    def _claim(self, table: dict[str, Route], name: str, private: bool) -> Callable[[H], H]:
        def claim(handler: H) -> H:
            if name in table:
                raise ValueError(f"{name} is claimed twice in {self.context}")
            table[name] = Route(name, handler, private)
            return handler

        return claim
