"""The State Council's holiday calendar: `cn/calendar/<year>.yaml`, read once, frozen. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "cn" / "calendar"
LAW = Path(__file__).parent / "cn" / "holidays.yaml"


@dataclass(frozen=True)
class Holiday:
    """One holiday of a year: its days off (inclusive), its make-up working days, its 300 % days."""

    name: str
    off_start: date
    off_end: date
    workdays: tuple[date, ...]
    statutory: tuple[date, ...]

    def __post_init__(self) -> None:
        if self.off_end < self.off_start:
            raise ValueError(f"{self.name} ends before it starts")
        if any(not self.covers(day) for day in self.statutory):
            raise ValueError(f"{self.name} has a statutory day outside its days off")
        if any(self.covers(day) or day.weekday() < 5 for day in self.workdays):
            raise ValueError(f"a make-up day of {self.name} is not a weekend day outside the holiday")

    def covers(self, day: date) -> bool:
        return self.off_start <= day <= self.off_end


@dataclass(frozen=True)
class YearNotice:
    """What is known of one year. `published` is False until the State Council's notice is out:
    then only the statutory days hold, and days off around them and make-up days are unknown."""

    year: int
    source: str
    published: bool
    holidays: tuple[Holiday, ...]

    @property
    def statutory(self) -> frozenset[date]:
        """The 300 % days (法定节假日)."""
        return frozenset(day for holiday in self.holidays for day in holiday.statutory)


@cache
def notice(year: int) -> YearNotice | None:
    """The shipped notice of a year, or None when nothing is known of it. Raises ValueError for a damaged file."""
    path = FOLDER / f"{year}.yaml"
    return parse(yaml.safe_load(path.read_text("utf-8"))) if path.is_file() else None


def notices() -> Iterator[YearNotice]:
    """Every shipped year, oldest first."""
    for path in sorted(FOLDER.glob("*.yaml")):
        if (known := notice(int(path.stem))) is not None:
            yield known


@cache
def statutory_days(year: int) -> Mapping[str, int]:
    """How many statutory days each holiday has in a year. Raises LookupError before the first row of the law."""
    rows = yaml.safe_load(LAW.read_text("utf-8"))
    in_force = [row for row in rows if row["effective_from"] <= date(year, 1, 1)]
    if not in_force:
        raise LookupError(f"no law of holidays is known for {year}")
    days: dict[str, int] = max(in_force, key=lambda row: row["effective_from"])["days"]
    return days


def parse(document: dict[str, Any]) -> YearNotice:
    """A notice from its YAML or JSON form. Raises ValueError or KeyError when it is not one."""
    return YearNotice(
        year=int(document["year"]),
        source=str(document["source"]),
        published=bool(document["published"]),
        holidays=tuple(_holiday(entry) for entry in document["holidays"]),
    )


def _holiday(entry: dict[str, Any]) -> Holiday:
    first, last = entry["days_off"]
    return Holiday(
        name=str(entry["name"]),
        off_start=_day(first),
        off_end=_day(last),
        workdays=tuple(_day(day) for day in entry.get("workdays", ())),
        statutory=tuple(_day(day) for day in entry["statutory"]),
    )


def document(known: YearNotice) -> dict[str, Any]:
    """The JSON form that `parse` reads back."""
    return {
        "year": known.year,
        "source": known.source,
        "published": known.published,
        "holidays": [
            {
                "name": holiday.name,
                "days_off": [holiday.off_start.isoformat(), holiday.off_end.isoformat()],
                "workdays": [day.isoformat() for day in holiday.workdays],
                "statutory": [day.isoformat() for day in holiday.statutory],
            }
            for holiday in known.holidays
        ],
    }


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
