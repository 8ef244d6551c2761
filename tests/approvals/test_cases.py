from pathlib import Path
from typing import Any

import pytest
import yaml

from config.company.approvals import files
from domain.approvals.definition import Definition, compile_definition
from domain.approvals.step import replay
from tests.approvals.stories import Story

CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def definition_of(case: dict[str, Any]) -> Definition:
    if "document" in case:
        return compile_definition(case["document"])
    return next(one for one in map(compile_definition, files.definitions()) if one.code == case["definition"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_gold_case(case: dict[str, Any]) -> None:
    story = Story(definition_of(case), case["people"])
    story.start("李雷", {"days": case.get("days")})
    for line in case["story"]:
        story.told(line)
    assert story.state.phase == case["ends"]
    assert {task.id: task.turn.value for task in story.state.tasks} == case["tasks"]
    assert replay(story.definition, story.log) == story.state
