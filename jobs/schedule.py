"""When a job runs, in HR's time zone, and what happens to the runs that were missed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from domain.kernel.tx import Tx

Job = Callable[[Tx, date], Awaitable[None]]
J = TypeVar("J", bound=Job)


class Misfire(StrEnum):
    """What to do about planned times that passed while nothing ran."""

    SKIP = "skip"
    ONCE = "once"
    ALL = "all"


@dataclass(frozen=True)
class Entry:
    """A job, its cron line (Asia/Shanghai) and its misfire policy. It gets the business date of its planned time."""

    name: str
    cron: str
    misfire: Misfire
    run: Job


class Schedule:
    """The clock-started jobs of one module. A job is safe twice: name and business date make it once."""

    def __init__(self, context: str) -> None:
        self.context = context
        self.entries: list[Entry] = []

    def cron(self, line: str, *, misfire: str = "once") -> Callable[[J], J]:
        """Five cron fields: minute hour day month weekday, in Asia/Shanghai."""

        def add(job: J) -> J:
            name = f"{self.context}.{getattr(job, '__name__', 'job')}"
            self.entries.append(Entry(name, line, Misfire(misfire), job))
            return job

        return add

    def daily(self, at: str, *, misfire: str = "once") -> Callable[[J], J]:
        """Every day at HH:MM."""
        hour, minute = at.split(":")
        return self.cron(f"{int(minute)} {int(hour)} * * *", misfire=misfire)
