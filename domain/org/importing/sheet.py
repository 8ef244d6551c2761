"""Excel in and out. Cells are values: formulas are neither evaluated on reading nor written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from domain.org.errors import ColumnsMissing, FileTooLarge, FileUnreadable, NotRoster, RosterEmpty
from domain.org.importing.columns import Column, columns, key_of, vocabulary

BYTES_AT_MOST = 10_000_000
UNPACKED_AT_MOST = 100_000_000
ROWS_AT_MOST = 5_000
HEADER_WITHIN = 10

Cell = str | float | int | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class RawRow:
    """A row as it stands in the file: its line there, and its cells by column key."""

    line: int
    cells: Mapping[str, Cell]


def read(content: bytes) -> list[RawRow]:
    """The filled rows of the first sheet that has the roster's header, empty ones left out.

    Raises FileUnreadable, FileTooLarge (`rows` or `megabytes`), NotRoster, ColumnsMissing, RosterEmpty.
    """
    missing: set[str] | None = None
    for table in _tables(content):
        found = _header(table)
        if found is None:
            continue
        at, keys = found
        missing = {column.key for column in columns() if column.required} - set(keys.values())
        if missing:
            continue
        rows = _rows(table, at, keys)
        if not rows:
            raise RosterEmpty
        if len(rows) > ROWS_AT_MOST:
            raise FileTooLarge(rows=ROWS_AT_MOST)
        return rows
    if missing is None:
        raise NotRoster
    raise ColumnsMissing(columns=[column.header for column in columns() if column.key in missing])


def template() -> bytes:
    """An empty roster with a sheet of explanations, drop-downs and date checks."""
    words = vocabulary()
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(words["sheet"])
        sheet.freeze_panes(1, 2)
        for at, column in enumerate(columns()):
            sheet.set_column(at, at, column.width, text if column.text else day if column.date else None)
            sheet.write_string(0, at, column.header + ("*" if column.required else ""), bold)
            _validate(sheet, at, column)
        guide = book.add_worksheet(words["guide"])
        guide.set_column(0, 0, 20)
        guide.set_column(2, 2, 70)
        for at, title in enumerate(words["guide_head"]):
            guide.write_string(0, at, title, bold)
        for line, column in enumerate(columns(), start=1):
            for at, cell in enumerate((column.header, words["required"][column.required], column.note)):
                guide.write_string(line, at, cell)
    return out.getvalue()


def _validate(sheet: xlsxwriter.worksheet.Worksheet, at: int, column: Column) -> None:
    words = vocabulary()
    said = {"error_title": words["invalid"]["title"], "ignore_blank": True}
    if column.key == "worker_type":
        rule = {"validate": "list", "source": words["offered_types"], "error_message": words["invalid"]["message"]}
        sheet.data_validation(1, at, ROWS_AT_MOST, at, {**said, **rule})
    elif column.date:
        rule = {"validate": "date", "criteria": ">", "value": date(1940, 1, 1), "error_type": "warning"}
        sheet.data_validation(1, at, ROWS_AT_MOST, at, {**said, **rule, "error_message": words["invalid"]["date"]})


def _tables(content: bytes) -> list[list[list[Cell]]]:
    if len(content) > BYTES_AT_MOST:
        raise FileTooLarge(megabytes=BYTES_AT_MOST // 1_000_000)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > UNPACKED_AT_MOST:
            raise FileTooLarge(megabytes=BYTES_AT_MOST // 1_000_000)
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [
                [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
                for name in book.sheet_names
            ]
    except (zipfile.BadZipFile, CalamineError, ValueError, OSError) as error:
        raise FileUnreadable from error


def _header(table: Sequence[Sequence[Cell]]) -> tuple[int, dict[int, str]] | None:
    """The first row that names at least two columns."""
    for at, row in enumerate(table[:HEADER_WITHIN]):
        keys: dict[int, str] = {}
        for place, cell in enumerate(row):
            key = key_of(cell) if isinstance(cell, str) else None
            if key is not None and key not in keys.values():
                keys[place] = key
        if len(keys) >= 2:
            return at, keys
    return None


def _rows(table: Sequence[Sequence[Cell]], header: int, keys: Mapping[int, str]) -> list[RawRow]:
    rows = []
    for at, row in enumerate(table[header + 1 :], start=header + 2):
        cells = {key: row[place] for place, key in keys.items() if place < len(row)}
        if any(not (cell is None or (isinstance(cell, str) and not cell.strip())) for cell in cells.values()):
            rows.append(RawRow(at, cells))
    return rows
