"""Amounts of money, percentages, counts, points and scores in a normalised text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.numbers import number, tidy

BIG = r"(?:\d[\d,]*(?:\.\d+)?(?:[百千万kw]\d*)?|[一二两三四五六七八九十百千万零]{1,12})"
_MONEY = re.compile(
    rf"(?:¥|rmb)?(?P<n>{BIG})(?:多)?(?P<u>元|块钱|块|rmb|¥|圆)(?P<tail>\d|[一二三四五六七八九](?![个天点]))?(?:毛)?"
)
_SIGN = re.compile(rf"¥(?P<n>{BIG})")
_LARGE = re.compile(r"(?<![\da-z])(?P<n>\d+(?:\.\d+)?[百千万kw]\d*)(?![a-z])")
_NAKED = re.compile(r"(?<![\d.\-:a-z/#])(?P<n>\d+(?:\.\d{1,2})?)(?![\d:.\-/%年月日号点天个份张次人周季a-z小分级号轮])")
_PERCENT = re.compile(
    r"百分之(?P<c>[\d.]+|[一二三四五六七八九十百零两]+)|(?P<p>\d+(?:\.\d+)?)\s*(?:%|个百分点|百分比)|(?P<t>\d|[一二两三四五六七八九十])成(?P<h>半|[一二三四五六七八九](?![个天]))?"
)
CLASSIFIERS = "份|张|个|本|支|件|次|套|盒|台|杯|只|条|瓶|箱"


def money(text: str, taken: Sequence[tuple[int, int]] = ()) -> float | None:
    """Yuan: the sum of all amounts said; without a unit the only free number counts."""
    found: list[float] = []
    spans: list[tuple[int, int]] = list(taken)
    for pattern in (_MONEY, _SIGN, _LARGE):
        for match in pattern.finditer(text):
            if any(a < match.end() and match.start() < b for a, b in spans):
                continue
            value = _value(match["n"])
            if value is None:
                continue
            tail = match.groupdict().get("tail")
            found.append(value + (_value(tail) or 0) / 10 if tail else value)
            spans.append(match.span())
    if not found:
        free = [m for m in _NAKED.finditer(text) if not any(a < m.end() and m.start() < b for a, b in spans)]
        found = [float(m["n"]) for m in free]
    return tidy(sum(found)) if found else None


def _value(text: str | None) -> float | None:
    try:
        return number(text) if text else None
    except ValueError:
        return None


def percent(text: str) -> float | None:
    """0–100: 40%, 百分之四十, 四成, 八成半, 一半, 完成了 as 100."""
    match = _PERCENT.search(text)
    if match is None:
        return 50 if re.search(r"一半", text) else None
    if match["c"]:
        return _value(match["c"])
    if match["p"]:
        return tidy(float(match["p"]))
    tenths = _value(match["t"])
    return None if tenths is None else tidy(tenths * 10 + _fifth(match["h"]))


def _fifth(text: str | None) -> float:
    """The half or the digit behind 成: 八成半 85, 七成五 75."""
    return 5 if text == "半" else (_value(text) or 0)


def count(text: str, units: str = CLASSIFIERS) -> int | None:
    """两份 → 2: the first number with one of the classifiers."""
    match = re.search(rf"(?<![第\d.])(\d{{1,4}}|[一二两三四五六七八九十百俩]+)(?:{units})(?!月|小时|半|人)", text)
    value = _value(match[1]) if match else None
    return None if value is None else int(value)


def followed(text: str, words: str) -> float | None:
    """The number right before or after one of the words: 20积分, 积分20, +20."""
    match = re.search(rf"({BIG})(?:个|点)?(?:{words})|(?:{words})(?:\s*[x×*:+]?\s*)(\d+)|\+(\d+)", text)
    value = _value(next((g for g in match.groups() if g), None)) if match else None
    return None if value is None else tidy(value)
