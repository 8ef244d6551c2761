"""Dates and times that no calendar or clock has (2月30号, 25点): they are told as said, never repaired."""

from __future__ import annotations

import re
from datetime import date

from bot.understanding.times.days import Date, View
from bot.understanding.times.tokens import Token
from bot.understanding.times.words import whole

UNLIKE = "(?!线|楼|机|店|仓|门|厅|文|会议|位|员工|库|码|馆|院|桌|工位|程|报|用)"
_NUMBER = r"(?:\d{1,2}|[零一二三四五六七八九十]{1,3})"
_DATES = re.compile(rf"(?<![\d第])(?P<m>{_NUMBER})月份?的?(?P<d>{_NUMBER})[日号]{UNLIKE}")
_DAY = re.compile(rf"(?<![\d第月a-z])(?:3[2-9]|[4-9]\d)[日号]{UNLIKE}")
_HOUR = re.compile(r"(?<![\d.:])(?:2[5-9]|[3-9]\d)(?:点(?!积分|经验|名)(?:半|\d{1,2}分?)?|:\d{2})")
_MINUTE = re.compile(r"(?<![\d.:])[01]?\d(?::[6-9]\d(?![\d:])|点[6-9]\d(?:分)?(?![\d%]))")


def impossible(text: str, tokens: list[Token], today: date) -> dict[str, str]:
    """`invalid_date` and `invalid_time` as said; nothing when all that was said exists."""
    found: dict[str, str] = {}
    said = next((text[t.start : t.end] for t in tokens if no_such_day(t, today)), None)
    said = said or next((m[0] for m in _DATES.finditer(text) if not _exists(m)), None)
    bare = _DAY.search(text)
    if said or bare:
        found["invalid_date"] = said or bare[0]  # type: ignore[index]
    clock = _HOUR.search(text) or _MINUTE.search(text)
    if clock:
        found["invalid_time"] = clock[0]
    return found


def no_such_day(token: Token, today: date) -> bool:
    """Whether a date's month is too short for its day (the span would be moved to the month's end)."""
    value = token.value
    if not isinstance(value, Date) or (value.month is None and value.shift is None):
        return False
    start, end = value.span(View(today))
    return (start.day, end.day) != (value.first, value.last)


def _exists(match: re.Match[str]) -> bool:
    return 1 <= whole(match["m"]) <= 12 and 1 <= whole(match["d"]) <= 31
