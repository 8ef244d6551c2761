"""Slots of a shift swap: with whom, the own day and shift, the colleague's day and shift."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding import lexicon
from bot.understanding.slots.persons import person
from bot.understanding.slots.sentence import Sentence, Slots, extractor


@dataclass
class _Side:
    """One end of the exchange, as far as said."""

    at: int
    date: str | None = None
    shift: str | None = None
    owner: str = ""


@extractor
def swap(sentence: Sentence) -> Slots:
    """date and shift are one's own, target_date and target_shift the colleague's."""
    slots = person(sentence)
    sides = _sides(sentence)
    if not sides:
        return slots
    own, theirs = (sides[0], sides[1] if len(sides) > 1 else None)
    if theirs is not None and (own.owner == "theirs" or theirs.owner == "mine"):
        own, theirs = theirs, own
    elif theirs is None and own.owner == "theirs":
        own, theirs = _Side(own.at), own
    pairs = {"date": own.date, "shift": own.shift}
    if theirs is not None:
        pairs |= {"target_date": theirs.date, "target_shift": theirs.shift}
    return slots | {name: value for name, value in pairs.items() if value}


def _sides(sentence: Sentence) -> list[_Side]:
    moments = [m for r in sentence.times.ranges for m in (r.start, r.end) if m and m.first]
    sides = [_Side(m.at[0], m.first.isoformat(), None, _owner(sentence, m.at[0])) for m in moments if m.first]
    last = -9
    for at, name in lexicon.earliest("shift", sentence.text):
        if at - last <= 1:
            continue
        last = at
        near = [side for side in sides if side.at < at and side.shift is None and at - side.at <= 9]
        if near:
            near[-1].shift = name
        else:
            sides.append(_Side(at, None, name, _owner(sentence, at)))
    return sorted(sides, key=lambda side: side.at)[:2]


def _owner(sentence: Sentence, at: int) -> str:
    before = sentence.text[:at]
    if re.search(r"我(?:自己)?的?$", before):
        return "mine"
    if re.search(r"(?:他|她|对方)的?$", before):
        return "theirs"
    named = any(re.fullmatch(r"(?:同学)?的?", before[m.end :]) for m in sentence.mentions if m.end <= at)
    return "theirs" if named else ""
