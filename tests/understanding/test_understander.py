"""Messages of every intent, dialogue, aspects, names, figures, and what a bad line does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from bot.cli.understand import register
from bot.understanding import amounts
from bot.understanding.numbers import number
from bot.understanding.people import People
from bot.understanding.roster import roster_file
from bot.understanding.text import normalise
from bot.understanding.understander import Understander
from tests.understanding.known import KNOWN

FOLDER = Path(__file__).parent / "cases"
CASES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "messages.yaml").read_text("utf-8"))
BLIND: list[dict[str, Any]] = yaml.safe_load((FOLDER / "blind.yaml").read_text("utf-8"))
NOW = datetime.fromisoformat("2026-03-11T10:30+08:00")
SOFT = {"reason", "comment", "title", "content", "purpose", "desc", "goal", "objective", "course"}
FLOOR = {"intent": 0.95, "both": 0.92}


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander.load(roster_file())


def hard(slots: dict[str, Any]) -> dict[str, Any]:
    """Slots without free text and without lengths that two ends already say."""
    kept = {name: value for name, value in slots.items() if name not in SOFT}
    if "start_date" in kept and "end_date" in kept:
        kept.pop("duration_days", None)
    if "start_time" in kept and "end_time" in kept:
        kept.pop("duration_hours", None)
    return kept


def share(rows: Iterable[dict[str, Any]], understander: Understander) -> tuple[float, float]:
    """(intent right, intent and hard slots right)."""
    right = both = total = 0
    for row in rows:
        found = understander.understand(row["text"], NOW, (row.get("context") or {}).get("pending"))
        good = found.intent == row["intent"]
        right += good
        both += good and hard(found.slots) == hard(row["slots"])
        total += 1
    return right / total, both / total


@pytest.mark.parametrize("held_out", [False, True])
def test_messages(understander: Understander, held_out: bool) -> None:
    intent, both = share((row for row in CASES if bool(row.get("held_out")) == held_out), understander)
    assert intent >= FLOOR["intent"]
    assert both >= FLOOR["both"]


def test_second_set(understander: Understander) -> None:
    intent, both = share(BLIND, understander)
    assert intent >= FLOOR["intent"]
    assert both >= FLOOR["both"]


@pytest.mark.parametrize(
    ("said", "intent", "aspect"),
    [
        ("为什么我只有3.5天年假", "leave.balance", "explain"),
        ("我的年假是怎么算出来的", "leave.balance", "explain"),
        ("下周谁休假", "attendance.query", "whos_out"),
        ("李雷在吗", "attendance.query", "whos_out"),
        ("给韩梅梅加1天年假,原因补发", "leave.balance", "adjust"),
        ("花名册模板", "employee.onboard", "roster_template"),
        ("导入员工", "employee.onboard", "roster_import"),
        ("给李雷发绑定码", "employee.onboard", "link_code"),
        ("给李雷设置一体机密码", "employee.onboard", "kiosk_pin"),
        ("放弃剩余年假", "leave.balance", "waive"),
        ("同意年假结转到明年", "leave.balance", "waive"),
        ("谁会审批我的请假", "approval.progress", "who_approves"),
        ("我提前一天回来了", "leave.cancel", "retract_part"),
        ("我的年假还有几天", "leave.balance", None),
    ],
)
def test_aspects(understander: Understander, said: str, intent: str, aspect: str | None) -> None:
    found = understander.understand(said, NOW)
    assert (found.intent, found.aspect) == (intent, aspect)


def test_an_adjustment_says_who_what_and_how_much(understander: Understander) -> None:
    found = understander.understand("把李雷的年假扣掉半天,原因多发了", NOW)
    assert found.slots == {"person": "李雷", "leave_type": "annual", "duration_days": -0.5, "reason": "多发了"}


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("给@李雷同学点赞", ["李雷"]), ("wangfang的电话", ["王芳"]), ("Jay的OKR", ["周杰"]), ("梅梅在吗", ["韩梅梅"]),
        ("许丽批了吗", ["徐丽"]), ("zhangwei的分机", ["zhangwei"]), ("给小王点个赞", ["小王"]),
        ("李总批了吗", ["李总"]),
        ("司马青和欧阳娜", ["司马青", "欧阳娜"]), ("仓库损耗", []), ("三个小时", []), ("周五", []),
    ],
)  # fmt: skip
def test_names(said: str, names: list[str]) -> None:
    assert [mention.name for mention in People(roster_file()).find(normalise(said))] == names


def test_a_sound_shared_by_two_keeps_both() -> None:
    people = People(roster_file())
    assert {entry.name for entry in people.candidates("zhangwei")} == {"张伟", "张玮"}
    assert [entry.name for entry in people.candidates("@Fiona")] == ["王芳"]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("3千5", 3500),
        ("30k", 30000),
        ("1.2万", 12000),
        ("两百五", 250),
        ("一千零五十", 1050),
        ("廿八", 28),
        ("二〇二六", 2026),
    ],
)
def test_numbers(said: str, value: float) -> None:
    assert number(said) == value


@pytest.mark.parametrize(
    ("said", "value"), [("50元", 50), ("酒店800和打车60", 860), ("3千5", 3500), ("8块5", 8.5), ("月薪25k", 25000)]
)
def test_amounts(said: str, value: float) -> None:
    assert amounts.money(said) == value


@pytest.mark.parametrize(
    ("said", "value"), [("40%", 40), ("六成", 60), ("八成半", 85), ("百分之七十五", 75), ("一半", 50)]
)
def test_percentages(said: str, value: float) -> None:
    assert amounts.percent(said) == value


def test_strange_texts_are_no_trouble(understander: Understander) -> None:
    for text in (
        "",
        "   ",
        "?",
        "😀",
        "a" * 5000,
        "请" * 2000,
        "\x00",
        "99:99",
        "13月45号",
        "2026-02-30请假",
        "请99999天假",
    ):
        meant = understander.understand(text, NOW)
        assert meant.intent in KNOWN, (text, meant)
        assert 0 <= meant.confidence <= 1


def test_quick_enough(understander: Understander) -> None:
    spent = []
    for row in CASES:
        begun = perf_counter()
        understander.understand(row["text"], NOW, (row.get("context") or {}).get("pending"))
        spent.append(perf_counter() - begun)
    assert sorted(spent)[int(0.95 * len(spent))] < 0.015


def test_command_answers_every_line_and_fails_on_a_bad_one() -> None:
    app = typer.Typer()
    register(app)
    app.callback()(lambda: None)
    lines = [
        json.dumps({"id": 1, "text": "明天请一天年假"}),
        "{broken",
        json.dumps({"id": "c"}),
        json.dumps({"id": 4, "text": "你好"}),
    ]
    result = CliRunner().invoke(app, ["understand", "--now", "2026-03-11T10:30"], input="\n".join(lines) + "\n")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [row["id"] for row in rows] == [1, None, "c", 4]
    assert rows[0]["slots"] == {
        "leave_type": "annual",
        "start_date": "2026-03-12",
        "end_date": "2026-03-12",
        "duration_days": 1,
    }
    assert "error" in rows[1]
    assert "line 2" in result.stderr
