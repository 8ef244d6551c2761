"""Leave law: `cn/leave/*.yaml`, dated and sourced, read for a day and a place. No database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "cn" / "leave"


@dataclass(frozen=True)
class Band:
    """Annual leave from so many complete working years: days a year, and the months of sick leave that forfeit it."""

    years: int
    days: int
    forfeit_sick_months: int | None = None


@dataclass(frozen=True)
class AnnualLaw:
    """Statutory annual leave in force on a day. `further_pay` is what unused days earn beyond the wage, in percent."""

    bands: tuple[Band, ...]
    clauses: Mapping[str, str]
    further_pay: int
    personal_days_forfeit: int
    source: str
    confirmed: bool


@dataclass(frozen=True)
class Entitlement:
    """What a place gives for one topic on a day: days, how they are counted, the text it rests on.

    `confirmed` is False for a figure that nobody has checked against the official text.
    """

    topic: str
    place: str
    days: Decimal
    basis: str
    note: str
    source: str
    confirmed: bool


class LawMissing(Exception):
    """The tables have no row for this topic, place and day."""


def annual(on: date) -> AnnualLaw:
    """The law of annual leave on a day. Raises LawMissing before 2008."""
    row = _in_force(_file("annual")["values"], on)
    if row is None:
        raise LawMissing(f"annual leave on {on}")
    return AnnualLaw(
        bands=tuple(Band(**band) for band in row["bands"]),
        clauses=row["clauses"],
        further_pay=int(row["further_pay"]),
        personal_days_forfeit=int(row["personal_days_forfeit"]),
        source=str(row["source"]),
        confirmed=bool(row["confirmed"]),
    )


def entitlement(topic: str, place: str, on: date) -> Entitlement:
    """What `place` gives; the national row stands in where a place has none of its own. Raises LawMissing."""
    for where in (place, "national"):
        rows = _places().get(where, {}).get(topic, ())
        row = _in_force(rows, on)
        if row is not None:
            return Entitlement(
                topic=topic,
                place=where,
                days=Decimal(str(row["days"])),
                basis=str(row["basis"]),
                note=str(row.get("note", "")),
                source=str(row["source"]),
                confirmed=bool(row["confirmed"]),
            )
    raise LawMissing(f"{topic} in {place} on {on}")


@cache
def _file(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return document


@cache
def _places() -> dict[str, dict[str, Any]]:
    """Every place file by its name in Chinese (上海), as a person's city reads; the national one as `national`."""
    files = (yaml.safe_load(path.read_text("utf-8")) for path in sorted((FOLDER / "places").glob("*.yaml")))
    return {str(document["place"]): document["topics"] for document in files}


def _in_force(rows: Any, on: date) -> dict[str, Any] | None:
    live = [
        row
        for row in rows
        if row["effective_from"] <= on and (row.get("effective_to") is None or on <= row["effective_to"])
    ]
    return max(live, key=lambda row: row["effective_from"], default=None)
