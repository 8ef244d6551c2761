"""The words of the language, read once from `vocabulary.yaml` and `functions.yaml` beside this file."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final

import yaml


def _read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("domain.rulebook").joinpath(name).read_text(encoding="utf-8"))
    return loaded


WORDS: Final = _read("vocabulary.yaml")
FUNCTIONS: Final = _read("functions.yaml")
SPOKEN: Final[dict[str, str]] = {str(key).lower(): word for key, word in WORDS["spoken"].items()}
"""How explanations say what has no keyword; YAML's true and false are keys like the others."""


def keyword(token: str) -> str:
    """The word that explanations use for a token: `且` for AND."""
    return str(WORDS["keywords"][token][0])


def kind_word(kind: str) -> str:
    """What HR calls a kind of value: 数字, 日期."""
    return str(WORDS["kinds"].get(kind, kind))
