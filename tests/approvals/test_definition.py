from decimal import Decimal
from typing import Any

import pytest
import yaml

from domain.approvals.condition import holds, parse
from domain.approvals.definition import compile_definition, route
from domain.approvals.errors import DefinitionInvalid, FieldMissing
from tests.house import tree

APPROVAL = {"id": "一", "类型": "审批", "由谁": {"上级": 1}}


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("请假天数 > 3", {"请假天数": Decimal(3)}, False),
        ("请假天数 > 3", {"请假天数": "3.5"}, True),
        ("请假天数＞＝3", {"请假天数": 3}, True),
        ("请假天数≥3 且 假期类型 = '病假'", {"请假天数": 3, "假期类型": "病假"}, True),
        ("请假天数 > 9 或 假期类型 = “病假”", {"请假天数": 3, "假期类型": "病假"}, True),
        ("a = 1 或 a = 2 且 b = 3", {"a": 1, "b": 0}, True),
        ("假期类型 != '病假'", {"假期类型": "年假"}, True),
    ],
)
def test_conditions(text: str, form: dict[str, Any], expected: bool) -> None:
    assert holds(parse(text), form) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "天数",
        "天数 >",
        "天数 > 3 且",
        "天数 > 三",
        "天数 > '三'",
        "3 且 4 > 2",
        "__import__('os')",
        "天数 > 3 x",
        "> 3 4",
        "天数 > nan",
    ],
)
def test_unreadable_conditions_are_refused(text: str) -> None:
    with pytest.raises(DefinitionInvalid):
        parse(text)


def test_a_missing_field_is_not_guessed() -> None:
    with pytest.raises(FieldMissing):
        holds(parse("天数 > 3"), {})
    with pytest.raises(FieldMissing):
        holds(parse("天数 > 3"), {"天数": "很多"})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"节点": []}, "no_approval"),
        ({"节点": [APPROVAL, APPROVAL]}, "id_twice"),
        ({"节点": [{**APPROVAL, "由谁": {"上级": 0}}]}, "level"),
        ({"节点": [{**APPROVAL, "由谁": {"领导": 1}}]}, "word"),
        ({"节点": [{**APPROVAL, "类型": "脚本"}]}, "word"),
        ({"节点": [{**APPROVAL, "方式": "抽签"}]}, "word"),
        ({"节点": [{"类型": "审批", "由谁": {"上级": 1}}]}, "id_missing"),
        ({"节点": [{"类型": "分支", "分支": [{"节点": []}, {"当": "a > 1", "节点": [APPROVAL]}]}]}, "branch_order"),
        ({"流程": ""}, "incomplete"),
        ({"节点": ["审批"]}, "shape"),
        ({"备注": "x"}, "word"),
    ],
)
def test_a_broken_definition_is_not_published(change: dict[str, Any], what: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        compile_definition({"流程": "单", "节点": [APPROVAL], **change})
    assert refused.value.facts["what"] == what


def test_a_chain_of_managers_is_so_many_steps() -> None:
    definition = compile_definition({"流程": "单", "节点": [{"id": "主管", "类型": "审批", "由谁": {"连续上级": 3}}]})
    assert [node.id for node in route(definition, {})] == ["主管1", "主管2", "主管3"]


def test_the_flow_in_the_manual_can_be_published() -> None:
    text = (tree.ROOT / "docs" / "approvals.md").read_text(encoding="utf-8")
    document = yaml.safe_load(text.split("```yaml")[1].split("```")[0])
    definition = compile_definition(document)
    assert {type(place.node).__name__ for place in definition.places.values()} == {
        "Approval",
        "Branch",
        "Copy",
        "Delay",
        "Fork",
        "Sub",
        "Trigger",
    }


@pytest.mark.parametrize(
    ("node", "what"),
    [
        ({"类型": "并行", "分支": [{"当": "a > 1", "节点": []}]}, "fork_condition"),
        ({**APPROVAL, "id": "二", "方式": "比例会签"}, "need"),
        ({**APPROVAL, "id": "二", "方式": "票签", "票数": 0}, "need"),
        ({"id": "等", "类型": "延迟", "时长": "很久"}, "hours"),
        ({"id": "做", "类型": "触发"}, "named"),
        ({"id": "子", "类型": "子流程", "流程": "单"}, "sub_itself"),
        ({**APPROVAL, "id": "二", "由谁": {"岗位": ""}}, "who"),
        ({**APPROVAL, "id": "二", "为空": "自审"}, "word"),
        ({**APPROVAL, "id": "二", "超时": {"2小时": "自动放行"}}, "word"),
    ],
)
def test_a_broken_node_is_not_published(node: dict[str, Any], what: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        compile_definition({"流程": "单", "节点": [APPROVAL, node]})
    assert refused.value.facts["what"] == what
