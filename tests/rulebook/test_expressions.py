"""The gold cases of the language: what a formula gives, how it is explained, what is said when it is wrong."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.kernel.errors import DomainError
from domain.rulebook.errors import GivenMissing
from domain.rulebook.rules.build import condition, parse
from domain.rulebook.rules.formula import Given, formula
from domain.rulebook.rules.kinds import Kind
from domain.rulebook.rules.names import Names
from domain.rulebook.rules.publishing import same
from domain.rulebook.rules.wording import explain
from tests.rulebook.saying import Case, cases, fields, names, plainly, refused


def weekdays(start: date, end: date) -> Decimal:
    """As a calendar without holidays would answer."""
    days = (start + timedelta(days=each) for each in range((end - start).days + 1))
    return Decimal(sum(day.weekday() < 5 for day in days))


GIVEN = Given(date(2026, 3, 11), weekdays)
KNOWN = names(fields())
PARTS = ("算得", "判断", "日期", "函数")
EVERY = [case for part in PARTS for case in cases("expressions", part)]


def known(case: Case) -> Names:
    return names({**fields(), **case["字段"]}) if "字段" in case else KNOWN


@pytest.mark.parametrize("case", EVERY)
def test_what_comes_out(case: Case) -> None:
    expression = parse(case["公式"], known(case))
    assert same(formula(expression).evaluate(case["当"], GIVEN), plainly(case["得"]))


@pytest.mark.parametrize("case", EVERY)
def test_an_explanation_can_be_read_again(case: Case) -> None:
    expression = parse(case["公式"], known(case))
    words = explain(expression.root)
    assert words == case.get("说法", words)
    again = parse(words, known(case))
    assert explain(again.root) == words
    assert same(formula(again).evaluate(case["当"], GIVEN), plainly(case["得"]))


@pytest.mark.parametrize("case", EVERY)
def test_the_trace_comes_to_the_same(case: Case) -> None:
    trace = formula(parse(case["公式"], known(case))).trace(case["当"], GIVEN)
    assert same(trace.value, plainly(case["得"]))
    assert str(trace).splitlines() == case.get("经过", str(trace).splitlines())


@pytest.mark.parametrize("case", cases("errors", "写错"))
def test_what_is_said_to_a_wrong_formula(case: Case) -> None:
    with pytest.raises(DomainError) as refusal:
        parse(case["公式"], KNOWN)
    assert refused(refusal.value) == case["说"]


@pytest.mark.parametrize("case", cases("errors", "算不出"))
def test_what_is_said_when_nothing_comes_out(case: Case) -> None:
    ready = formula(parse(case["公式"], KNOWN))
    for way in (ready.evaluate, ready.trace):
        with pytest.raises(DomainError) as refusal:
            way(case["当"], GIVEN)
        assert refused(refusal.value) == case["说"]


def test_a_condition_must_be_one() -> None:
    with pytest.raises(DomainError) as refusal:
        condition("司龄 + 1", KNOWN)
    assert refused(refusal.value) == "“司龄 + 1”是数字，这里要是/否的判断。"
    assert condition("司龄 > 1", KNOWN).kind is Kind.BOOLEAN


def test_what_the_caller_does_not_give() -> None:
    ready = formula(parse("今天 > 入职日期", KNOWN))
    with pytest.raises(GivenMissing) as refusal:
        ready.evaluate({"入职日期": "2026-01-01"})
    assert refused(refusal.value) == "“今天”在这里还不能用，请换成固定的日期或天数字段。"


def test_open_names_learn_their_kind_from_the_text() -> None:
    """As approvals use it: nobody has declared the fields of a form yet."""
    expression = condition("请假天数 > 3 且 假期类型 = “病假” 且 开始日 >= 2026-01-01", Names(open=True))
    assert expression.fields == {"请假天数": Kind.NUMBER, "假期类型": Kind.TEXT, "开始日": Kind.DATE}
    form = {"请假天数": "3.5", "假期类型": "病假", "开始日": "2026-01-02"}
    assert formula(expression).evaluate(form) is True


def test_open_names_cannot_be_two_things() -> None:
    with pytest.raises(DomainError) as refusal:
        condition("数量 > 3 且 数量 = “三”", Names(open=True))
    assert refusal.value.code == "rulebook.KindsDiffer"
