"""How Chinese names are read and sorted; surnames with readings of their own are in `surnames.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pypinyin import Style, lazy_pinyin


@cache
def _surnames() -> dict[str, str]:
    loaded: dict[str, str] = yaml.safe_load((Path(__file__).parent / "surnames.yaml").read_text("utf-8"))
    return dict(sorted(loaded.items(), key=lambda entry: -len(entry[0])))


def syllables(name: str) -> list[str]:
    """The name's reading, surname first, without tones; what is not Chinese stays, in lower case."""
    name = name.strip()
    for surname, reading in _surnames().items():
        if name.startswith(surname) and len(name) > len(surname):
            return reading.split() + syllables_of(name[len(surname) :])
    return syllables_of(name)


def syllables_of(text: str) -> list[str]:
    """The reading of a text that does not begin with a surname."""
    read: list[str] = lazy_pinyin(text, style=Style.NORMAL, v_to_u=False)
    return [part for syllable in read for part in syllable.lower().split()]


def pinyin(name: str) -> str:
    """`曾小贤` → `zengxiaoxian`."""
    return "".join(syllables(name))


def sort_key(name: str) -> str:
    """Orders a list of names as people expect it: syllable by syllable, then by character."""
    return f"{' '.join(syllables(name))} {name.strip()}"
