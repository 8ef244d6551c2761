"""Whether a decision table answers everything, and nothing twice: gaps, overlaps, rows that never count.

Every column is cut where its cells begin and end; between two cuts nothing changes, so one look at each piece is a look
at all values. Pieces that let the same rows through are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from domain.rulebook.rules.cells import AXES, Cell, Column
from domain.rulebook.rules.intervals import Interval, said
from domain.rulebook.rules.kinds import Kind
from domain.rulebook.rules.wording import shown
from domain.rulebook.vocabulary import SPOKEN

MOST = 20
"""Gaps and overlaps that are named; after so many the table is rather written anew."""
LIMIT = 200_000
"""Pieces that are looked at; a table beyond is not searched for gaps to the end."""

Where = tuple[tuple[str, str], ...]
"""Column and stretch: (累计工龄, 10（含）至 15（不含）). A column that does not matter is not named."""


@dataclass(frozen=True)
class Piece:
    """Values of one column that let the same rows through; `rows` is a set of bits, `stretch` where they lie."""

    words: str
    rows: int
    stretch: Interval | None = None

    def with_next(self, other: Piece, kind: Kind) -> Piece | None:
        """Both as one, when the other begins where this ends."""
        if self.stretch is None or other.stretch is None or self.stretch.high != other.stretch.low:
            return None
        joined = Interval(self.stretch.low, other.stretch.high)
        return Piece(said(joined, kind), self.rows | other.rows, joined)


@dataclass(frozen=True)
class Coverage:
    """`hidden`: rows, from 1, that others before them always answer. `complete`: the search came to its end."""

    gaps: tuple[Where, ...]
    overlaps: tuple[tuple[int, int, Where], ...]
    hidden: tuple[int, ...]
    complete: bool


def coverage(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Coverage:
    search = Search(columns, [pieces(column, [row[at] for row in rows]) for at, column in enumerate(columns)])
    gaps = [_named(columns, gap) for gap in search.gaps(0, (1 << len(rows)) - 1)]
    hidden = [at + 1 for at in range(len(rows)) if not search.winners >> at & 1]
    overlaps = [
        (first + 1, second + 1, where)
        for first, second in combinations(range(len(rows)), 2)
        if (where := shared(columns, rows[first], rows[second])) is not None
    ]
    complete = search.looked <= LIMIT
    return Coverage(tuple(gaps[:MOST]), tuple(overlaps[:MOST]), tuple(hidden) if complete else (), complete)


class Search:
    """Goes through the columns from left to right with the rows that are still possible."""

    def __init__(self, columns: Sequence[Column], pieces_of: list[list[Piece]]) -> None:
        self.columns, self.pieces = columns, pieces_of
        self.winners = self.looked = 0
        self.known: dict[tuple[int, int], list[tuple[str, ...]]] = {}

    def gaps(self, at: int, rows: int) -> list[tuple[str, ...]]:
        """The words of each gap, a column each; empty words where the column does not matter."""
        if rows == 0:
            return [("",) * (len(self.columns) - at)]
        if at == len(self.columns):
            self.winners |= rows & -rows
            return []
        if (at, rows) not in self.known:
            self.looked += 1
            self.known[at, rows] = list(self._gaps(at, rows)) if self.looked <= LIMIT else []
        return self.known[at, rows]

    def _gaps(self, at: int, rows: int) -> Iterator[tuple[str, ...]]:
        """Neighbouring pieces with the same gap behind them are one gap."""
        found: list[tuple[Piece, tuple[str, ...]]] = []
        for piece in self.pieces[at]:
            for rest in self.gaps(at + 1, rows & piece.rows)[:MOST]:
                last = next((index for index in range(len(found) - 1, -1, -1) if found[index][1] == rest), None)
                joined = found[last][0].with_next(piece, self.columns[at].kind) if last is not None else None
                if last is not None and joined is not None:
                    found[last] = (joined, rest)
                else:
                    found.append((piece, rest))
        return ((piece.words, *rest) for piece, rest in found)


def _named(columns: Sequence[Column], gap: tuple[str, ...]) -> Where:
    return tuple((column.name, words) for column, words in zip(columns, gap, strict=True) if words)


def pieces(column: Column, cells: Sequence[Cell]) -> list[Piece]:
    """The column in pieces, neighbours with the same rows joined."""
    if column.kind in AXES:
        return _stretches(column, cells)
    values = _values(column, cells)
    found: dict[int, list[str]] = {}
    for value in values:
        found.setdefault(_letting(cells, value), []).append(shown(value))
    if column.kind is Kind.TEXT and not column.options and any(cell.everything or cell.negated for cell in cells):
        others = sum(1 << at for at, cell in enumerate(cells) if cell.everything or cell.negated)
        found.setdefault(others, []).append(SPOKEN["others"])
    if len(found) == 1:
        return [Piece("", rows) for rows in found]
    return [Piece(SPOKEN["list"].join(words), rows) for rows, words in found.items()] or [Piece("", _all(cells))]


def _all(cells: Sequence[Cell]) -> int:
    return (1 << len(cells)) - 1


def _values(column: Column, cells: Sequence[Cell]) -> list[Any]:
    if column.kind is Kind.BOOLEAN:
        return [True, False]
    return list(column.options or dict.fromkeys(value for cell in cells for value in cell.values))


def _letting(cells: Sequence[Cell], value: Any) -> int:
    return sum(1 << at for at, cell in enumerate(cells) if cell.lets(value))


def _stretches(column: Column, cells: Sequence[Cell]) -> list[Piece]:
    found: list[tuple[Interval, int]] = []
    for domain in column.range:
        inside = [each for cell in cells for each in cell.intervals]
        cuts = {domain.low, domain.high, *(cut for each in inside for cut in (each.low, each.high))}
        ordered = sorted(cut for cut in cuts if domain.low <= cut <= domain.high)
        for low, high in pairwise(ordered):
            piece = Interval(low, high)
            rows = sum(1 << at for at, cell in enumerate(cells) if cell.everything or _covers(cell, piece))
            if found and found[-1][1] == rows and found[-1][0].high == low:
                found[-1] = (Interval(found[-1][0].low, high), rows)
            else:
                found.append((piece, rows))
    words = [said(piece, column.kind) for piece, _ in found] if len(found) > 1 else [""]
    return [Piece(each, rows, stretch) for each, (stretch, rows) in zip(words, found, strict=True)]


def _covers(cell: Cell, piece: Interval) -> bool:
    return any(each.covers(piece) for each in cell.intervals)


def shared(columns: Sequence[Column], first: Sequence[Cell], second: Sequence[Cell]) -> Where | None:
    """Where two rows both count; None when they never do."""
    where = []
    for column, one, other in zip(columns, first, second, strict=True):
        words = _shared(column, one, other)
        if words is None:
            return None
        if words:
            where.append((column.name, words))
    return tuple(where)


def _shared(column: Column, one: Cell, other: Cell) -> str | None:
    if one.everything or other.everything:
        cell = other if one.everything else one
        return "" if cell.everything else cell.text
    if column.kind in AXES:
        meetings = [a.meets(b) for a in one.intervals for b in other.intervals if not a.meets(b).is_empty]
        return SPOKEN["list"].join(said(each, column.kind) for each in meetings) if meetings else None
    if one.negated and other.negated:
        return SPOKEN["others"]
    values = [value for value in _values(column, [one, other]) if one.lets(value) and other.lets(value)]
    return SPOKEN["list"].join(shown(value) for value in values) if values else None
