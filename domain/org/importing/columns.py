"""The roster's columns and vocabulary, read once from `roster.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Column:
    """One column; `text` cells keep their digits as typed, `date` cells hold a day."""

    key: str
    header: str
    required: bool
    width: int
    note: str
    text: bool = False
    date: bool = False


@cache
def vocabulary() -> dict[str, Any]:
    """The whole of `roster.yaml`. Only read it."""
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "roster.yaml").read_text("utf-8"))
    return loaded


@cache
def columns() -> tuple[Column, ...]:
    return tuple(Column(**entry) for entry in vocabulary()["columns"])


@cache
def _keys() -> dict[str, str]:
    return {bare(column.header): column.key for column in columns()} | {
        bare(alias): key for alias, key in vocabulary()["aliases"].items()
    }


def bare(header: str) -> str:
    """A header without stars, brackets and blanks, in lower case: `年假余额（天）*` and `年假余额(天)` are one."""
    return re.sub(r"[\s*＊:：]|[（(].*?[)）]", "", header).lower()


def key_of(header: str) -> str | None:
    """Which column a header names, or None."""
    return _keys().get(bare(header))


def header_of(key: str) -> str:
    """How a column is headed."""
    return next(column.header for column in columns() if column.key == key)
