"""Small files, short functions, few arguments, names that say something."""

from __future__ import annotations

import ast

import pytest

from tests.house import tree

FILE, FUNCTION, ARGUMENTS = 300, 40, 5
GENERATED = "bot/migrations/versions/"  # alembic writes them, nobody edits them later
HANDED_ON = {"self", "cls", "tx", "session", "chat"}  # passed everywhere, not counted
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> list[tuple[str, Function]]:
    return [
        (f"{tree.name(file)}:{node.name}", node)
        for file in tree.python_files(*tree.CODE)
        for node in ast.walk(tree.tree(file))
        if isinstance(node, Function)
    ]


def test_files_are_short() -> None:
    lengths = {tree.name(file): len(file.read_text().splitlines()) for file in tree.python_files(*tree.CODE)}
    assert {file: lines for file, lines in lengths.items() if lines > FILE and not file.startswith(GENERATED)} == {}


def test_functions_are_short() -> None:
    allowed = tree.exceptions("long_functions")
    long = {
        name: size for name, node in functions() if (size := lines(node)) > FUNCTION and not name.startswith(GENERATED)
    }
    assert {name: size for name, size in long.items() if name not in allowed} == {}
    assert [name for name in allowed if name not in long] == [], "exceptions no longer needed"


def lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_functions_take_few_arguments() -> None:
    allowed = tree.exceptions("many_arguments")
    many = {name: found for name, node in functions() if len(found := arguments(node)) > ARGUMENTS}
    assert {name: found for name, found in many.items() if name not in allowed} == {}
    assert [name for name in allowed if name not in many] == [], "exceptions no longer needed"


def arguments(function: Function) -> list[str]:
    """Parameters that a caller must think about; `*args`, `**facts` and pytest's fixtures are not."""
    if function.name.startswith("test_"):
        return []
    given = function.args
    every = [item.arg for item in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [item for item in every if item not in HANDED_ON]


def test_module_names_say_what_is_inside() -> None:
    found = [
        tree.name(file)
        for file in tree.python_files(*tree.CODE)
        if {file.stem, *file.relative_to(tree.ROOT).parts[:-1]} & EMPTY_NAMES
    ]
    assert found == []


@pytest.mark.parametrize("layer", ["domain", "handlers", "jobs", "cards"])
def test_nothing_prints_or_swallows(layer: str) -> None:
    """`except …: pass` hides a fault; a bare `except` hides all of them."""
    found = [
        f"{tree.name(file)}:{node.lineno}"
        for file in tree.python_files(layer)
        for node in ast.walk(tree.tree(file))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or all(isinstance(step, ast.Pass) for step in node.body))
    ]
    assert found == []


def test_every_context_says_what_it_is() -> None:
    """`domain/<context>/__init__.py` holds a docstring with the field's words, and no code."""
    for file in sorted((tree.ROOT / "domain").glob("*/__init__.py")):
        body = tree.tree(file).body
        assert ast.get_docstring(tree.tree(file)), f"{tree.name(file)} says nothing"
        assert len(body) == 1, f"{tree.name(file)} holds code"
