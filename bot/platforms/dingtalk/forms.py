"""What a card asks for, as the fields of DingTalk's form component."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bot.platforms.dingtalk import limits
from bot.platforms.shared.fitting import size_in_bytes
from bot.platforms.shared.pressing import OWN, fit_for_key
from cards.card import Input
from cards.said import one_line

KINDS = {"choice": "SELECT", "text": "TEXT", "date": "DATE", "time": "TIME"}
LONG_TEXT, LONG = "TEXT_AREA", 20
"""A text whose value has so many characters gets more than a line."""
ID_BYTES = 64
TAKEN = {"action"}
"""Names of a press's own parameters, among which the values come back."""

FormField = dict[str, Any]


def form(inputs: Iterable[Input], *, required: bool) -> tuple[list[FormField], list[Input]]:
    """Fields that have room in one variable, and the inputs that have not or cannot be asked like this.

    `required`: the client insists on each; only right where a single button sends them all.
    """
    found: list[FormField] = []
    left: list[Input] = []
    for item in inputs:
        drawn = _field(item, required)
        twice = drawn is not None and any(each["name"] == item.id for each in found)
        if drawn is None or twice or size_in_bytes(packed({"fields": [*found, drawn]})) > limits.VALUE_BYTES:
            left.append(item)
        else:
            found.append(drawn)
    return found, left


def packed(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _field(item: Input, required: bool) -> FormField | None:
    options = list(dict.fromkeys(option for option in item.options if option.strip()))
    nameable = fit_for_key(item.id, ID_BYTES) and not item.id.endswith(OWN) and item.id not in TAKEN
    if not nameable or item.kind not in KINDS or (item.kind == "choice" and not options):
        return None
    long = item.kind == "text" and len(item.value or "") > LONG
    drawn: FormField = {
        "name": item.id,
        "label": one_line(item.label) or item.id,
        "type": LONG_TEXT if long else KINDS[item.kind],
        "required": required,
    }
    if item.kind == "choice":
        drawn["options"] = [{"value": option, "text": option} for option in options]
        if item.value in options:
            drawn["defaultValue"] = {"index": options.index(item.value), "value": item.value}
    elif item.value:
        drawn["defaultValue"] = item.value
    return drawn
