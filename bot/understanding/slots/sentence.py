"""One sentence with all that the grammars found in it, as extractors read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from bot.understanding.people import Mention, People
from bot.understanding.text import normalise
from bot.understanding.times.clocks import Habits
from bot.understanding.times.reading import Times, read
from bot.understanding.times.tokens import Token

Slots = dict[str, Any]


@dataclass
class Sentence:
    """A normalised text seen from a day, its time tokens and people; `raw` is what was typed."""

    text: str
    raw: str
    today: date
    people: People
    tokens: list[Token]
    mentions: list[Mention]
    intent: str = ""
    habits: Habits = field(default_factory=Habits)
    invalid: dict[str, str] = field(default_factory=dict)

    @cached_property
    def times(self) -> Times:
        """Everything said about time, in the manner of the intent."""
        return read(self.text, self.today, self.habits, self.tokens)

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Places taken by time and people."""
        return [(t.start, t.end) for t in self.tokens] + [(m.start, m.end) for m in self.mentions]

    def verbatim(self, start: int, end: int) -> str:
        """What was typed for a piece of the normalised text; the piece itself where the two do not agree."""
        piece = self.text[start:end]
        return _typed(self.raw, self.text, start, end, piece) or piece

    def seen(self, habits: Habits) -> Times:
        """The same read in another manner."""
        return read(self.text, self.today, habits, self.tokens)


def _typed(raw: str, plain: str, start: int, end: int, piece: str) -> str | None:
    """The stretch of `raw` whose normal form is the piece, found by walking both texts side by side."""
    places: list[int] = []
    at = 0
    for char in plain:
        while at < len(raw) and normalise(raw[at]) != char and not (char == "," and raw[at].isspace()):
            at += 1
        places.append(at)
        at += 1
    if not piece or places[end - 1] >= len(raw):
        return None
    found = raw[places[start] : places[end - 1] + 1]
    return found if normalise(found) == piece else None


Extractor = Callable[[Sentence], Slots]
EXTRACTORS: dict[str, Extractor] = {}


def extractor(function: Extractor) -> Extractor:
    """Register an extractor under its name (a trailing underscore is dropped)."""
    name = function.__name__.rstrip("_")
    if name in EXTRACTORS:
        raise ValueError(f"extractor {name} exists twice")
    EXTRACTORS[name] = function
    return function
