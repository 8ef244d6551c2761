"""The source tree as the house checks see it: files, their syntax trees, and the visible exceptions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "handlers", "jobs", "cards", "domain", "config")
CODE = (*PACKAGES, "tests", "bench")
VENDOR = ROOT / "bot" / "web" / "vendor"
EXCEPTIONS = Path(__file__).with_name("exceptions.yaml")


@lru_cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Every Python file under these folders, third-party ones left out."""
    found = (file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(file for file in found if not file.is_relative_to(VENDOR)))


@lru_cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def name(file: Path) -> str:
    """The path as people write it."""
    return file.relative_to(ROOT).as_posix()


def calls(*folders: str) -> Iterator[tuple[Path, ast.Call, str]]:
    """Every call, with the last part of what is called: `press` of `router.press(…)`."""
    for file in python_files(*folders):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call):
                called = node.func
                if isinstance(called, ast.Attribute):
                    yield file, node, called.attr
                elif isinstance(called, ast.Name):
                    yield file, node, called.id


def strings(node: ast.AST) -> Iterator[str]:
    """The string constants in an expression, both sides of an `if … else`."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    """What is passed for a parameter, by place or by name."""
    if len(call.args) > position:
        return call.args[position]
    return next((given.value for given in call.keywords if given.arg == keyword), None)


@lru_cache
def exceptions(kind: str) -> dict[str, Any]:
    """What is allowed in spite of a rule, each with its reason."""
    listed: dict[str, Any] = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
    return listed.get(kind) or {}
