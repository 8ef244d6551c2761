"""What a finger can do on a card: which buttons are there, which options may be chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.wecom.records import Shown
from tests.fakes.wecom.seen import active_keys, pressable, selectors, shown_text

Selected = Mapping[str, str | list[str]]
"""Question key → option id (or label), or several."""


def questions(card: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each question of a card, and whether several options may be chosen."""
    if box := card.get("checkbox"):
        yield box, box.get("mode", 0) == 1
    for item in selectors(card):
        yield item, False


def preset(question: dict[str, Any]) -> list[str]:
    """What is chosen before anybody touches it."""
    if question.get("selected_id"):
        return [question["selected_id"]]
    return [option["id"] for option in question["option_list"] if option.get("is_checked")]


def choices(card: dict[str, Any], selected: Selected) -> list[dict[str, Any]]:
    """The SelectedItem elements. Raises AssertionError for a choice that the card does not offer."""
    items, left = [], dict(selected)
    for question, several in questions(card):
        key = question["question_key"]
        ids = preset(question)
        if key in left:
            assert not question.get("disable"), f"{key} is frozen"
            wanted = left.pop(key)
            ids = [option_id(question, one) for one in ([wanted] if isinstance(wanted, str) else wanted)]
        assert several or len(ids) <= 1, f"{key}: only one may be chosen"
        items.append(selected_item(key, ids))
    assert not left, f"the card does not ask {sorted(left)}"
    return items


def forced(selected: Selected) -> list[dict[str, Any]]:
    """What a forger says was selected."""
    return [selected_item(key, [ids] if isinstance(ids, str) else list(ids)) for key, ids in selected.items()]


def selected_item(key: str, ids: list[str]) -> dict[str, Any]:
    """OptionIds may be absent when nothing was chosen (facts 2.7)."""
    return {"QuestionKey": key, **({"OptionIds": {"OptionId": ids}} if ids else {})}


def option_id(question: dict[str, Any], wanted: str) -> str:
    for option in question["option_list"]:
        if wanted in (option["id"], option["text"]):
            return str(option["id"])
    raise AssertionError(f"{question['question_key']} has no option {wanted}: {question['option_list']}")


def reachable(shown: Shown | None, key: str, what: str) -> Shown:
    """Raises AssertionError when the person cannot press it, with the screen as it is."""
    assert shown is not None, f"{what}: no such card on the screen"
    assert key in active_keys(shown), f"{what}: {key} cannot be pressed; the card reads:\n{shown_text(shown)}"
    return shown


def labelled(screen: list[Shown], label: str) -> tuple[Shown, str, dict[str, str]] | None:
    """The newest card with a live button, menu entry or vote option of this label; its key and what to select."""
    for shown in reversed(screen):
        card, live = shown.card, active_keys(shown)
        if card is None:
            continue
        menu = (card.get("action_menu") or {}).get("action_list", ())
        for key, text in [*pressable(card), *((item["key"], item["text"]) for item in menu)]:
            if text == label and key in live:
                return shown, key, {}
        if (box := card.get("checkbox")) and card["submit_button"]["key"] in live and not box.get("disable"):
            for option in box["option_list"]:
                if option["text"] == label:
                    return shown, card["submit_button"]["key"], {box["question_key"]: option["id"]}
    return None
