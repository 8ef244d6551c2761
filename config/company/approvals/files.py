"""Reads this folder. Every file but `policy.yaml` is one definition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
POLICY = "policy.yaml"


def definitions() -> list[dict[str, Any]]:
    """The definitions, by file name. Raises yaml.YAMLError."""
    paths = sorted(path for path in HERE.glob("*.yaml") if path.name != POLICY)
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]


def policies() -> list[dict[str, Any]]:
    """The dated policy rows; `effective_from` is a date."""
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / POLICY).read_text(encoding="utf-8"))
    return rows
