"""Answers to a survey question that is open: a mark, one of its choices, or words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.understanding.numbers import number, tidy
from bot.understanding.slots.sentence import Sentence, Slots
from bot.understanding.text import normalise

_SCORE = re.compile(
    r"(?<![\d.a-z])(\d{1,3}(?:\.\d)?|[一二三四五六七八九十]{1,2})(?:分|星|颗星)?(?![\d:天点月号个年次人小])"
)
_LETTER = re.compile(r"(?:选|^)([a-f])(?![a-z])")


def answer(sentence: Sentence, pending: Mapping[str, Any]) -> Slots:
    """score and choice, as far as the question offers them."""
    text = sentence.text
    choices = [str(item) for item in pending.get("choices") or ()]
    chosen = _choice(text, choices)
    if chosen is not None:
        return {"choice": chosen}
    match = _SCORE.search(text)
    if match and (pending.get("scale") or not choices):
        try:
            return {"score": tidy(number(match[1]))}
        except ValueError:
            return {}
    if re.search(r"^满分$|给满分", text) and pending.get("scale"):
        top = re.search(r"(\d+)\s*$", str(pending["scale"]))
        return {"score": int(top[1])} if top else {}
    return {}


def _choice(text: str, choices: list[str]) -> str | None:
    for item in sorted(choices, key=len, reverse=True):
        if normalise(item) in text:
            return item
    letter = _LETTER.search(text)
    if letter:
        index = "abcdef".index(letter[1])
        return choices[index] if index < len(choices) else letter[1].upper()
    place = re.search(r"第([一二三四五六1-6])(?:个|项)?", text)
    if place and choices:
        index = int(number(place[1])) - 1
        return choices[index] if index < len(choices) else None
    return None
