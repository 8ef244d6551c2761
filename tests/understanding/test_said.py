"""What a stranger said to the bot: intents, shades and every slot, also those that only handlers see."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.amending import corrected
from bot.understanding.columns import shown
from bot.understanding.roster import roster_file
from bot.understanding.understander import Understander

FOLDER = Path(__file__).parent / "cases"
SAID: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((FOLDER / "said.yaml").read_text("utf-8"))
UNDECIDED: dict[str, list[str]] = yaml.safe_load((FOLDER / "undecided.yaml").read_text("utf-8"))
SPOKEN: list[dict[str, Any]] = yaml.safe_load((FOLDER / "blind_spoken.yaml").read_text("utf-8"))
NOW = datetime.fromisoformat("2026-03-11T10:30+08:00")
DAY = {"leave_type": "annual", "start_date": "2026-03-18", "end_date": "2026-03-18"}
PENDING: dict[str, dict[str, Any] | None] = {
    "nothing": None,
    "card": {"type": "approval_card", "kind": "leave", "applicant": "李雷"},
    "form": {"type": "form_confirm", "intent": "leave.request", "slots": DAY},
    "long": {
        "type": "form_confirm",
        "intent": "leave.request",
        "slots": {"leave_type": "annual", "start_date": "2026-03-24", "end_date": "2026-03-26", "end_half": "AM"},
    },
    "length": {
        "type": "form_confirm",
        "intent": "leave.request",
        "slots": {"leave_type": "annual", "start_date": "2026-03-24", "duration_days": 2.5},
    },
    "adjust": {
        "type": "form_confirm",
        "intent": "leave.balance",
        "aspect": "adjust",
        "slots": {"person": "韩梅梅", "leave_type": "annual", "duration_days": 3, "reason": "甲"},
    },
    "start": {"type": "slot_question", "intent": "leave.request", "asked": "start_date", "slots": {}},
    "half": {"type": "slot_question", "intent": "leave.request", "asked": "start_half", "slots": DAY},
    "kind": {"type": "slot_question", "intent": "leave.request", "asked": "leave_type", "slots": {}},
    "why": {"type": "slot_question", "intent": "approval.reject", "asked": "reason", "slots": {}},
    "which": {"type": "slot_question", "intent": "approval.reject", "asked": "task", "slots": {}},
}
DECISIONS = {"approval.approve", "approval.reject", "offer.approve", "confirm"}


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander.load(roster_file())


@pytest.mark.parametrize(("kind", "said", "meant"), [(k, s, m) for k, rows in SAID.items() for s, m in rows.items()])
def test_said(understander: Understander, kind: str, said: str, meant: dict[str, Any]) -> None:
    found = understander.understand(str(said), NOW, PENDING[kind])
    assert (found.intent, found.aspect, found.slots) == (meant["intent"], meant.get("aspect"), meant.get("slots", {}))


@pytest.mark.parametrize("kind", ["nothing", "card", "form"])
@pytest.mark.parametrize("said", UNDECIDED["never"])
def test_what_is_put_off_is_never_decided(understander: Understander, kind: str, said: str) -> None:
    assert understander.understand(said, NOW, PENDING[kind]).intent not in DECISIONS


@pytest.mark.parametrize("kind", ["nothing", "card"])
@pytest.mark.parametrize("said", UNDECIDED["decided"])
def test_a_decision_with_advice_is_still_one(understander: Understander, kind: str, said: str) -> None:
    assert understander.understand(said, NOW, PENDING[kind]).intent in DECISIONS


@pytest.mark.parametrize("said", ["1", "昨天那个", "补一张", "那个", "来一份"])
def test_what_may_mean_anything_is_not_guessed(understander: Understander, said: str) -> None:
    assert understander.understand(said, NOW).confidence < 0.5


@pytest.mark.parametrize(
    "said", ["帮杨帆明天请病假", "除了李雷的都批", "2月30号请年假", "李雷还有几天年假", "给张三加3天年假,原因 乙"]
)
def test_the_command_prints_columns_of_the_table_only(understander: Understander, said: str) -> None:
    found = understander.understand(said, NOW)
    assert not {"except", "invalid_date"} & shown(found).keys()
    assert found.intent == "approval.approve" or "person" not in shown(found)


def test_a_shifted_length_stays() -> None:
    assert corrected({"start_date": "2026-03-24", "duration_days": 2.5}, {"start_date": "2026-03-25"}) == {
        "start_date": "2026-03-25",
        "duration_days": 2.5,
    }


def test_an_impossible_date_is_forgotten_once_a_good_one_is_said(understander: Understander) -> None:
    asked = {"type": "slot_question", "intent": "leave.request", "asked": "start_date", "slots": {"invalid_date": "x"}}
    assert understander.understand("下周一", NOW, asked).slots == {"start_date": "2026-03-16", "invalid_date": None}


def test_third_set(understander: Understander) -> None:
    """Spoken messages of every intent (blind_spoken.yaml)."""
    pending = {None: None, "form": PENDING["form"], "card": PENDING["card"], "start": PENDING["start"]}
    right = sum(
        understander.understand(row["text"], NOW, pending[row.get("pending")]).intent == row["intent"] for row in SPOKEN
    )
    assert right / len(SPOKEN) >= 0.97
