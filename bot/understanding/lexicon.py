"""The word lists of `lexicon/*.yaml`, read once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "lexicon"
Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: Path) -> Any:
    """A YAML document, by the fast loader where there is one."""
    return yaml.load(path.read_text("utf-8"), Loader)  # noqa: S506 - both loaders are safe ones


@cache
def document(name: str) -> Any:
    """A file of the lexicon by its bare name."""
    return load(FOLDER / f"{name}.yaml")


@cache
def values(slot: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(value, pattern) pairs of an enumerated slot in order of preference."""
    return tuple((value, re.compile("|".join(words))) for value, words in document("values")[slot].items())


def value(slot: str, text: str) -> str | None:
    """The first value of an enumerated slot whose words are in the text."""
    return next((name for name, pattern in values(slot) if pattern.search(text)), None)


def earliest(slot: str, text: str) -> list[tuple[int, str]]:
    """All values of a slot in the text with where they stand, left to right."""
    found = [(match.start(), name) for name, pattern in values(slot) for match in pattern.finditer(text)]
    return sorted(found)
