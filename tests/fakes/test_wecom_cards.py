"""Cards of the fake: what passes, what is refused, how they change and what can be pressed (facts 3.1, 3.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.smallest_app import MULTIPLE, NEWS, NOTICE, URL, VOTE, App, card
from tests.fakes.wecom import active_keys, shown_text


@pytest.mark.parametrize("good", [card(), VOTE, MULTIPLE, NOTICE, NEWS], ids=lambda one: one["card_type"])
async def test_cards_of_all_five_kinds_pass(app: App, good: dict[str, Any]) -> None:
    answer = await app.send("template_card", good)
    assert answer["errcode"] == 0, answer
    assert ("response_code" in answer) == good["card_type"].endswith("interaction")
    assert app.fake.warnings == []


BUTTON = {"text": "同意", "key": "agree"}
BAD: dict[str, tuple[dict[str, Any], int]] = {
    "kind": (card(card_type="aibot"), 40058),
    "no task id": (card(task_id=""), 40058),
    "task id charset": (card(task_id="cd 1"), 40058),
    "task id length": (card(task_id="x" * 129), 40058),
    "no title": (card(main_title={"desc": "x"}), 40058),
    "no button": (card(button_list=[]), 40058),
    "seven buttons": (card(button_list=[{"text": "x", "key": str(n)} for n in range(7)]), 40058),
    "same key": (card(button_list=[BUTTON, BUTTON]), 40058),
    "long key": (card(button_list=[{"text": "x", "key": "k" * 1025}]), 40058),
    "style": (card(button_list=[{**BUTTON, "style": 5}]), 40058),
    "seven rows": (card(horizontal_content_list=[{"keyname": "k", "value": "v"}] * 7), 40058),
    "four jumps": (card(jump_list=[{"title": "t", **URL}] * 4), 40058),
    "row without its userid": (card(horizontal_content_list=[{"keyname": "k", "value": "v", "type": 3}]), 40058),
    "number for text": (card(sub_title_text=5), 40058),
    "notice without action": ({**NOTICE, "card_action": None}, 42045),
    "notice with half an action": ({**NOTICE, "card_action": {"type": 1}}, 42045),
    "menu without task id": ({**NOTICE, "action_menu": {"action_list": [BUTTON]}}, 40058),
    "no picture": ({**NEWS, "card_image": None}, 40058),
    "picture too flat": ({**NEWS, "card_image": {"url": "https://x", "aspect_ratio": 3}}, 40058),
    "five vertical": ({**NEWS, "vertical_content_list": [{"title": "t"}] * 5}, 40058),
    "no checkbox": ({**VOTE, "checkbox": None}, 40058),
    "21 options": (
        {**VOTE, "checkbox": {"question_key": "q", "option_list": [{"id": str(n), "text": "t"} for n in range(21)]}},
        40058,
    ),
    "four lists": ({**MULTIPLE, "select_list": MULTIPLE["select_list"] * 4}, 40058),
    "no submit": ({**MULTIPLE, "submit_button": None}, 40058),
}


@pytest.mark.parametrize("name", BAD)
async def test_hard_limits_of_cards(app: App, name: str) -> None:
    wrong, code = BAD[name]
    assert (await app.send("template_card", wrong))["errcode"] == code
    assert app.fake.seen["lilei"] == []


async def test_advice_is_noted_and_passes(app: App) -> None:
    wordy = card(main_title={"title": "长" * 37}, button_list=[{**BUTTON, "text": "字" * 11}], horizontal=[])
    assert (await app.send("template_card", wordy))["errcode"] == 0
    assert sorted(warning.split(":")[0] for warning in app.fake.warnings) == [
        "template_card.button_list[0].text",
        "template_card.horizontal",
        "template_card.main_title.title",
    ]


async def test_a_code_is_worth_one_update_within_72_hours(app: App) -> None:
    code = (await app.send("template_card", card()))["response_code"]
    assert (await app.update(code, userids=["hanmeimei"], button={"replace_name": "x"}))["errcode"] == 40058
    assert (await app.update(code))["errcode"] == 40058
    assert (await app.update(code, template_card={**NOTICE, "card_action": None}))["errcode"] == 42045
    assert (await app.update(code, button={"replace_name": "已同意"}))["errcode"] == 0
    assert (await app.update(code, button={"replace_name": "已驳回"}))["errcode"] == 41068
    shown = app.fake.card("lilei", "cd_1@1")
    assert shown is not None
    assert shown.updated
    assert shown_text(shown).split("\n") == ["请假审批", "李雷", "类型 年假", "（已同意）"]
    with pytest.raises(AssertionError, match="cannot be pressed"):
        await app.fake.press("lilei", "cd_1@1", "agree")
    await app.fake.press("lilei", "cd_1@1", "agree", force=True)
    code = app.got[-1]["ResponseCode"]
    app.fake.advance(72 * 3600 + 1)
    assert (await app.update(code, button={"replace_name": "x"}))["errcode"] == 41068


async def test_a_whole_card_in_place_of_another(app: App) -> None:
    code = (await app.send("template_card", card()))["response_code"]
    await app.fake.press("lilei", "cd_1@1", "reject", times=4)
    pressed = app.got[-1]["ResponseCode"]
    assert len(app.got) == 4
    assert pressed != code
    assert (await app.update(code, template_card=card(task_id="cd_1@2", replace_text="已驳回")))["errcode"] == 0
    greyed = app.fake.card("lilei", "cd_1@2")
    assert greyed is not None
    assert active_keys(greyed) == []
    assert app.fake.card("lilei", "cd_1@1") is None
    assert (await app.update(pressed, template_card={**NOTICE, "task_id": "cd_1@2"}))["errcode"] == 0
    assert [shown_text(one) for one in app.fake.screen("lilei")] == ["已同意\n王建国"]


async def test_choices(app: App) -> None:
    """What is offered can be chosen, by id or label; presets count; a menu entry is another event."""
    menu = {"desc": "更多", "action_list": [{"text": "全文", "key": "full$"}]}
    await app.send("template_card", {**VOTE, "action_menu": menu})
    await app.send("template_card", MULTIPLE)
    assert shown_text(app.fake.screen("lilei")[0]) == "年会餐食\n[清真]\n[素食]\n[提交]\n⋯[全文]"
    await app.fake.press_label("lilei", "素食")
    meal = {"QuestionKey": "meal", "OptionIds": {"OptionId": "b"}}
    assert app.got[-1]["SelectedItems"] == {"SelectedItem": meal}
    assert (app.got[-1]["Event"], app.got[-1]["EventKey"]) == ("template_card_event", "submit$")
    await app.fake.press("lilei", "pc-1", "punch.submit")
    assert app.got[-1]["SelectedItems"]["SelectedItem"]["OptionIds"] == {"OptionId": "on"}
    await app.fake.press_label("lilei", "全文")
    assert app.got[-1]["Event"] == "template_card_menu_event"
    for selected in ({"meal": "c"}, {"meal": ["a", "b"]}, {"other": "a"}):
        with pytest.raises(AssertionError):
            await app.fake.press("lilei", "sv-1", "submit$", selected)
