"""What a sentence says beyond its slots: not yet, and the whole reason."""

from __future__ import annotations

from typing import Any

import pytest

from handlers import approvals_words as words

NAMES = {"李雷", "韩梅梅"}


@pytest.mark.parametrize(
    "text",
    [
        "别同意李雷的",
        "先别同意",
        "都别批",
        "等我想想再同意",
        "先不批",
        "不要通过",
        "不同意李雷的，韩梅梅的同意",
        "能不能批",
        "晚点批",
        "等他回来了再批",
        "don't approve",
    ],
)
def test_a_negated_or_postponed_yes_is_held_back(text: str) -> None:
    assert words.holds_back(text, {})


@pytest.mark.parametrize(
    "text",
    ["同意", "没问题,批准", "李雷的请假我批了", "别的都同意", "不用谢，同意", "同意，别忘了交接", "准假", "行,批", ""],
)
def test_a_plain_yes_is_not(text: str) -> None:
    assert not words.holds_back(text, {})


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("除了李雷的都批", {"except": ["李雷"]}),
        ("韩梅梅的先别批，其他都同意", {"except": ["韩梅梅"]}),
        ("3天以内的都同意", {"max_days": 3}),
    ],
)
def test_a_limit_is_held_back_only_where_the_slots_lost_it(text: str, slots: dict[str, Any]) -> None:
    assert not words.holds_back(text, slots)
    assert words.holds_back(text, {"all": True})


@pytest.mark.parametrize(
    ("text", "held"),
    [("别驳回", True), ("先不驳回李雷的", True), ("驳回 别在月底请假", False), ("驳回，等盘点完再驳回也不迟", False)],
)
def test_a_reason_may_say_anything(text: str, held: bool) -> None:
    assert words.holds_back_no(text) is held


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("驳回", ""),
        ("驳回。", ""),
        ("驳回 理由：", ""),
        ("驳回,人手不足", "人手不足"),
        ("驳回理由：月底盘点，换一天", "月底盘点，换一天"),
        ("理由是月底盘点", "月底盘点"),
        ("理由不充分", "理由不充分"),
        ("原因不明", "原因不明"),
        ("不批，人手不够", "人手不够"),
        ("退回材料没交", "退回材料没交"),
    ],
)
def test_a_bare_no_is_no_reason(said: str, reason: str) -> None:
    assert words.clean_reason(said) == reason


@pytest.mark.parametrize(
    ("slots", "text", "reason"),
    [
        ({"reason": "月底盘点,换一天"}, "驳回 月底盘点，换一天", "月底盘点，换一天"),
        ({}, "驳回李雷 月底盘点，换一天", "月底盘点，换一天"),
        ({}, "驳回 LA-7PZ 手滑", "手滑"),
        ({}, "驳回李雷的请假，月底盘点", "月底盘点"),
        ({"task": "驳回李雷 月底盘点"}, "驳回李雷 月底盘点", "月底盘点"),
        ({"task": "李雷的那个"}, "李雷的那个", ""),
        ({}, "驳回李雷", ""),
        ({}, "2", ""),
    ],
)
def test_the_whole_reason_is_kept(slots: dict[str, Any], text: str, reason: str) -> None:
    assert words.reason_in(slots, text, NAMES) == reason
