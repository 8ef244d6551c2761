"""Decision tables 规则表: rows of conditions, the answer at the right; compiled like formulas.

命中: 首条 the first row that fits, 唯一 exactly one may fit, 全部 all that fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from domain.rulebook.errors import NoRow, SeveralRows
from domain.rulebook.rules.cells import AXES, Cell, Column
from domain.rulebook.rules.formula import NOTHING_GIVEN, WRONG, Given, fitted, formula
from domain.rulebook.rules.intervals import AFTER, Cut, Interval
from domain.rulebook.rules.kinds import LISTS, Kind
from domain.rulebook.rules.python import Code, answer, function, together, when
from domain.rulebook.rules.tree import (
    Asked,
    Compare,
    Day,
    Expression,
    Logic,
    Member,
    Node,
    Number,
    Several,
    Text,
    Truth,
)
from domain.rulebook.rules.walk import Step, Trace, Walk
from domain.rulebook.rules.wording import shown
from domain.rulebook.vocabulary import SPOKEN

PLACE = (0, 0)


class Hit(StrEnum):
    """Which of the rows that fit count."""

    FIRST = "first"
    ALL = "all"
    UNIQUE = "unique"


@dataclass(frozen=True)
class Row:
    """Conditions by input, answers by output: values, or formulas over the inputs (written with = in front)."""

    cells: tuple[Cell, ...]
    answers: tuple[Any, ...]


@dataclass(frozen=True)
class Answer:
    """A row that counts, from 1, and what it says."""

    row: int
    values: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Table:
    """`run` takes exact values in the order of the columns and returns for every row whether it fits, with 首条 the
    index of the first (None: none); it raises Python's own errors."""

    name: str
    columns: tuple[Column, ...]
    outputs: tuple[str, ...]
    rows: tuple[Row, ...]
    hit: Hit = Hit.FIRST

    @cached_property
    def fields(self) -> dict[str, Kind]:
        """All that the table reads: its columns, and fields that only its answers use."""
        found = {column.name: column.kind.plain for column in self.columns}
        for row in self.rows:
            for each in row.answers:
                if isinstance(each, Expression):
                    found = {**each.fields, **found}
        return found

    @cached_property
    def conditions(self) -> tuple[Node | None, ...]:
        return tuple(_row_node(self.columns, row) for row in self.rows)

    @cached_property
    def run(self) -> Callable[..., Any]:
        places = {column.name: f"f{index}" for index, column in enumerate(self.columns)}
        code = Code(places)
        made = [code.value(node) if node else code.constant(True) for node in self.conditions]
        if self.hit is Hit.FIRST:
            body = [when(condition, index) for index, condition in enumerate(made)]
            return function(code, [*body, answer(code.constant(None))], list(places.values()))
        return function(code, [answer(together(made))], list(places.values()))

    def decide(self, values: Mapping[str, Any], given: Given = NOTHING_GIVEN) -> tuple[Answer, ...]:
        """The rows that count: one for 首条 and 唯一, any number for 全部.

        Raises NoRow, SeveralRows, and what a formula raises.
        """
        fits = self._fitting(fitted(values, {column.name: column.kind.plain for column in self.columns}))
        if self.hit is not Hit.ALL and not fits:
            raise NoRow(table=self.name, values=tuple((c.name, shown(values.get(c.name))) for c in self.columns))
        if self.hit is Hit.UNIQUE and len(fits) > 1:
            raise SeveralRows(table=self.name, rows=tuple(index + 1 for index in fits))
        return tuple(self._answer(index, values, given) for index in fits)

    def trace(self, values: Mapping[str, Any], given: Given = NOTHING_GIVEN) -> Trace:
        """Which rows were looked at and why they fit or not, then the answers."""
        exact_values = fitted(values, {column.name: column.kind.plain for column in self.columns})
        answers = self.decide(values, given)
        last = answers[0].row if self.hit is Hit.FIRST else len(self.rows)
        taken = {each.row: each for each in answers}
        steps = [step for row in range(1, last + 1) for step in self._told(row, exact_values, taken.get(row))]
        return Trace(answers, tuple(steps))

    def _fitting(self, values: Mapping[str, Any]) -> tuple[int, ...]:
        try:
            found = self.run(*values.values())
        except WRONG:
            for node in filter(None, self.conditions):
                Walk(Expression("", node), values, {}).value(node)
            raise
        if self.hit is Hit.FIRST:
            return () if found is None else (found,)
        return tuple(index for index, fits in enumerate(found) if fits)

    def _answer(self, index: int, values: Mapping[str, Any], given: Given) -> Answer:
        said = (
            formula(each).evaluate(values, given) if isinstance(each, Expression) else each
            for each in self.rows[index].answers
        )
        return Answer(index + 1, dict(zip(self.outputs, said, strict=True)))

    def _told(self, number: int, values: Mapping[str, Any], taken: Answer | None) -> list[Step]:
        row = self.rows[number - 1]
        told = []
        for column, cell in zip(self.columns, row.cells, strict=True):
            node = _cell_node(column, cell)
            if node is None:
                continue
            fits = bool(Walk(Expression("", node), values, {}).value(node))
            text = f"{column.name} {shown(values[column.name])} {SPOKEN['fits']} {cell.text}"
            told.append(Step(1, text, shown(fits)))
            if not fits:
                break
        head = SPOKEN["row"].format(row=number)
        said = SPOKEN["list"].join(f"{name} {shown(each)}" for name, each in taken.values.items()) if taken else ""
        return [Step(0, head, f"{SPOKEN['row_taken']}{SPOKEN['comma']}{said}" if taken else SPOKEN["no_row"]), *told]


def _row_node(columns: Sequence[Column], row: Row) -> Node | None:
    nodes = [node for column, cell in zip(columns, row.cells, strict=True) if (node := _cell_node(column, cell))]
    return _joined("AND", nodes) if nodes else None


def _cell_node(column: Column, cell: Cell) -> Node | None:
    """The cell as a condition on its field; None lets everything through."""
    if cell.everything:
        return None
    asked = Asked(*PLACE, column.kind.plain, 1, column.name)
    if column.kind in AXES:
        return _joined("OR", [_inside(asked, each, column.kind) for each in cell.intervals])
    maker: Any = Truth if column.kind is Kind.BOOLEAN else Text
    items = tuple(maker(*PLACE, column.kind, 1, value) for value in cell.values)
    if len(items) == 1:
        return Compare(*PLACE, Kind.BOOLEAN, 2, "NE" if cell.negated else "EQ", asked, items[0])
    listed = Several(*PLACE, LISTS.get(column.kind, Kind.ANY), 2, items)
    return Member(*PLACE, Kind.BOOLEAN, 3, asked, listed, cell.negated)


def _inside(asked: Asked, interval: Interval, kind: Kind) -> Node:
    parts = []
    if interval.low[0] == 0:
        parts.append(_limit("GT" if interval.low[2] == AFTER else "GE", asked, interval.low, kind))
    if interval.high[0] == 0:
        parts.append(_limit("LE" if interval.high[2] == AFTER else "LT", asked, interval.high, kind))
    return _joined("AND", parts) if parts else Truth(*PLACE, Kind.BOOLEAN, 1, True)


def _limit(sign: str, asked: Asked, cut: Cut, kind: Kind) -> Node:
    value: Node
    if kind is Kind.DATE:
        value = Day(*PLACE, Kind.DATE, 1, date.fromordinal(cut[1]))
    else:
        value = Number(*PLACE, Kind.NUMBER, 1, Decimal(cut[1]))
    return Compare(*PLACE, Kind.BOOLEAN, 2, sign, asked, value)


def _joined(sign: str, nodes: Sequence[Node]) -> Node:
    if len(nodes) == 1:
        return nodes[0]
    return Logic(*PLACE, Kind.BOOLEAN, 1 + max(node.depth for node in nodes), sign, tuple(nodes))
