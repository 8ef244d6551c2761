"""Facts in the past tense, by which a lower context speaks to higher ones, and the reactions to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from domain.kernel.tx import Tx


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. Subclasses are frozen dataclasses of plain values."""

    types: ClassVar[dict[str, type[Event]]] = {}
    bulk: ClassVar[bool] = False
    """Reactions to it are long work, done apart from what people wait for. They do a part and emit what follows."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Event.types[cls.code()] = cls

    @classmethod
    def code(cls) -> str:
        """Context + class, such as `approvals.CaseDecided`."""
        return f"{cls.__module__.split('.')[1]}.{cls.__name__}"

    @property
    def subject(self) -> str:
        """Events of one subject are reacted to in the order in which they happened."""
        return self.code()

    def given_up(self) -> Event | None:
        """What happened instead when a reaction failed for good, so that somebody can be told; None: only operators."""
        return None

    def to_json(self) -> dict[str, Any]:
        dumped: dict[str, Any] = TypeAdapter(type(self)).dump_python(self, mode="json")
        return dumped

    @staticmethod
    def from_json(code: str, data: dict[str, Any]) -> Event:
        event: Event = TypeAdapter(Event.types[code]).validate_python(data)
        return event


E = TypeVar("E", bound=Event)
Reaction = Callable[["Tx", Any], Awaitable[None]]


class Reactions:
    """What one context does about other contexts' events; `bot/app.py` collects it from `reactions.py`."""

    def __init__(self, context: str) -> None:
        self.context = context
        self.by_event: dict[str, list[tuple[str, Reaction]]] = {}

    def on(self, kind: type[E]) -> Callable[[Callable[[Tx, E], Awaitable[None]]], Callable[[Tx, E], Awaitable[None]]]:
        """Each reaction runs in its own transaction, once for each event."""

        def register(reaction: Callable[[Tx, E], Awaitable[None]]) -> Callable[[Tx, E], Awaitable[None]]:
            name = f"{self.context}.{getattr(reaction, '__name__', 'reaction')}"
            self.by_event.setdefault(kind.code(), []).append((name, reaction))
            return reaction

        return register
