"""What a WeCom card lets a person choose: which inputs it can show, and what a chosen option means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.platforms.shared.fitting import labels
from bot.platforms.shared.pressing import fit_for_key
from bot.platforms.wecom import limits
from bot.platforms.wecom.wording import Wording
from cards.card import Input
from cards.said import one_line

NUMBERED = "#"
NOT_CHOSEN = "#0"


def selectable(inputs: Iterable[Input]) -> tuple[Input, ...]:
    """Choice inputs that a selector can ask without deciding for the person: WeCom preselects the first option."""
    found: dict[str, Input] = {}
    for item in inputs:
        options = _options(item)
        room = limits.OPTIONS - (item.value not in options)
        if item.kind == "choice" and fit_for_key(item.id, limits.KEY_BYTES) and 0 < len(options) <= room:
            found.setdefault(item.id, item)
    return tuple(found.values())


def selector(item: Input, wording: Wording) -> dict[str, Any]:
    """`button_selection`, or one of a `select_list`. Without a value it stands on an entry that is no choice."""
    options = _options(item)
    shown = [
        {"id": _option_id(option, number), "text": text}
        for number, (option, text) in enumerate(zip(options, labels(options, limits.OPTION_LABEL), strict=True), 1)
    ]
    selected = next((one["id"] for one, option in zip(shown, options, strict=True) if option == item.value), NOT_CHOSEN)
    if selected == NOT_CHOSEN:
        shown.insert(0, {"id": NOT_CHOSEN, "text": wording.choose})
    title = one_line(item.label) or wording.choose
    return {"question_key": item.id, "title": title, "option_list": shown, "selected_id": selected}


def option_value(item: Input, option_id: str) -> str | None:
    """The option's text that an id stands for: itself, or `#n` the n-th option; None for nothing chosen or unknown."""
    for number, option in enumerate(_options(item), 1):
        if option_id == _option_id(option, number):
            return option
    return None


def _options(item: Input) -> list[str]:
    """Without repeats and blanks."""
    return list(dict.fromkeys(option for option in item.options if option.strip()))


def _option_id(option: str, number: int) -> str:
    plain = fit_for_key(option, limits.OPTION_ID_BYTES) and not option.startswith(NUMBERED) and "," not in option
    return option if plain else f"{NUMBERED}{number}"
