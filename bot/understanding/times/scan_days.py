"""Patterns of dates, day words and weekdays."""

from __future__ import annotations

import re

from bot.understanding.times import days
from bot.understanding.times.tokens import Value
from bot.understanding.times.words import SHIFTS, Rule, rule, whole, year_of

Match = re.Match[str]
WORDS = {
    "今天": (0, 0),
    "今儿": (0, 0),
    "今日": (0, 0),
    "今个": (0, 0),
    "明天": (1, 1),
    "明日": (1, 1),
    "明儿": (1, 1),
    "次日": (1, 1),
    "后天": (2, 2),
    "后日": (2, 2),
    "大后天": (3, 3),
    "昨天": (-1, -1),
    "昨日": (-1, -1),
    "昨儿": (-1, -1),
    "前天": (-2, -2),
    "前日": (-2, -2),
    "大前天": (-3, -3),
    "今明两天": (0, 1),
    "今明": (0, 1),
    "明后天": (1, 2),
    "明后两天": (1, 2),
    "今明后三天": (0, 2),
    "昨今两天": (-1, 0),
    "昨前两天": (-2, -1),
    "前昨两天": (-2, -1),
    "明后": (1, 2),
    "昨天前天": (-2, -1),
    "前天昨天": (-2, -1),
}
SHORT = {"今": 0, "明": 1, "昨": -1, "后": 2, "前": -2, "当": 0}


def _weekday(text: str) -> int:
    return int(text) if text.isdigit() else {"天": 7, "日": 7, "末": 6}.get(text) or "一二三四五六".index(text) + 1


def _week_days(match: Match) -> Value | None:
    groups = match.groupdict()
    week = SHIFTS[groups["w"]] if groups.get("w") else None
    first = _weekday(match["a"])
    last = 7 if match["a"] == "末" else first
    if match["more"]:
        last = _weekday(match["more"][-1])
    elif match["b"]:
        last = _weekday(match["b"])
    return days.Weekday(week, first, last) if last >= first else None


def _date(year: int | None, month: int | None, first: int, last: int | None = None) -> Value | None:
    last = last or first
    good = (month is None or 1 <= month <= 12) and 1 <= first <= last <= 31
    return days.Date(year, month, first, last) if good else None


def _full(match: Match) -> Value | None:
    year = match.groupdict().get("y")
    return _date(int(year) if year else None, int(match["m"]), int(match["d"]))


def _month_day(match: Match) -> Value | None:
    year = match["y"]
    last = match.groupdict().get("b")
    return _date(int(year) if year else None, whole(match["m"]), whole(match["a"]), whole(last) if last else None)


def _of_year(match: Match) -> Value | None:
    """去年5月6号, 25年5月6号."""
    year, shift = year_of(match["y"])
    first = whole(match["a"])
    good = 1 <= whole(match["m"]) <= 12 and 1 <= first <= 31
    return days.Date(year, whole(match["m"]), first, first, year_shift=shift) if good else None


def _shifted(match: Match) -> Value | None:
    first = whole(match["a"])
    last = whole(match["b"]) if match.groupdict().get("b") else first
    return days.Date(None, None, first, last, SHIFTS[match["w"]]) if 1 <= first <= last <= 31 else None


def _bare(match: Match) -> Value | None:
    return _date(None, None, whole(match["a"]), whole(match["b"]) if match.groupdict().get("b") else None)


def _later(match: Match) -> Value | None:
    sign = -1 if "前" in match["s"] else 1
    half = match["n"] == "半"
    unit = match["u"]
    if unit.endswith("月"):
        return days.Later(days=sign * 15) if half else days.Later(months=sign * whole(match["n"]))
    return None if half else days.Later(days=sign * whole(match["n"]) * (1 if unit == "天" else 7))


DAYS = "[一二三四五六日天](?![天个小点号月十百份分])"
WEEKDAY_TAIL = (
    rf"(?P<a>[一二三四五六日天末]|[1-7](?![\d.:]|小时))(?![天个点号次月报]|例会)(?P<more>(?:{DAYS})*)"
    r"(?:TO(?P<b>[一二三四五六日天1-7])(?![天个小点号月十百\d:]))?"
)
UNLIKE_DAY = "(?!线|楼|机|店|仓|门|厅|文|会议|位|员工|库|码|称|馆|院|桌|工位|常|程|志|报|期|用|语|本)"
RULES: list[Rule] = [
    rule(r"(?<!\d)(?P<y>20\d\d)[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})(?!\d)[日号]?", _full),
    rule(r"(?<!\d)(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?!\d)", _full),
    rule(r"(?<!\d)(?:(?P<y>20\d\d)年)?<n:m>月(?:份的?)?<n:a>[日号]?TO<n:b>[日号]", _month_day),
    rule(r"(?<!\d)(?:(?P<y>20\d\d)年)?<n:m>月(?:份的?)?<n:a>[日号]", _month_day),
    rule(r"(?<!\d)(?P<y>[去今明前]年|上年|2[3-9]年)的?<n:m>月(?:份的?)?<n:a>[日号]", _of_year),
    rule(r"(?P<y>)<n:m>月(?P<a>(?:二|三)?十[一二三四五六七八九]?)(?![\dHAN点个天年多])", _month_day),
    rule(r"(?<![\d.a-z])(?P<y>)(?P<m>\d{1,2})月(?P<a>\d{1,2})(?![\d点个天小:])", _month_day),
    rule(r"(?<![\d./a-z])(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])(?![\d/]|天)", _full),
    rule(
        r"(?<![\d.a-z])(?P<m>1[0-2]|0?[1-9])\.(?P<d>3[01]|[12]\d|0?[1-9])"
        r"(?![\d.%:]|天|个|小时|元|块|分|万|千|k|折|版|h|w|倍|年|公里|亿|点)",
        _full,
    ),
    rule(r"(?<![\d\-])(?P<m>0[1-9]|1[0-2])-(?P<d>[0-3]\d)(?![\d:点\-])", _full),
    rule(r"SHIFT月的?<n:a>[日号]?TO<n:b>[日号]", _shifted),
    rule(r"SHIFT月的?<n:a>[日号]", _shifted),
    rule(rf"(?<![月\dHAN第kr周期])<n:a>[日号]?TO<n:b>[日号]{UNLIKE_DAY}", _bare),
    rule(rf"(?<![月\dHAN第kr])<n:a>[日号]{UNLIKE_DAY}", _bare),
    rule(rf"SHIFTWEEK(?:的?WEEK|的)?{WEEKDAY_TAIL}", _week_days),
    rule(
        rf"(?:(?<![上下这本每几整半\d个])|(?<=一下))(?:(?<![一两三四五六七八九十])|(?<=[周期拜][一二三四五六日天]))WEEK{WEEKDAY_TAIL}",
        _week_days,
    ),
    rule(r"SHIFTWEEK(?![一二三四五六日天末])", lambda m: days.Week(SHIFTS[m["w"]])),
    rule(r"(?<![一\d])整(?:周|个星期|个礼拜)(?![一二三四五六日])", lambda _m: days.Week(0)),
    rule("|".join(sorted(WORDS, key=len, reverse=True)), lambda m: days.Offset(*WORDS[m[0]])),
    rule(
        r"[今明昨后前当](?=晚|早|夜|午(?!餐))(?![早晚](?:班|点[^\d]|会|饭|退|到[^\d]))",
        lambda m: days.Offset(SHORT[m[0]], SHORT[m[0]]),
    ),
    rule(
        r"(?<![第最近前后])(?P<n>半|\d{1,2}|[HAN]{1,3})(?P<u>天|个?星期|周|个?礼拜|个月)"
        r"(?P<s>之后|以后|之前|以前|后|前)(?!天|端|台|辈)",
        _later,
    ),
    rule(
        r"(?:这|最近|近|过去)<n:n>(?P<u>天|个?星期|个?礼拜|周)",
        lambda m: days.These(whole(m["n"]) * (1 if m["u"] == "天" else 7)),
    ),
]
