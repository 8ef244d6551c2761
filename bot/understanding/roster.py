"""The roster of the demo's people, by which understanding is trained and tested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.understanding.types import RosterEntry

ROSTER = Path(__file__).parents[2] / "config" / "demo" / "roster.yaml"


def roster_file(path: Path = ROSTER) -> list[RosterEntry]:
    """The people of a roster file."""
    people: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["people"]
    return [RosterEntry(p["id"], p["name"], p["pinyin"], p.get("english"), p.get("department")) for p in people]
