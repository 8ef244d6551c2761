"""Every refusal has words, every word has its refusal, and Chinese stays out of the domain's code."""

from __future__ import annotations

import ast
import importlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import meta

from cards.words import environment
from domain.kernel.errors import DomainError
from tests.house import tree

CHINESE = re.compile(r"[\u3400-\u9fff]")  # words; a grammar may know full-width signs


def error_modules() -> list[Path]:
    return [file for file in tree.python_files(*tree.PACKAGES) if file.stem == "errors"]


@lru_cache
def refusals() -> dict[str, type[DomainError]]:
    """Every class that may be raised, by its code; the kernel's kinds are only kinds."""
    for file in error_modules():
        importlib.import_module(".".join(file.relative_to(tree.ROOT).with_suffix("").parts))
    found: dict[str, type[DomainError]] = {}
    waiting = [DomainError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.split(".")[0] in tree.PACKAGES and kind.__module__ != "domain.kernel.errors":
            found[kind().code] = kind
    return found


@lru_cache
def words() -> dict[str, str]:
    """Every refusal's words, by code."""
    found: dict[str, str] = {}
    for file in sorted((tree.ROOT / "cards").glob("*/errors.yaml")):
        listed: dict[str, str] = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        found.update({f"{file.parent.name}.{name}": text for name, text in listed.items()})
    return found


def test_refusals_stand_in_errors_modules() -> None:
    """Where their words are looked for by name."""
    kinds = {"DomainError", "Invalid", "Refused", "Forbidden", "NotFound", "Conflict"}
    found = [
        f"{tree.name(file)}:{node.name}"
        for file in tree.python_files(*tree.PACKAGES)
        if file.stem != "errors"
        for node in ast.walk(tree.tree(file))
        if isinstance(node, ast.ClassDef) and {ast.unparse(one).split(".")[-1] for one in node.bases} & kinds
    ]
    assert found == []


def test_every_refusal_has_words() -> None:
    assert sorted(refusals().keys() - words().keys()) == []


def test_no_words_are_left_over() -> None:
    assert sorted(words().keys() - refusals().keys()) == []


def test_refusals_are_sentences_in_chinese() -> None:
    assert [code for code, text in words().items() if not re.search(r"[。？！?!}]$", str(text).strip())] == []
    assert [code for code, text in words().items() if not CHINESE.search(str(text))] == []


def test_a_refusal_is_given_every_fact_that_its_words_need() -> None:
    """An undefined fact would turn an expected no into a fault. Facts under `is defined` are optional."""
    env = environment()
    found = []
    for file, call, called in tree.calls("domain", "handlers", "bot", "jobs"):
        code = meant(called, file)
        if code not in words() or any(given.arg is None for given in call.keywords):
            continue
        text = words()[code]
        needed = meta.find_undeclared_variables(env.parse(text)) - set(re.findall(r"(\w+) is (?:not )?defined", text))
        missing = needed - {given.arg for given in call.keywords} - set(env.globals) - {"words"}
        if missing:
            found.append(f"{tree.name(file)}:{call.lineno} {called} lacks {sorted(missing)}")
    assert found == []


def meant(called: str, file: Path) -> str:
    """The code of the class that a file means by a name: its own context's, or the only one of that name."""
    parts = file.relative_to(tree.ROOT).parts
    own = f"{parts[1] if parts[0] == 'domain' else parts[0]}.{called}"
    named = [code for code in refusals() if code.split(".")[1] == called]
    return own if own in named or len(named) != 1 else named[0]


def test_chinese_words_stay_out_of_the_domain() -> None:
    """What a person reads is in cards/; the domain holds Chinese only in docstrings, comments and data files."""
    allowed: dict[str, Any] = tree.exceptions("chinese_in_domain")
    found = {tree.name(file): said for file in tree.python_files("domain") if (said := chinese(file))}
    assert {file: said for file, said in found.items() if file not in allowed} == {}
    assert [file for file in allowed if file not in found] == [], "exceptions no longer needed"
    assert all(allowed.values()), "an exception needs its reason"


def chinese(file: Path) -> list[str]:
    """Chinese string literals of a file, docstrings (of attributes too) left out."""
    module = tree.tree(file)
    documents = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documents
        and CHINESE.search(node.value)
    ]
