"""Small vocabulary and a pattern helper shared by the scanners of time."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.understanding.numbers import HAN, number
from bot.understanding.times.tokens import Value

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Value | None]]
WEEK = "(?:周|星期|礼拜)"
TO = "(?:到|至|-|~|、|和)"
SHIFTS = {
    "上上上": -3,
    "上上": -2,
    "上": -1,
    "上一": -1,
    "前一": -1,
    "这": 0,
    "本": 0,
    "这一": 0,
    "当": 0,
    "下": 1,
    "下一": 1,
    "下下": 2,
    "下下下": 3,
}
SHIFT = "(?<![一早晚马])(?P<w>下下下|上上上|下下|上上|上一|下一|这一|上|下|这|本|当)个?"
YEAR = "(?P<y>20\\d\\d年?|2[3-9]年|[去今明前]年|上年)?的?"


def rule(pattern: str, build: Callable[[re.Match[str]], Value | None]) -> Rule:
    """Compile a pattern; `<n:x>` is a numeral up to two digits named x, WEEK/TO/SHIFT/YEAR/HAN are the above."""
    pattern = re.sub(r"<n:(\w)>", lambda m: rf"(?P<{m[1]}>\d{{1,2}}|[{HAN}廿卅]{{1,3}})", pattern)
    for name, text in (("WEEK", WEEK), ("SHIFT", SHIFT), ("YEAR", YEAR), ("HAN", HAN), ("TO", TO)):
        pattern = pattern.replace(name, text)
    return re.compile(pattern), build


def whole(text: str) -> int:
    """A numeral as an int; 0 when it is none."""
    try:
        return int(number(text))
    except ValueError:
        return 0


def year_of(said: str | None) -> tuple[int | None, int | None]:
    """(absolute year, years from this one) of 2025年, 25年, 去年; both None when nothing was said."""
    if not said:
        return None, None
    digits = said.rstrip("年")
    if digits.isdigit():
        return (int(digits) if len(digits) == 4 else 2000 + int(digits)), None
    return None, {"今": 0, "去": -1, "上": -1, "明": 1, "前": -2}.get(said[0], 0)
