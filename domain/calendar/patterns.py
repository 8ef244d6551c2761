"""Working patterns in their written form: `config/company/calendar.yaml` and the rows seeded from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import config
from domain.calendar.rules import Pattern, Span

FILE = Path(config.__file__).parent / "company" / "calendar.yaml"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@cache
def shipped() -> tuple[Pattern, ...]:
    """The sample policy, in force until the company has decided otherwise."""
    document = yaml.safe_load(FILE.read_text("utf-8"))
    return tuple(parse(entry["effective_from"], entry) for entry in document["patterns"])


@cache
def notice_month() -> int:
    """From which month (1…12) on the next year's notice is expected to be loaded."""
    document = yaml.safe_load(FILE.read_text("utf-8"))
    return int(document["next_year_expected_from_month"])


def parse(effective_from: date, document: dict[str, Any]) -> Pattern:
    """A pattern from `{week: {monday: ["09:00-12:00"]}, adjusted_as: monday}`. Raises ValueError, KeyError."""
    week = {WEEKDAYS.index(name): spans(written) for name, written in document["week"].items()}
    return Pattern(effective_from, week, WEEKDAYS.index(document.get("adjusted_as", "monday")))


def write(pattern: Pattern) -> dict[str, Any]:
    """The form that `parse` reads back."""
    return {
        "week": {WEEKDAYS[weekday]: written(day) for weekday, day in sorted(pattern.week.items())},
        "adjusted_as": WEEKDAYS[pattern.adjusted_as],
    }


def spans(written_spans: Sequence[str]) -> tuple[Span, ...]:
    """`["22:00-06:00"]` as local times. Raises ValueError."""
    pairs = (text.split("-", 1) for text in written_spans)
    return tuple((time.fromisoformat(start.strip()), time.fromisoformat(end.strip())) for start, end in pairs)


def written(day: Sequence[Span]) -> list[str]:
    """Local times as `["22:00-06:00"]`."""
    return [f"{start:%H:%M}-{end:%H:%M}" for start, end in day]
