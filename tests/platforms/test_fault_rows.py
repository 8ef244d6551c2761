"""The table of fault rows in `faults.yaml` is whole, and names tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ROWS = yaml.safe_load((Path(__file__).parent / "faults.yaml").read_text(encoding="utf-8"))
WANTED = {"P1", "P2", "P3", "P4", "P5", "P6", "P7", "X1", "X2", "X3", "X4", "X5", "X11"}


def test_every_row_stands_for_both_platforms() -> None:
    assert {row.split()[0] for row in ROWS} == WANTED
    assert all(set(tests) == {"wecom", "dingtalk"} and all(tests.values()) for tests in ROWS.values())


@pytest.mark.parametrize("row", ROWS)
def test_its_tests_exist(row: str) -> None:
    for test in [test for tests in ROWS[row].values() for test in tests]:
        file, _, name = test.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}, (
            test
        )
