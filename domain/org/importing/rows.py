"""From cells to facts about one person: pure. What cannot be right becomes a problem with a code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.org.importing.columns import columns, header_of, vocabulary
from domain.org.importing.sheet import Cell, RawRow
from domain.people import badges, rules
from domain.people.rules import Messenger, WorkerType

NUMBER_SHAPE = re.compile(r"[\w.\-]{1,40}", re.ASCII)
FORMULA_STARTS = "=+-@\t\r"
DAYS_AT_MOST = 400
LENGTHS = {"name": 80, "department": 160, "title": 80, "city": 40, "legal_entity": 120}
SERIAL_ZERO = date(1899, 12, 30)
SERIALS = range(15_000, 75_000)
"""A date cell that lost its format is the number of days since SERIAL_ZERO; these are the years 1941 to 2105."""
EXACT_DIGITS = 15
"""A spreadsheet number keeps no more digits than this: an ID number typed as a number has lost its end."""


@dataclass(frozen=True)
class Problem:
    """Why a row is not imported; `code` has its words in `cards/people/_problems.yaml`, `facts` fill them."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class RowProblem(Exception):
    """Carries a Problem out of the parsing of a row."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.problem = Problem(code, facts)


@dataclass(frozen=True)
class Row:
    """One person as the file has it; None where the cell is empty."""

    line: int
    number: str
    name: str
    department: str
    hired_on: date
    title: str | None = None
    manager: str | None = None
    worker_type: WorkerType | None = None
    first_work_on: date | None = None
    mobile: str | None = None
    id_number: str | None = None
    city: str | None = None
    legal_entity: str | None = None
    balances: Mapping[str, Decimal] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Accounts by platform, in lower case."""
    badge: str | None = field(default=None, repr=False)


def parse(raw: RawRow) -> Row:
    """Raises RowProblem for the first thing that is wrong."""
    cells = raw.cells
    for column in columns():
        if column.required and text(cells.get(column.key)) is None:
            raise RowProblem("required", column=column.header)
    for key, longest in LENGTHS.items():
        _plain(key, text(cells.get(key)), longest)
    hired_on, first_work_on = _date("hired_on", cells), _date("first_work_on", cells)
    assert hired_on is not None
    if first_work_on is not None and first_work_on > hired_on:
        raise RowProblem("first_work_late")
    return Row(
        line=raw.line,
        number=_number("number", cells) or "",
        name=" ".join((text(cells.get("name")) or "").split()),
        department=re.sub(r"\s*/\s*", "/", text(cells.get("department")) or ""),
        hired_on=hired_on,
        title=text(cells.get("title")),
        manager=_number("manager", cells),
        worker_type=_worker_type(text(cells.get("worker_type"))),
        first_work_on=first_work_on,
        mobile=_checked("mobile", text(cells.get("mobile"))),
        id_number=_id_number(cells.get("id_number")),
        city=text(cells.get("city")),
        legal_entity=text(cells.get("legal_entity")),
        balances=_balances(cells),
        accounts={one.value: said for one in Messenger if (said := _account(one, cells.get(one))) is not None},
        badge=_badge(cells.get("badge")),
    )


def text(cell: Cell) -> str | None:
    """A cell as people read it: whole numbers without `.0`; None when empty."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip() or None


def _plain(key: str, value: str | None, longest: int) -> None:
    if value is None:
        return
    if value[0] in FORMULA_STARTS:
        raise RowProblem("formula", column=header_of(key))
    if len(value) > longest:
        raise RowProblem("too_long", column=header_of(key), longest=longest)


def _number(key: str, cells: Mapping[str, Cell]) -> str | None:
    value = text(cells.get(key))
    if value is not None and not NUMBER_SHAPE.fullmatch(value):
        raise RowProblem("number_invalid", column=header_of(key))
    return value


def _date(key: str, cells: Mapping[str, Cell]) -> date | None:
    cell = cells.get(key)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    written = text(cell)
    if written is None:
        return None
    if isinstance(cell, int | float) and cell in SERIALS:
        return SERIAL_ZERO + timedelta(days=int(cell))
    found = re.fullmatch(vocabulary()["date_shape"], written)
    try:
        if found is None:
            raise ValueError(written)
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise RowProblem("date_invalid", column=header_of(key)) from None


def _worker_type(value: str | None) -> WorkerType | None:
    if value is None:
        return None
    if value not in vocabulary()["worker_types"]:
        raise RowProblem("worker_type_unknown", value=value[:20], known=vocabulary()["offered_types"])
    return WorkerType(vocabulary()["worker_types"][value])


def _checked(key: str, value: str | None) -> str | None:
    if value is None:
        return None
    stored = rules.mobile(value)
    if stored is None:
        raise RowProblem(f"{key}_invalid")
    return stored


def _id_number(cell: Cell) -> str | None:
    value = text(cell)
    if value is None:
        return None
    if isinstance(cell, int | float) and len(value) > EXACT_DIGITS:
        raise RowProblem("id_number_as_number")
    stored = rules.id_number(value)
    if stored is None:
        raise RowProblem("id_number_invalid")
    return stored


def _whole_digits(key: str, cell: Cell) -> str | None:
    """A cell of digits that must not have lost any."""
    value = text(cell)
    if value is not None and isinstance(cell, int | float) and len(value) > EXACT_DIGITS:
        raise RowProblem("account_as_number", column=header_of(key))
    return value


def _badge(cell: Cell) -> str | None:
    value = _whole_digits("badge", cell)
    if value is None:
        return None
    number = badges.badge(value)
    if number is None:
        raise RowProblem("badge_invalid", column=header_of("badge"))
    return number


def _account(platform: Messenger, cell: Cell) -> str | None:
    value = _whole_digits(platform, cell)
    if value is None:
        return None
    account = rules.account(value)
    if account is None:
        raise RowProblem("account_invalid", column=header_of(platform))
    return account


def _balances(cells: Mapping[str, Cell]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    annual = text(cells.get("annual"))
    if annual is not None:
        found["annual"] = _days(annual, header_of("annual"))
    written = text(cells.get("balances"))
    for part in re.split(r"[;；,，、\n]", written or ""):
        if not part.strip():
            continue
        match = re.fullmatch(vocabulary()["balance_shape"], part.strip())
        kind = vocabulary()["leave_kinds"].get(match[1].strip()) if match else None
        if match is None or kind is None or kind in found:
            raise RowProblem("balance_unclear", value=part.strip()[:30], known=list(vocabulary()["leave_kinds"]))
        found[kind] = _days(match[2], header_of("balances"))
    return found


def _days(value: str, column: str) -> Decimal:
    match = re.fullmatch(vocabulary()["days_shape"], value.strip())
    try:
        days = Decimal(match[1] if match else value)
    except InvalidOperation:
        raise RowProblem("days_invalid", column=column) from None
    if not days.is_finite() or not 0 <= days <= DAYS_AT_MOST or days != round(days, 2):
        raise RowProblem("days_invalid", column=column)
    return days
