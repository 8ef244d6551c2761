"""Rule documents: read, rehearsed, checked, published, in force on a day, tried on past cases."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal

import pytest

from domain.kernel.errors import DomainError
from domain.rulebook.errors import FieldEmpty, NotInForce, NotPublishable
from domain.rulebook.rules.backtest import Case as Past
from domain.rulebook.rules.backtest import compare
from domain.rulebook.rules.build import parse
from domain.rulebook.rules.documents import Document, in_force, read_document, read_documents
from domain.rulebook.rules.formula import Given
from domain.rulebook.rules.kinds import Kind
from domain.rulebook.rules.names import Names
from domain.rulebook.rules.publishing import check, outcome, publishable, rehearse
from domain.rulebook.vocabulary import FUNCTIONS
from tests.house.tree import ROOT
from tests.rulebook.saying import CASES, Case, cases, found, refused

SHIPPED = read_documents((CASES / "documents.yaml").read_text("utf-8"))


@pytest.mark.parametrize("document", SHIPPED, ids=lambda document: document.name)
def test_these_may_be_published(document: Document) -> None:
    assert publishable(document) == []
    assert all(rehearsal.passed for rehearsal in rehearse(document))


def test_what_a_document_keeps() -> None:
    assert (SHIPPED[0].note, SHIPPED[0].source) == ("按 21.75 天折算", "员工手册 第 12 条")
    assert SHIPPED[0].examples[0].given["基本工资"] == Decimal("10000.00")
    assert SHIPPED[1].effective == date(2026, 12, 1)


def test_a_back_dated_run_takes_the_formula_of_that_month() -> None:
    values = {"基本工资": 10000, "缺勤天数": 1.5}
    months = {date(2026, 11, 30): Decimal("689.66"), date(2026, 12, 1): Decimal("344.83")}
    for day, amount in months.items():
        assert outcome(in_force(SHIPPED, "缺勤扣款", day).rule, values) == amount


def test_nothing_counts_before_its_day() -> None:
    with pytest.raises(NotInForce) as refusal:
        in_force(SHIPPED[1:2], "缺勤扣款", date(2026, 11, 30))
    assert refused(refusal.value) == "“缺勤扣款”在 11月30日(周一)还没有生效的版本。请 HR 先发布。"


@pytest.mark.parametrize("case", cases("unreadable", "写错"))
def test_what_is_said_to_a_file_nobody_can_read(case: Case) -> None:
    text = case["文件"] if "文件" in case else case["文件套"] * 5000
    with pytest.raises(DomainError) as refusal:
        read_documents(text)
    assert refused(refusal.value) == case["说"]


def test_json_is_read_like_yaml() -> None:
    stored = {"规则表": "表", "输入": ["甲"], "输出": ["乙"], "行": [["< 1", 0.1], ["-", 1]]}
    (document,) = read_documents(json.dumps(stored, ensure_ascii=False))
    assert outcome(document.rule, {"甲": 0.5}) == Decimal("0.1")
    assert outcome(read_document(stored).rule, {"甲": 0.5}) == Decimal("0.1")


def test_a_wrong_example_forbids_publishing() -> None:
    (document,) = read_documents(
        "薪资项: 餐补\n公式: 出勤天数 * 15\n测试: [{当: {出勤天数: 2}, 得: 31}, {当: {}, 得: 0}]"
    )
    with pytest.raises(NotPublishable) as refusal:
        publishable(document)
    assert refused(refusal.value) == "“餐补”没有发布：有 2 处要先改。请看下面的检查结果。"
    assert [found(each) for each in check(document)] == [
        "第 1 个测试不对：应得 31，算出来是 30。",
        f"第 2 个测试（应得 0）没算出来：{refused(FieldEmpty(field='出勤天数'))}",
    ]
    assert [each.got for each in rehearse(document)] == [Decimal(30), None]


def test_working_days_in_examples_come_from_the_caller() -> None:
    names = Names({"时间": Kind.PERIOD})
    text = "名称: 天数\n公式: 工作日数(时间)\n测试: [{当: {时间: [2026-03-09, 2026-03-10]}, 得: 2}]"
    (document,) = read_documents(text, names)
    assert [each.code for each in check(document)] == ["example_stopped"]
    assert check(document, Given(workdays=lambda start, end: Decimal((end - start).days + 1))) == []


def test_what_would_have_been() -> None:
    """如果改成 3 天以上总监批."""
    names = Names({"请假天数": Kind.NUMBER})
    old, new = (read_documents(f"名称: 总监批\n公式: 请假天数 > {days}\n类型: 是否", names)[0].rule for days in (5, 3))
    past = [Past(f"LV-{days}", {"请假天数": days}) for days in (1, 3.5, 4, 5, 6)] + [Past("LV-空", {})]
    report = compare(old, new, past)
    assert (report.cases, report.differing, report.failed) == (6, 3, ("LV-空",))
    assert [each.key for each in report.examples(2)] == ["LV-3.5", "LV-4"]
    assert (report.differences[0].old, report.differences[0].new) == (False, True)


def test_a_rule_that_stops_where_the_other_does_not_is_a_difference() -> None:
    names = Names({"甲": Kind.NUMBER, "乙": Kind.NUMBER})
    old, new = (read_documents(f"薪资项: 丙\n公式: {text}", names)[0].rule for text in ("甲", "甲 + 乙"))
    report = compare(old, new, [Past("1", {"甲": 1})])
    assert isinstance(report.differences[0].new, DomainError)
    assert refused(report.differences[0].new).startswith("“乙”还没有填")


def test_the_page_for_hr_tells_the_truth() -> None:
    """Every rule and every formula on the page can be read, every example on it comes out."""
    page = (ROOT / "docs" / "rules-language.md").read_text("utf-8")
    blocks = re.findall(r"```(\w*)\n(.*?)```", page, re.DOTALL)
    rules = [document for kind, text in blocks if kind == "yaml" for document in read_documents(text)]
    assert [check(document) for document in rules] == [[], []]
    formulas = blocks[0][1].splitlines()
    assert [parse(text, Names(open=True)).text for text in formulas[:-1]] == formulas[:-1]
    assert parse(formulas[-1], Names({"入职日期": Kind.DATE})).kind is Kind.DATE


def test_the_page_for_hr_names_every_function() -> None:
    page = (ROOT / "docs" / "rules-language.md").read_text("utf-8")
    assert [name for name in FUNCTIONS if name not in page] == []
