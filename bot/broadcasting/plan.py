"""How long a broadcast takes and what it costs: pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

USES_UP, EATS_RESERVE = "uses_up", "eats_reserve"


@dataclass(frozen=True)
class Lane:
    """What one platform allows and takes. `per_minute`: calls; `seconds`: of one call, one after the other."""

    per_call: int
    seconds: float
    per_minute: int | None = None
    left: int | None = None
    """Calls that the month still has; None where nobody counts."""
    reserve: int = 0
    """Of these the conversations of the rest of the month will need so many."""


@dataclass(frozen=True)
class Caution:
    """What is to be thought of before sending: a code, and numbers for its words."""

    code: str
    platform: str
    calls: int
    left: int


@dataclass(frozen=True)
class Plan:
    """`seconds` until everybody has it; `calls` by platform."""

    seconds: float
    calls: Mapping[str, int]
    warnings: tuple[Caution, ...] = ()

    @property
    def refused(self) -> bool:
        """It would take what the month does not have."""
        return any(one.code == USES_UP for one in self.warnings)


def plan(people: Mapping[str, int], lanes: Mapping[str, Lane]) -> Plan:
    """The platforms are served at the same time. Raises KeyError for one without a lane."""
    calls = {name: math.ceil(count / lanes[name].per_call) for name, count in people.items() if count}
    seconds = max((_seconds(lanes[name], count) for name, count in calls.items()), default=0.0)
    found = (_warning(name, lanes[name], count) for name, count in sorted(calls.items()))
    return Plan(seconds, calls, tuple(one for one in found if one is not None))


def reserve(used: int, day: int, days: int) -> int:
    """Calls that the rest of a month of so many `days` needs, when it goes on as until this `day` of it (from 1)."""
    return math.ceil(used / day * (days - day))


def _seconds(lane: Lane, calls: int) -> float:
    """One after the other; and not more in a minute than is allowed: the first minute's are free of waiting."""
    working = calls * lane.seconds
    waiting = 60.0 * ((calls - 1) // lane.per_minute) if lane.per_minute else 0.0
    return max(working, waiting)


def _warning(platform: str, lane: Lane, calls: int) -> Caution | None:
    if lane.left is None:
        return None
    if calls > lane.left:
        return Caution(USES_UP, platform, calls, lane.left)
    if calls > lane.left - lane.reserve:
        return Caution(EATS_RESERVE, platform, calls, lane.left)
    return None
