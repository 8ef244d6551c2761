"""What `hrbot doctor` finds; the words are in `bot/cli/doctor.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """Something looked at: whether it is wrong or only worth a word, and the facts for its words."""

    code: str
    wrong: bool
    facts: dict[str, Any] = field(default_factory=dict)
    hint: bool = False


def well(code: str, /, **facts: Any) -> Finding:
    return Finding(code, False, facts)


def wrong(code: str, /, **facts: Any) -> Finding:
    return Finding(code, True, facts)


def hint(code: str, /, **facts: Any) -> Finding:
    """Nothing is wrong, and yet somebody may want to do something."""
    return Finding(code, False, facts, hint=True)
