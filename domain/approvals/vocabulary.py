"""The words of the definition language, read once from `vocabulary.yaml` beside this file."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import yaml

WORDS: Final[dict[str, dict[str, str]]] = yaml.safe_load(
    files("domain.approvals").joinpath("vocabulary.yaml").read_text(encoding="utf-8")
)
