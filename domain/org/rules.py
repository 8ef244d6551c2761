"""The shape of an organisation: pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

MANAGERS_AT_MOST = 30
"""A line longer than this is a fault in the data."""


class Role(StrEnum):
    """What a person does for the company beside a post; handlers and approval definitions ask for it."""

    HR = "hr"
    PAYROLL = "payroll"
    PAYROLL_SECOND = "payroll_second"
    TRAINING = "training"
    FINANCE = "finance"
    GENERAL_MANAGER = "general_manager"
    LEAVE_ADMIN = "leave_admin"


def above(unit: str, parents: Mapping[str, str | None]) -> list[str]:
    """The unit and those above it, nearest first; a cycle ends the list."""
    line: list[str] = []
    here: str | None = unit
    while here is not None and here not in line:
        line.append(here)
        here = parents.get(here)
    return line


def below(unit: str, parents: Mapping[str, str | None]) -> set[str]:
    """The unit and everything under it."""
    return {one for one in [*parents, unit] if unit in above(one, parents)}


def chief(person: str, unit: str, parents: Mapping[str, str | None], heads: Mapping[str, str]) -> str | None:
    """Who leads this person by structure: the first head upwards who is somebody else."""
    for one in above(unit, parents):
        head = heads.get(one)
        if head is not None and head != person:
            return head
    return None
