"""Sentences against what is pending, as a person would write them down."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.understanding.roster import roster_file
from bot.understanding.understander import Understander
from tests.understanding.known import KNOWN

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "dialogue.yaml").read_text("utf-8"))
NOW = datetime.fromisoformat("2026-03-11T10:30+08:00")
DAY = {"leave_type": "annual", "start_date": "2026-03-18", "end_date": "2026-03-18"}
PENDING: dict[str, dict[str, Any]] = {
    "form": {"type": "form_confirm", "intent": "leave.request", "slots": DAY},
    "card": {"type": "approval_card", "kind": "leave", "applicant": "李雷"},
}


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander.load(roster_file())


@pytest.mark.parametrize(("kind", "said", "meant"), [(k, s, m) for k, rows in CASES.items() for s, m in rows.items()])
def test_pending_decides(understander: Understander, kind: str, said: str, meant: dict[str, Any]) -> None:
    found = understander.understand(said, NOW, PENDING[kind])
    assert (found.intent, found.slots) == (meant["intent"], meant.get("slots", {}))


DAMAGED: list[dict[str, Any]] = [
    {},
    {"type": "form_confirm"},
    {"type": "form_confirm", "slots": [1]},
    {"type": "form_confirm", "intent": "leave.request", "slots": {"start_date": "soon", "end_date": 3}},
    {"type": "slot_question"},
    {"type": "survey_question", "choices": [1, None], "scale": 10},
    {"type": "x"},
]


@pytest.mark.parametrize("pending", DAMAGED)
def test_a_damaged_pending_is_no_trouble(understander: Understander, pending: dict[str, Any]) -> None:
    for text in ("推迟两天", "改成下周四", "8", "多请一天", "选b", "第9个"):
        meant = understander.understand(text, NOW, pending)
        assert meant.intent in KNOWN, (text, meant)
        assert 0 <= meant.confidence <= 1
