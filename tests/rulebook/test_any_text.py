"""Whatever somebody types: a tree or a refusal in words, soon, and never a line of code of theirs."""

from __future__ import annotations

import ast
from time import perf_counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.kernel.errors import DomainError
from domain.rulebook.rules import python
from domain.rulebook.rules.build import parse
from domain.rulebook.rules.documents import read_documents
from domain.rulebook.rules.formula import formula
from domain.rulebook.rules.kinds import Kind
from domain.rulebook.rules.names import Names
from domain.rulebook.rules.python import Code
from domain.rulebook.rules.scanner import KEYWORDS, LONGEST, SIGNS, UNITS
from domain.rulebook.rules.wording import explain
from domain.rulebook.vocabulary import FUNCTIONS
from tests.rulebook.saying import fields, names, refused

KNOWN = names(fields())
OPEN = Names(open=True)
WRITTEN = ["“病假”", "2026-12-01", "12.5", "【工资(元)】", " ", "，"]
PIECES = [*KEYWORDS, *SIGNS, *UNITS, *FUNCTIONS, *KNOWN.fields, *WRITTEN]
WORDS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
LETTERS = "如果则否且或非属于大小等万元司龄请假天数工资0123456789ab_"
SIGNS_ONLY = ".%()[]（），。\"“”'【】+-*/<>=! \\;\n\t"
CHARACTERS = st.text(alphabet=LETTERS + SIGNS_ONLY, max_size=80)
LINES = [
    *("规则表: 甲\n", "输入: [a]\n", "输出: [b]\n", "行: [[1, 2]]\n", "公式: 1\n", "薪资项: x\n"),
    *("测试: [{得: 1}]\n", "生效: 2026-02-30\n", "---\n", "- ", "{", "&a ", "*a", "!!python/name:os\n"),
]
FILES = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(LINES), max_size=12).map("".join))
SLOW = 2.0
"""Seconds; a thousand times what a text of that length usually takes, for slow machines."""


def read(text: str, known: Names) -> str:
    """Everything that may be done with a text: its explanation, or the words of the refusal."""
    try:
        expression = parse(text, known)
        formula(expression).evaluate({})
    except DomainError as wrong:
        return refused(wrong)
    return explain(expression.root)


@settings(max_examples=400, deadline=None)
@given(st.one_of(WORDS, CHARACTERS, st.text(max_size=60)), st.sampled_from([KNOWN, OPEN]))
@example("\ud800", KNOWN)
@example("“\ud800\x00”", OPEN)
@example("İ大于ß", OPEN)
@example("٣ + ३", OPEN)
@example("1" * 41, KNOWN)
@example("9" * 40 + "亿元*" + "9" * 40, KNOWN)
@example("【】", OPEN)
@example("今天(1)", KNOWN)
@example("是 是 是", OPEN)
def test_any_text_is_a_tree_or_a_refusal(text: str, known: Names) -> None:
    assert read(text, known)


LONG = {
    "brackets": "(" * 900 + "1" + ")" * 900,
    "lists": "1 属于 " + "[" * 900,
    "choices": "如果 是 则 1 否则 " * 150 + "1",
    "conditions": "如果 " * 600,
    "not": "非 " * 900 + "是",
    "minus": "-" * 1990 + "1",
    "sum": "+".join("1" * 900),
    "or": " 或 ".join(["是"] * 400),
    "unknown": "甲乙丙丁" * 490,
    "touching": "请假天数" * 490,
    "percent": "1%" * 990,
    "functions": "最大(" * 600,
    "spaces": " " * 1990 + "1",
    "numbers": "1 " * 990,
    "quotes": "“" * 1990,
    "fences": "【" * 1990,
    "too long": "1" * (LONGEST + 1),
    "much too long": "(" * 5_000_000,
}


@pytest.mark.parametrize("kind", LONG)
def test_no_text_takes_long_or_exhausts_the_stack(kind: str) -> None:
    begun = perf_counter()
    assert all(read(LONG[kind], known) for known in (KNOWN, OPEN))
    assert perf_counter() - begun < SLOW


def test_the_highest_tree_runs_everywhere() -> None:
    """What is just not too deep to be read is not too deep to be compiled, explained and traced either."""
    text = "(" * 39 + "司龄" + " + 1)" * 39
    ready = formula(parse(text, KNOWN))
    assert ready.evaluate({"司龄": 1}) == 40
    assert ready.trace({"司龄": 1}).value == 40
    assert explain(ready.expression.root).count("+") == 39


ATTACKS = [
    '__import__("os").system("id")',
    "司龄.__class__",
    "(司龄).__class__.__bases__[0]",
    "().__class__",
    "eval(“1”)",
    "open(“/etc/passwd”)",
    "lambda: 1",
    "[x for x in 司龄]",
    "司龄; 1",
    "司龄 if 司龄 else 1",
    "f0",
    "nothing()",
    "c0",
    "2**99999999",
    "司龄 := 3",
    "{{ 司龄 }}",
    "${司龄}",
    "\\u0028",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_code_is_no_formula(text: str) -> None:
    with pytest.raises(DomainError) as refusal:
        parse(text, KNOWN)
    assert refused(refusal.value)


EVIL = "x);__import__('os').system('id');(f0"


def test_what_hr_chose_as_a_name_never_becomes_code() -> None:
    known = Names({EVIL: Kind.NUMBER, "f1": Kind.NUMBER, "__builtins__": Kind.NUMBER})
    expression = parse(f"【{EVIL}】 + f1 + 【__builtins__】", known)
    code = Code({EVIL: "f0", "f1": "f1", "__builtins__": "f2"})
    assert ast.unparse(code.value(expression.root)) == "f0 + f1 + f2"
    assert formula(expression).evaluate({EVIL: 1, "f1": 2, "__builtins__": 3}) == 6


def test_compiled_code_reaches_nothing() -> None:
    run = formula(parse("最大(司龄, 3) + 四舍五入(司龄, 2)", KNOWN)).run
    assert run.__globals__["__builtins__"] == {}
    assert set(run.__code__.co_names) <= {"largest", "quantize", "c0", "c1", "c2", "nothing"}
    assert python.function.__module__ == "domain.rulebook.rules.python"


@settings(max_examples=150, deadline=None)
@given(FILES)
def test_any_file_is_rules_or_a_refusal(text: str) -> None:
    assert read_file(text)


def read_file(text: str) -> str:
    try:
        return f"{len(read_documents(text))} rules"
    except DomainError as wrong:
        return refused(wrong)
