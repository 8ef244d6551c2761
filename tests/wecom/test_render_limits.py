"""The limits hold for any card, and nothing of a card is nowhere to be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.shared.fitting import pages, size_in_bytes
from bot.platforms.wecom import limits, render
from bot.platforms.wecom.choices import option_value, selectable
from cards.card import STATES, Action, Card, Field, Input
from tests.wecom.drawing import TASK, TASK_ID, URL, WORDING, bare, changed, lost, recorded, sent, strings

# what WeCom refuses


def hold(body: dict[str, Any]) -> None:
    if body["msgtype"] == "text":
        assert 0 < size_in_bytes(body["text"]["content"]) <= limits.TEXT_BYTES
        return
    card_holds(body["template_card"])


def card_holds(card: dict[str, Any]) -> None:
    kind = card["card_type"]
    title, rows = card["main_title"], card.get("horizontal_content_list", [])
    assert 0 < len(title["title"]) <= limits.TITLE
    assert len(title.get("desc", "")) <= limits.DESC
    assert len(card.get("sub_title_text", "")) <= limits.SUB_TITLE
    assert len(rows) <= limits.ROWS
    assert all(row["keyname"] and row["value"] for row in rows)
    if kind in ("text_notice", "news_notice"):
        assert card["card_action"] == {"type": 1, "url": URL}
    else:
        assert card["task_id"]
    if "task_id" in card:
        assert TASK_ID.fullmatch(card["task_id"])
    if "action_menu" in card:
        assert "task_id" in card
    keys_hold(card)


def keys_hold(card: dict[str, Any]) -> None:
    buttons = card.get("button_list", [])
    selects = [card["button_selection"]] if "button_selection" in card else card.get("select_list", [])
    votes = card.get("checkbox", {"option_list": []})["option_list"]
    assert ("button_list" in card) == (card["card_type"] == "button_interaction")
    assert len(buttons) <= limits.BUTTONS
    assert len(votes) <= limits.VOTES
    assert len(selects) <= limits.SELECTS
    assert len({one["key"] for one in buttons}) == len(buttons)
    assert len({one["question_key"] for one in selects}) == len(selects)
    assert all(0 < size_in_bytes(one["key"]) <= limits.KEY_BYTES and one["text"] for one in buttons)
    assert all(len(one["text"]) <= limits.BUTTON_LABEL and 1 <= one["style"] <= 4 for one in buttons)
    for options in [votes, *(one["option_list"] for one in selects)]:
        assert len({one["id"] for one in options}) == len(options)
        assert len({one["text"] for one in options}) == len(options)
        assert all(0 < size_in_bytes(one["id"]) <= limits.OPTION_ID_BYTES and one["text"] for one in options)
    for one in selects:
        assert 1 <= len(one["option_list"]) <= limits.OPTIONS
        assert one["selected_id"] in {option["id"] for option in one["option_list"]}


WORDS = st.text(alphabet="年假剩余天。，！\n 8A()（）<a/>👨\u200d👩🏽e\u0301", max_size=60) | st.text(max_size=12)
LONG = st.lists(WORDS, max_size=30).map("".join)
IDS = st.text(alphabet="abc_-$", max_size=3) | st.just("x" * 2000) | WORDS
CARDS = st.builds(
    Card,
    template=st.just("t"),
    text=LONG,
    preview=WORDS,
    title=WORDS | st.just(""),
    state=st.sampled_from(STATES),
    subtitle=st.none() | WORDS,
    body=st.none() | LONG,
    image=st.none() | st.sampled_from(["https://hr.example/a.png", "data:image/png;base64,AA", "http://x"]),
    fields=st.lists(st.builds(Field, label=WORDS | st.just("事由"), value=WORDS | LONG), max_size=12).map(tuple),
    inputs=st.lists(
        st.builds(
            Input,
            id=IDS,
            kind=st.sampled_from(["choice", "choice", "text", "date"]),
            label=WORDS,
            options=st.lists(WORDS, max_size=12).map(tuple),
            value=st.none() | WORDS,
        ),
        max_size=4,
    ).map(tuple),
    actions=st.lists(
        st.builds(Action, id=IDS, label=WORDS, do=st.just("do"), style=st.sampled_from(["primary", "danger", "other"])),
        max_size=3,
    ).map(tuple)
    | st.integers(7, 30).map(
        lambda many: tuple(Action(f"k{one}", f"第{one}个很长的选项", "do") for one in range(many))
    ),
)


@settings(max_examples=200, deadline=None)
@given(CARDS, st.booleans(), st.sampled_from([TASK, None]))
def test_the_limits_hold_for_any_card(card: Card, notice: bool, task_id: str | None) -> None:
    bodies = sent(card, notice=notice, task_id=task_id)
    assert bodies
    for body in bodies:
        hold(body)
    tasks = [body["template_card"].get("task_id") for body in bodies if body["msgtype"] == "template_card"]
    assert task_id is None or len(set(tasks)) == len(tasks)
    card_holds(changed(card))


@settings(max_examples=200, deadline=None)
@given(CARDS, st.booleans(), st.sampled_from([TASK, None]))
def test_nothing_is_lost_of_any_card(card: Card, notice: bool, task_id: str | None) -> None:
    assert lost(card, list(sent(card, notice=notice, task_id=task_id))) == []
    assert lost(card, [changed(card)]) == []


@settings(max_examples=200, deadline=None)
@given(LONG, st.integers(20, 200))
def test_pages_lose_nothing_and_fit(text: str, limit: int) -> None:
    found = list(pages(text, limit))
    assert all(size_in_bytes(page) <= limit for page in found)
    assert bare("".join(found)) == bare(text)


@settings(max_examples=200, deadline=None)
@given(CARDS)
def test_a_chosen_option_comes_back_as_its_text(card: Card) -> None:
    for item in selectable(card.inputs):
        shown = render.selector(item, WORDING)["option_list"]
        values = [option_value(item, one["id"]) for one in shown]
        assert [value for value in values if value] == list(dict.fromkeys(one for one in item.options if one.strip()))
        assert option_value(item, "never shown") in (None, "never shown")


# real cards


def shown_as() -> Iterator[Any]:
    """Each recorded card as an answer and as a notice, but for what is only ever asked for."""
    for card in recorded():
        for notice in (False, True):
            if not (notice and card.template == "leave.pregnancy"):
                yield pytest.param(card, notice, id=f"{card.template}-{card.state}-{len(card.actions)}-{notice}")


@pytest.mark.parametrize(("card", "notice"), shown_as())
def test_a_real_card_says_all_without_the_menu(card: Card, notice: bool) -> None:
    bodies = sent(card, notice=notice)
    for body in bodies:
        hold(body)
    assert len(bodies) == 1
    assert render.FULL not in set(strings(bodies))
    assert lost(card, list(bodies)) == []
    assert lost(card, [changed(card)]) == []
    if card.plain and notice:
        assert bodies[0]["template_card"]["main_title"]["title"] == card.preview
