"""Which fields there are, and which name somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache

from pypinyin import lazy_pinyin

from domain.rulebook.rules.kinds import Field, Kind
from domain.rulebook.vocabulary import FUNCTIONS, WORDS

ALIKE = {ord(sign): plain for sign, plain in WORDS["alike"].items()}
WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
PLAIN = {**WIDTH, 0x3000: " ", 0xA0: " ", **ALIKE}
NEAR = 3
"""How many names a hint names."""


def plain(text: str) -> str:
    """Half width, one sign for one sign, so positions stay."""
    return text.translate(PLAIN)


@dataclass(frozen=True, eq=False)
class Names:
    """The fields that a text may use. An `open` one takes unknown names for fields of any kind.

    Compared by identity: one object serves many texts, and what was parsed with it is kept.
    """

    fields: Mapping[str, Field | Kind] = field(default_factory=dict)
    open: bool = False

    @cached_property
    def known(self) -> dict[str, tuple[str, Field]]:
        """Half-width name → the name as it is, and its field."""
        return {
            plain(name): (name, what if isinstance(what, Field) else Field(what)) for name, what in self.fields.items()
        }

    @cached_property
    def by_first(self) -> dict[str, list[str]]:
        """First character → half-width names beginning with it, longest first."""
        return grouped(self.known)

    @cached_property
    def options(self) -> frozenset[str]:
        """All that choices offer; somebody may forget the quotes."""
        return frozenset(option for _, field in self.known.values() for option in field.options)

    def near(self, *wrong: str) -> tuple[str, ...]:
        """Fields that read or sound like one of these, best first."""
        found = (name for each in wrong for name in nearest(each, tuple(self.fields)))
        return tuple(dict.fromkeys(found))[:NEAR]


def grouped(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in sorted(filter(None, names), key=len, reverse=True):
        found.setdefault(name[0], []).append(name)
    return found


FUNCTION_NAMES: dict[str, str] = {
    alias.lower(): name for name, spec in FUNCTIONS.items() for alias in (name, *spec["as"])
}
"""Every spelling, lower case → the function's own name."""


def near_functions(wrong: str) -> tuple[str, ...]:
    found = (FUNCTION_NAMES[name] for name in nearest(wrong.lower(), tuple(FUNCTION_NAMES)))
    return tuple(dict.fromkeys(found))[:NEAR]


def nearest(wrong: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that look like `wrong` (a slip of the finger), then those that sound like it (of the input method)."""
    wrong = wrong[:40]
    looks = get_close_matches(wrong, names, n=NEAR, cutoff=0.6)
    spoken = {sound(name): name for name in reversed(names)}
    sounds = get_close_matches(sound(wrong), list(spoken), n=NEAR, cutoff=0.8)
    exact = [spoken[sound(wrong)]] if sound(wrong) in spoken else []
    return tuple(dict.fromkeys([*exact, *looks, *(spoken[each] for each in sounds)]))[:NEAR]


@lru_cache(maxsize=4096)
def sound(name: str) -> str:
    """Without tones and blanks: 年假余额 and 年价余额 are one."""
    return "".join(lazy_pinyin(name.lower()))
