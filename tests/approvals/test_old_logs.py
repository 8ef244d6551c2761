"""Logs that the first, linear engine wrote (`cases/logs_v1.json`) still add up to what they added up to then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domain.approvals.definition import compile_definition
from domain.approvals.state import ACTION
from domain.approvals.step import replay
from tests.approvals.test_step import DOCUMENT

FILE = Path(__file__).parent / "cases" / "logs_v1.json"
DOCUMENTS = [DOCUMENT, {**DOCUMENT, "设置": {"去重": "不去重"}}, {**DOCUMENT, "设置": {"撤回截止": "首次审批前"}}]
STORED: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("stored", STORED, ids=[str(number) for number in range(len(STORED))])
def test_an_old_log_replays(stored: dict[str, Any]) -> None:
    definition = compile_definition(DOCUMENTS[stored["document"]])
    state = replay(definition, [ACTION.validate_python(action) for action in stored["log"]])
    assert state.phase.value == stored["phase"]
    tasks = [[one.id, one.node, one.holder, one.turn.value, one.by, one.urged] for one in state.tasks]
    assert tasks == stored["tasks"]
    assert [at.node for at in state.positions] == ([stored["open_node"]] if stored["open_node"] else [])
