"""Which of the stretches of time in a sentence a request is about."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from bot.understanding.slots.sentence import Sentence
from bot.understanding.times.reading import Range, Times

_LEAVING = re.compile(r"请|休|假|出差|在家|居家|远程")


def whole_range(times: Times) -> Range | None:
    """The stretch a request is about: 周四、周五 listed one after the other become one range."""
    dated = [r for r in times.ranges if (r.start and r.start.span) or (r.end and r.end.span)]
    if not dated:
        return times.ranges[0] if times.ranges else None
    first = dated[0]
    for following in dated[1:]:
        last = first.end or first.start
        if not (following.listed and following.start and following.start.span and last and last.last):
            break
        gap = (following.start.span[0] - last.last).days
        if (
            following.end is None
            and 0 < gap <= 3
            and (gap == 1 or all((last.last + timedelta(days=n)).weekday() >= 5 for n in range(1, gap)))
        ):
            first = replace(first, end=following.start)
        else:
            break
    return first


def asked_range(sentence: Sentence) -> Range | None:
    """The stretch that is asked for: 昨晚通宵了,今天上午调休 is about today."""
    times = sentence.times
    dated = [r for r in times.ranges if r.start and r.start.span]
    if len(dated) > 1 and not _LEAVING.search(_clause(sentence.text, dated[0])):
        later = next((i for i, r in enumerate(dated) if i and _LEAVING.search(_clause(sentence.text, r))), 0)
        return whole_range(replace(times, ranges=tuple(dated[later:])))
    return whole_range(times)


def _clause(text: str, stretch: Range) -> str:
    moment = stretch.start or stretch.end
    at = moment.at[0] if moment else 0
    end = text.find(",", at)
    return text[text.rfind(",", 0, at) + 1 : end if end >= 0 else len(text)]
