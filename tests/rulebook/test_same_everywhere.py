"""One meaning everywhere: compiled, traced, explained and read again, in PostgreSQL, and worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Date, Numeric, Text, column, select, values
from sqlalchemy.sql.expression import Values as ValuesClause

from domain.kernel.errors import DomainError
from domain.kernel.tx import Tx
from domain.rulebook.errors import GivenMissing, NotInFilters
from domain.rulebook.rules.build import parse
from domain.rulebook.rules.formula import Given, formula
from domain.rulebook.rules.kinds import Kind
from domain.rulebook.rules.names import Names
from domain.rulebook.rules.wording import explain
from domain.rulebook.sql import to_sql
from tests.rulebook.naive import FIELDS, Meant, Writer
from tests.rulebook.saying import CASES
from tests.rulebook.saying import names as declared

NAMES = Names(FIELDS)
TYPES = {Kind.NUMBER: Numeric, Kind.DATE: Date, Kind.TEXT: Text}
ROWS = 6


def by_hand(meant: Meant, held: dict[str, Any]) -> Any:
    """The value, or the kind of error when there is none."""
    try:
        return meant.value(held)
    except ArithmeticError as wrong:
        return type(wrong)


def by_engine(text: str, held: dict[str, Any]) -> Any:
    ready = formula(parse(text, NAMES))
    try:
        value = ready.evaluate(held)
    except DomainError as wrong:
        with pytest.raises(type(wrong)):
            ready.trace(held)
        return wrong
    assert ready.trace(held).value == value
    return value


@settings(max_examples=400, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_engine_comes_to_what_a_hand_does(random: Random) -> None:
    writer = Writer(random)
    meant = writer.number(4) if random.random() < 0.5 else writer.condition(4)
    held = writer.values()
    expected, got = by_hand(meant, held), by_engine(meant.text, held)
    if isinstance(expected, type):
        assert isinstance(got, DomainError)
        assert got.code in {"rulebook.DividedByZero", "rulebook.OutOfRange"}
    else:
        assert got == expected, meant.text


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_is_explained_means_the_same(random: Random) -> None:
    writer = Writer(random)
    meant = writer.number(3) if random.random() < 0.5 else writer.condition(3)
    held = writer.values()
    words = explain(parse(meant.text, NAMES).root)
    assert explain(parse(words, NAMES).root) == words
    first, second = by_engine(meant.text, held), by_engine(words, held)
    assert first == second or (isinstance(first, DomainError) and isinstance(second, DomainError))


def rows_of(writer: Writer) -> tuple[list[dict[str, Any]], ValuesClause]:
    held = [writer.values() for _ in range(ROWS)]
    columns = [column(name, TYPES[kind]) for name, kind in FIELDS.items()]
    return held, values(*columns, name="people").data([tuple(row[name] for name in FIELDS) for row in held])


async def test_postgresql_comes_to_what_python_does(tx: Tx) -> None:
    """250 formulas on six rows each; what cannot be calculated is NULL there and a refusal here."""
    writer = Writer(Random(20261201), quotients=False)
    for turn in range(250):
        meant = writer.number(3) if turn % 2 else writer.condition(3)
        held, people = rows_of(writer)
        made = to_sql(parse(meant.text, NAMES), {name: people.c[name] for name in FIELDS})
        found = list((await tx.session.execute(select(made).select_from(people))).scalars())
        expected = [by_hand(meant, row) for row in held]
        assert found == [None if isinstance(value, type) else value for value in expected], meant.text


FILTERS: dict[str, Any] = yaml.safe_load((CASES / "filters.yaml").read_text("utf-8"))
PEOPLE = declared(FILTERS["字段"])
TODAY = date(2026, 3, 31)
HELD = (
    (Decimal("2.5"), "客服部", date(2025, 1, 31), True),
    (Decimal("12"), "华东部", date(2028, 2, 29), False),
    (None, None, date(2026, 3, 31), True),
)


@pytest.mark.parametrize("text", FILTERS["能筛选"])
async def test_every_function_in_postgresql(tx: Tx, text: str) -> None:
    expression = parse(text, PEOPLE)

    types = (Numeric, Text, Date, Boolean)
    columns = [column(name, kind) for name, kind in zip(PEOPLE.fields, types, strict=True)]
    people = values(*columns, name="people").data(list(HELD))
    made = to_sql(expression, {name: people.c[name] for name in PEOPLE.fields}, TODAY)
    found = list((await tx.session.execute(select(made).select_from(people))).scalars())
    assert found == [or_nothing(expression, dict(zip(PEOPLE.fields, row, strict=True))) for row in HELD]


def or_nothing(expression: Any, held: dict[str, Any]) -> Any:
    try:
        return formula(expression).evaluate(held, Given(TODAY))
    except DomainError:
        return None


@pytest.mark.parametrize(
    "text", ["工作日数(入职日期, 今天) > 3", "包含(技能, “英语”)", "日历天数(时间)", "阶梯(司龄, 税率)"]
)
def test_what_only_works_on_values_says_so(text: str) -> None:
    known = declared(FILTERS["不能筛选"]["字段"])
    columns: dict[str, Any] = {name: column(name) for name in known.fields}
    with pytest.raises(NotInFilters):
        to_sql(parse(text, known), columns, TODAY)


def test_a_filter_needs_the_day() -> None:
    columns: dict[str, Any] = {"入职日期": column("hired_on", Date)}
    with pytest.raises(GivenMissing):
        to_sql(parse("入职日期 < 今天", PEOPLE), columns)
