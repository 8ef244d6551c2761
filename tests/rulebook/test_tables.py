"""Decision tables: what their cells let through, which row counts and why, gaps and overlaps in words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.errors import DomainError
from domain.rulebook.rules.coverage import coverage
from domain.rulebook.rules.documents import read_document
from domain.rulebook.rules.formula import Given
from domain.rulebook.rules.publishing import check, outcome
from domain.rulebook.rules.table import Table
from tests.rulebook.saying import Case, cases, found, plainly, refused


def table(**more: Any) -> Table:
    rule = read_document({"规则表": "表", "输出": ["得"], **more}).rule
    assert isinstance(rule, Table)
    return rule


@pytest.mark.parametrize("case", cases("tables", "检查"))
def test_what_a_check_says(case: Case) -> None:
    assert [found(each) for each in check(read_document(case["表"]))] == case["说"]


@pytest.mark.parametrize("case", cases("tables", "单元格"))
def test_what_a_cell_lets_through(case: Case) -> None:
    ready = table(输入=[{"名称": "甲", "类型": case["种类"]}], 行=[[case["写"], "在"], ["-", "不在"]])
    for wanted in ("在", "不在"):
        assert [outcome(ready, {"甲": value}) for value in case[wanted]] == [wanted] * len(case[wanted])


@pytest.mark.parametrize("case", cases("tables", "写错"))
def test_what_is_said_to_a_cell_nobody_can_read(case: Case) -> None:
    with pytest.raises(DomainError) as refusal:
        table(输入=[{"名称": "甲", "类型": case["种类"]}], 行=[[case["写"], 1]])
    assert refused(refusal.value) == case["说"]


LEAVE = {
    "输入": ["假期类型", {"名称": "请假天数", "单位": "天"}],
    "行": [["病假", "> 10", "总监"], ["病假、事假", "> 3天", "经理"], ["-", "-", "主管"]],
}


def test_the_trace_says_which_row_and_why() -> None:
    trace = table(**LEAVE).trace({"假期类型": "事假", "请假天数": 5})
    assert str(trace).splitlines() == [
        "第 1 行 → 不符合",
        "  假期类型 “事假” 符合 病假 → 否",
        "第 2 行 → 命中，得 “经理”",
        "  假期类型 “事假” 符合 病假、事假 → 是",
        "  请假天数 5 符合 > 3天 → 是",
    ]


def test_what_a_row_does_not_ask_for_may_be_empty() -> None:
    ready = table(**LEAVE)
    assert outcome(ready, {"假期类型": "年假"}) == "主管"
    with pytest.raises(DomainError) as refusal:
        ready.decide({"假期类型": "病假"})
    assert refused(refusal.value).startswith("“请假天数”还没有填")


def test_an_answer_may_be_a_formula() -> None:
    ready = table(输入=["司龄"], 行=[["< 1", 0], ["-", "= 最小(司龄 * 1, 年(今天) - 2016)"]])
    assert outcome(ready, {"司龄": 30}, Given(date(2026, 3, 11))) == 10
    assert outcome(ready, {"司龄": 0.5}) == 0


def test_only_one_row_may_count() -> None:
    ready = table(命中="唯一", 输入=["甲"], 行=[["> 1", 1], ["> 2", 2]])
    with pytest.raises(DomainError) as refusal:
        ready.decide({"甲": 3})
    said = "规则表“表”有几行同时适用：第 1、2 行，但只能有一行。请改到不重叠，或把“命中”改成“首条”。"
    assert refused(refusal.value) == said
    with pytest.raises(DomainError) as refusal:
        ready.decide({"甲": 0})
    assert refused(refusal.value) == "规则表“表”没有一行适用（甲 0）。请补一行。"


def test_several_outputs() -> None:
    rule = read_document({"规则表": "表", "输入": ["甲"], "输出": ["级别", "系数"], "行": [["-", "A", 1.5]]}).rule
    assert outcome(rule, {"甲": 1}) == {"级别": "A", "系数": Decimal("1.5")}


def cell(random: Random) -> Any:
    """A random cell over small whole numbers."""
    low = random.randint(0, 6)
    high = low + random.randint(0, 3)
    opening, closing = random.choice("[("), random.choice("])")
    if low == high:
        opening, closing = "[", "]"
    return random.choice((f"{opening}{low}, {high}{closing}", f"< {low}", f">= {high}", f"{low}、{high}", "-"))


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_gaps_and_hidden_rows_are_what_trying_everything_shows(random: Random) -> None:
    """Every half step of two columns is tried: gaps exist exactly where no row answers, hidden rows never do."""
    rows = [[cell(random), cell(random), index] for index in range(random.randint(1, 5))]
    inputs = [{"名称": name, "类型": "数字"} for name in ("甲", "乙")]
    ready = table(输入=inputs, 行=rows)
    covered = coverage(ready.columns, [row.cells for row in ready.rows])
    steps = [Decimal(step) / 2 for step in range(-2, 24)]
    answered = {ready.run(first, second) for first in steps for second in steps}
    assert (None in answered) == bool(covered.gaps)
    assert set(covered.hidden) == {index + 1 for index in range(len(rows))} - {
        index + 1 for index in answered if index is not None
    }


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_overlaps_are_what_trying_everything_shows(random: Random) -> None:
    rows = [[cell(random), index] for index in range(random.randint(1, 5))]
    ready = table(命中="全部", 输入=[{"名称": "甲", "类型": "数字"}], 行=rows)
    covered = coverage(ready.columns, [row.cells for row in ready.rows])
    pairs = set()
    for step in range(-2, 40):
        fits = [index + 1 for index, each in enumerate(ready.run(Decimal(step) / 4)) if each]
        pairs |= {(first, second) for first in fits for second in fits if first < second}
    assert {(first, second) for first, second, _ in covered.overlaps} == pairs


def test_a_large_table_is_checked_soon() -> None:
    """Four columns of forty rows; the pieces are many, what has to be looked at is not."""
    inputs = [{"名称": name, "类型": "数字"} for name in "甲乙丙丁"]
    rows = [[*(f"[{index * each}, {index * each + 7})" for each in (1, 2, 3, 5)), index] for index in range(40)]
    ready = table(输入=inputs, 行=rows)
    assert len(coverage(ready.columns, [row.cells for row in ready.rows]).gaps) == 20


def test_dates_in_json_are_days() -> None:
    ready = table(输入=["日期"], 行=[["[2026-01-01, 2026-06-30]", 1], [">= 2026-07-01", 2]])
    start = date(2026, 6, 30)
    assert [outcome(ready, {"日期": each}) for each in (start, start + timedelta(days=1), "2026-07-02")] == [1, 2, 2]
    assert plainly(1.5) == Decimal("1.5")
