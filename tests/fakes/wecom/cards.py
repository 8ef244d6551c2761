"""What a template card must be (facts 3.1). List lengths, byte limits and required parts are hard."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.wecom.errors import CARD_ACTION, ApiError, bad
from tests.fakes.wecom.fields import Part, unique

NOTICES = {"text_notice", "news_notice"}
INTERACTIVE = {"button_interaction", "vote_interaction", "multiple_interaction"}
TASK_ID = re.compile(r"[A-Za-z0-9_@-]{1,128}")


def check(values: Any, *, updating: bool = False) -> list[str]:
    """The warnings. Raises ApiError. An update may leave out the task id and may grey (`replace_text`, `disable`)."""
    if not isinstance(values, dict):
        raise bad("template_card is not an object")
    card = Part(values, "template_card", [])
    kind = card.text("card_type", required=True)
    if kind not in NOTICES | INTERACTIVE:
        raise bad(f"template_card.card_type: {kind}")
    shared(card, kind, updating)
    {
        "text_notice": text_notice,
        "news_notice": news_notice,
        "button_interaction": button_interaction,
        "vote_interaction": vote_interaction,
        "multiple_interaction": multiple_interaction,
    }[kind](card, updating)
    if updating and kind in INTERACTIVE:
        card.text("replace_text")
    card.done()
    return card.warnings


def shared(card: Part, kind: str, updating: bool) -> None:
    """What every card may have."""
    if source := card.part("source"):
        source.text("icon_url")
        source.text("desc", chars=20)
        source.number("desc_color", range(4), 0)
        source.done()
    task_id = card.text("task_id", required=kind in INTERACTIVE and not updating)
    if task_id and not TASK_ID.fullmatch(task_id):
        raise bad(f"template_card.task_id: only letters, digits and _-@, at most 128: {task_id}")
    if menu := card.part("action_menu"):
        if not task_id and not updating:
            raise bad("template_card.task_id missing: action_menu needs it")
        menu.text("desc")
        keys = [action_key(item) for item in menu.parts("action_list", least=1, most=3)]
        unique(keys, "action_menu keys")
        menu.done()
    if title := card.part("main_title"):
        title.text("title", chars=36)
        title.text("desc", chars=44)
        title.done()
    if quote := card.part("quote_area"):
        link(quote, none=True)
        quote.text("title")
        quote.text("quote_text")
        quote.done()
    card.text("sub_title_text", chars=160)
    for item in card.parts("horizontal_content_list", most=6):
        horizontal(item)
    for item in card.parts("jump_list", most=3):
        item.text("title", required=True)
        link(item, none=True)
        item.done()
    card_action(card, required=kind in NOTICES)


def action_key(item: Part, chars: int = 0) -> str:
    item.text("text", required=True, chars=chars)
    key = item.text("key", required=True, octets=1024)
    item.done()
    return key


def link(part: Part, *, none: bool) -> None:
    """type 1: url, type 2: a mini program; type 0, nothing, only where it is allowed."""
    kind = part.number("type", range(0 if none else 1, 3), 0)
    part.text("url", required=kind == 1, octets=2048)
    part.text("appid", required=kind == 2)
    part.text("pagepath")


def horizontal(item: Part) -> None:
    item.text("keyname", required=True, chars=5)
    kind = item.number("type", range(4), 0)
    item.text("value", required=kind == 2)
    item.text("url", required=kind == 1, octets=2048)
    item.text("media_id", required=kind == 2)
    item.text("userid", required=kind == 3)
    item.done()


def card_action(card: Part, *, required: bool) -> None:
    """A notice card without one, or with a bad one, is 42045."""
    try:
        action = card.part("card_action")
        if action is None and not required:
            return
        if action is None:
            raise bad("missing")
        link(action, none=not required)
        action.done()
    except ApiError as error:
        raise ApiError(CARD_ACTION, f"template_card.card_action: {error.hint}") from None


def text_notice(card: Part, updating: bool) -> None:
    if emphasis := card.part("emphasis_content"):
        emphasis.text("title", chars=14)
        emphasis.text("desc", chars=22)
        emphasis.done()
    title = card.part("main_title")
    if not (title and title.text("title")) and not card.text("sub_title_text"):
        raise bad("template_card: main_title.title or sub_title_text required")


def news_notice(card: Part, updating: bool) -> None:
    title_required(card)
    image, area = card.part("card_image"), card.part("image_text_area")
    if image is None and area is None:
        raise bad("template_card: card_image or image_text_area required")
    if image:
        image.text("url", required=True)
        ratio = image.values.get("aspect_ratio", 1.3)
        image.known.add("aspect_ratio")
        if isinstance(ratio, bool) or not isinstance(ratio, int | float) or not 1.3 <= ratio <= 2.25:
            raise bad(f"template_card.card_image.aspect_ratio: {ratio!r}")
        image.done()
    if area:
        link(area, none=True)
        area.text("title")
        area.text("desc")
        area.text("image_url", required=True)
        area.done()
    for item in card.parts("vertical_content_list", most=4):
        item.text("title", required=True, chars=26)
        item.text("desc", chars=112)
        item.done()


def button_interaction(card: Part, updating: bool) -> None:
    title_required(card)
    if selection := card.part("button_selection"):
        choice(selection, updating, most=10, chars=10)
    keys = []
    for item in card.parts("button_list", least=1, most=6):
        item.text("text", required=True, chars=10)
        item.number("style", range(1, 5), 1)
        kind = item.number("type", range(2), 0)
        item.text("url", required=kind == 1, octets=2048)
        key = item.text("key", required=kind == 0, octets=1024)
        keys += [key] if kind == 0 else []
        item.done()
    unique(keys, "button keys")


def vote_interaction(card: Part, updating: bool) -> None:
    title_required(card)
    box = card.part("checkbox")
    if box is None:
        raise bad("template_card.checkbox missing")
    box.number("mode", range(2), 0)
    choice(box, updating, most=20, chars=11)
    submit(card)


def multiple_interaction(card: Part, updating: bool) -> None:
    title_required(card)
    questions = [choice(item, updating, most=10, chars=10) for item in card.parts("select_list", least=1, most=3)]
    unique(questions, "question keys")
    submit(card)


def title_required(card: Part) -> None:
    title = card.part("main_title")
    if title is None or not title.text("title"):
        raise bad("template_card.main_title.title missing")


def choice(part: Part, updating: bool, *, most: int, chars: int) -> str:
    """A selector or a checkbox; its question key."""
    boxes = "checkbox" in part.place
    question = part.text("question_key", required=True, octets=1024)
    if not boxes:
        part.text("title")
        selected = part.text("selected_id")
    if updating:
        part.flag("disable")
    ids = []
    for item in part.parts("option_list", least=1, most=most):
        ids.append(item.text("id", required=True, octets=128))
        item.text("text", required=True, chars=chars)
        if boxes:
            item.flag("is_checked")
        item.done()
    unique(ids, "option ids")
    if not boxes and selected and selected not in ids:
        raise bad(f"{part.place}.selected_id is none of its options")
    part.done()
    return question


def submit(card: Part) -> None:
    button = card.part("submit_button")
    if button is None:
        raise bad("template_card.submit_button missing")
    action_key(button, 10)
