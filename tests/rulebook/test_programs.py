"""Formulas that use each other: their order, their circle, all in one function, each explained."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.errors import DomainError
from domain.rulebook.errors import RunsInCircle
from domain.rulebook.rules.formula import formula
from domain.rulebook.rules.kinds import Kind
from domain.rulebook.rules.names import Names
from domain.rulebook.rules.program import order, program
from tests.rulebook.saying import CASES, names, refused

CASE: dict[str, Any] = yaml.safe_load((CASES / "payroll.yaml").read_text("utf-8"))
PAY = program(CASE["薪资项"], names(CASE["字段"]))


def test_every_pay_item_to_the_fen() -> None:
    results = PAY.evaluate(CASE["当"])
    assert {name: float(value) for name, value in results.items()} == CASE["得"]


def test_each_item_comes_after_what_it_needs() -> None:
    place = {name: at for at, name in enumerate(PAY.outputs)}
    for name, expression in PAY.formulas.items():
        assert all(place[needed] < place[name] for needed in expression.fields if needed in place)
    assert set(PAY.inputs) == set(CASE["字段"])


def test_one_item_explained_from_the_results_it_needs() -> None:
    trace = PAY.trace("应发工资", CASE["当"])
    assert str(trace) == "出勤工资 11454.55 + 加班费 1034.48 + 全勤奖 0 = 12489.03"


def test_a_circle_is_named() -> None:
    with pytest.raises(RunsInCircle) as refusal:
        program({"甲": "乙 + 1", "乙": "丙 * 2", "丙": "甲 - 1", "丁": "1"}, Names())
    names_in_circle = refusal.value.facts["names"]
    assert set(names_in_circle) == {"甲", "乙", "丙"}
    assert names_in_circle[0] == names_in_circle[-1]
    assert " → " in refused(refusal.value)


def test_a_circle_reads_as_each_needing_the_next() -> None:
    with pytest.raises(RunsInCircle) as refusal:
        order({"甲": {"乙"}, "乙": {"丙"}, "丙": {"甲"}})
    circle = refusal.value.facts["names"]
    needs = {"甲": "乙", "乙": "丙", "丙": "甲"}
    assert all(needs[former] == later for former, later in pairwise(circle))


def test_an_item_that_needs_itself() -> None:
    with pytest.raises(RunsInCircle) as refusal:
        program({"甲": "甲 + 1"}, Names())
    assert refused(refusal.value) == "这些公式互相要用，算不出先后：甲 → 甲。请改掉其中一个。"


def test_which_item_could_not_be_calculated() -> None:
    values = {**CASE["当"], "应出勤天数": 0}
    with pytest.raises(DomainError) as refusal:
        PAY.evaluate(values)
    said = "算“出勤工资”时，“基本工资 / 应出勤天数”除以了 0。请核对数据，或在公式里先判断不等于 0。"
    assert refused(refusal.value) == said


def test_a_wrong_item_is_named() -> None:
    with pytest.raises(DomainError) as refusal:
        program({"甲": "1", "乙": "甲 + “丙”"}, Names())
    assert refusal.value.facts["item"] == "乙"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.decimals(-(10**7), 10**7, places=2), min_size=5, max_size=5))
def test_together_they_come_to_what_each_does_alone(amounts: list[Decimal]) -> None:
    fields = dict.fromkeys("甲乙丙丁戊", Kind.NUMBER)
    texts = {"一": "甲 / 3 + 乙", "二": "最大(一, 丙) * 10%", "三": "如果 二 > 丁 则 一 否则 四舍五入(二 - 戊, 2)"}
    together = program(texts, Names(fields))
    values: dict[str, Any] = dict(zip(fields, amounts, strict=True))
    results = together.evaluate(values)
    for name in together.outputs:
        values[name] = formula(together.formulas[name]).evaluate(values)
    assert results == {name: values[name] for name in texts}
