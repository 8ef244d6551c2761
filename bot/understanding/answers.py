"""Answers to what a card asks for: a day, a time, a few words; and whether a sentence is something else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from bot.understanding.dialogue import words
from bot.understanding.text import normalise
from bot.understanding.times.impossible import impossible
from bot.understanding.times.reading import Moment, read
from bot.understanding.times.scan import scan
from bot.understanding.types import Understood

WISH = 0.9
"""So sure must understanding be of another wish before a sentence is not taken for the answer."""
BEGINS = re.compile(r"^(?:查|看看?|帮我|给我|我要|我想|我的|转人工|找人工|待我|撤回|催)")
FILLERS = re.compile(r"[,.!的吧了呀啊哦是就那从到至起我要想在和跟先大概左右开始定填写]")
SHORT = 2
"""So many characters beside a day or time are no wish."""


def cancels(text: str) -> bool:
    """算了, 不用了."""
    return words("cancel").fullmatch(normalise(text)) is not None


def day_in(text: str, today: date) -> date | None:
    """The one day that is named; None for none, for several, for one that no calendar has."""
    found = _only(text, today, "invalid_date", lambda moment: moment.first)
    return found.first if found is not None and found.first == found.last else None


def time_in(text: str, today: date) -> str | None:
    """The one time that is named, HH:MM."""
    found = _only(text, today, "invalid_time", lambda moment: moment.time)
    return found.time if found is not None else None


def _only(text: str, today: date, wrong: str, wanted: Callable[[Moment], object]) -> Moment | None:
    plain = normalise(text)
    tokens = scan(plain)
    if wrong in impossible(plain, tokens, today):
        return None
    ends = [end for each in read(plain, today, tokens=tokens).ranges for end in (each.start, each.end) if end]
    found = [moment for moment in ends if wanted(moment) is not None]
    return found[0] if len(found) == 1 else None


def says_more(text: str) -> bool:
    """Whether a sentence says more than a day or a time."""
    plain = normalise(text)
    rest = list(plain)
    for token in scan(plain):
        rest[token.start : token.end] = [""] * (token.end - token.start)
    return len(FILLERS.sub("", "".join(rest))) > SHORT


def own_wish(text: str, meant: Understood) -> bool:
    """Whether a sentence that might answer anything asks for something of its own instead."""
    plain = normalise(text)
    if words("polite").search(plain) or meant.intent in {"help", "smalltalk"}:
        return True
    asks = words("asking").search(plain) or words("wish").search(plain) or BEGINS.search(plain)
    return bool(asks) and meant.confidence >= WISH
