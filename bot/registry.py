"""The folder is the registry: the routers of `handlers/`, the schedules of `jobs/`, the reactions of `domain/*/`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, get_type_hints

import domain
import handlers
import jobs
from domain.kernel.events import Reaction, Reactions
from handlers.chat import Chat, Handler, Route, Router
from jobs.schedule import Entry, Schedule


class ClaimedTwice(Exception):
    """Two modules claim one name; the start stops."""


@dataclass
class Registry:
    """Every name that can be asked for, and who answers it."""

    intents: dict[str, Route] = field(default_factory=dict)
    presses: dict[str, Route] = field(default_factory=dict)
    files: list[Route] = field(default_factory=list)
    jobs: dict[str, Entry] = field(default_factory=dict)
    reactions: dict[str, list[tuple[str, Reaction]]] = field(default_factory=dict)

    @classmethod
    def collect(cls) -> Registry:
        """Import the folders in name order. Raises ClaimedTwice."""
        registry = cls()
        for module in _modules(handlers):
            router = getattr(module, "router", None)
            if isinstance(router, Router):
                registry._add_router(router)
        for module in _modules(jobs):
            schedule = getattr(module, "schedule", None)
            if isinstance(schedule, Schedule):
                for entry in schedule.entries:
                    registry._claim(registry.jobs, entry.name, entry)
        for context in _modules(domain):
            registry._add_reactions(context)
        return registry

    def _add_router(self, router: Router) -> None:
        for name, route in router.intents.items():
            self._claim(self.intents, name, route)
        for name, route in router.presses.items():
            self._claim(self.presses, name, route)
        self.files += router.file_routes

    def _add_reactions(self, context: ModuleType) -> None:
        if importlib.util.find_spec(f"{context.__name__}.reactions") is None:
            return
        found = importlib.import_module(f"{context.__name__}.reactions").reactions
        if isinstance(found, Reactions):
            for event, reactions in found.by_event.items():
                self.reactions.setdefault(event, []).extend(reactions)

    def _claim(self, table: dict[str, Any], name: str, value: object) -> None:
        if name in table:
            raise ClaimedTwice(name)
        table[name] = value

    def route(self, intent: str, aspect: str | None) -> Route | None:
        """The finest route: `intent#aspect`, then `#aspect`, then the intent."""
        names = [f"{intent}#{aspect}", f"#{aspect}", intent] if aspect else [intent]
        return next((self.intents[name] for name in names if name in self.intents), None)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        yield importlib.import_module(f"{package.__name__}.{found.name}")


def arguments(handler: Handler, chat: Chat) -> list[Any]:
    """What the handler's parameters after `chat` ask for, taken from the slots by type. May raise Ask."""
    hints = get_type_hints(handler)
    wanted = list(inspect.signature(handler).parameters)[1:]
    return [hints[name].from_slots(chat.slots, chat) for name in wanted]
