"""Patterns of months, parts of months, quarters and years, holidays and lunar days."""

from __future__ import annotations

import re

from bot.understanding.times import days
from bot.understanding.times.tokens import MonthRef, QuarterRef, Value, YearRef
from bot.understanding.times.words import SHIFTS, Rule, rule, whole, year_of

Match = re.Match[str]


def _month(match: Match) -> Value | None:
    month = whole(match["m"])
    year, shift = year_of(match["y"])
    return MonthRef(month, 0, year, shift) if 1 <= month <= 12 else None


def _edge(match: Match) -> Value | None:
    month = whole(match["m"]) if match["m"] else None
    if month is not None and not 1 <= month <= 12:
        return None
    return days.Edge(month, SHIFTS.get(match["w"] or "", 0), match["e"])


def _quarter(match: Match) -> Value | None:
    year, shift = year_of(match["y"])
    return QuarterRef(f"Q{whole(match['q'])}", shift or 0, year)


def _half_year(match: Match) -> Value | None:
    year, shift = year_of(match["y"])
    return QuarterRef("H1" if match["h"] == "上" else "H2", shift or 0, year)


NAMES = (
    "元旦|春节|清明节|清明|劳动节|五一|端午节|端午|中秋节|中秋|国庆节|国庆|过年|妇女节|儿童节|圣诞节|圣诞|双十一|情人节|青年节|植树节|"
    "教师节|除夕|大年三十|年三十|元宵节|元宵|七夕|重阳节|重阳|平安夜|(?<![二三四五六七八九双月\\d])十一(?=假期|期间|长假|放假|节|前|后|当天|小长假)"
)
KEEP = {"妇女节", "儿童节", "情人节", "青年节", "植树节", "教师节", "劳动节"}
COUNT = r"(?:第|头|最后)?(?P<c>\d{1,2}|[HAN]{1,3})个?(?P<cu>工作日|上班日|天)"


def _holiday(match: Match) -> Value | None:
    name = match["h"] if match["h"] in KEEP else match["h"].removesuffix("节")
    side = {"前": "before", "后": "after"}.get(match["s"] or "", "")
    if match["cu"] and (side or "第" in match[0]):
        how = (side or "nth") + ("-work" if match["cu"] != "天" and side else "")
        return days.Holiday(name, how, whole(match["c"]))
    if side:
        return days.Holiday(name, side)
    return days.Holiday(name, "day" if match["day"] else "whole")


def _around(match: Match) -> Value | None:
    side = {"前": "before", "后": "after"}[match["s"]]
    return days.Holiday("", side + ("-work" if match["cu"] != "天" else ""), whole(match["c"]))


def _lunar(match: Match) -> Value | None:
    said = match["m"]
    month = ({"正": 1, "腊": 12, "冬": 11}.get(said[0]) or whole(said.removesuffix("月"))) if said else None
    return days.LunarDay(month, whole(match["d"].removeprefix("初")))


EDGE = "(?P<e>最后一天|底|末|初|中旬|上旬|下旬|中)(?![级学国心文午间奖])"
RULES: list[Rule] = [
    rule(
        rf"(?:(?P<w>下下|上上|上|下|这|本|当)个?月(?:的?月)?|<n:m>月份?|(?<![上下\dHAN个这本当])月)(?:的)?{EDGE}", _edge
    ),
    rule(r"YEAR<n:m>月(?![底末初旬\d光饼亮]|中旬|上旬|下旬|的?最后一天)份?", _month),
    rule(r"(?<![一-龥])(?P<m>[1-9]|1[0-2])(?P<y>)月份?(?=工资|考勤)", _month),
    rule(r"SHIFT月(?![底末初球台]|中旬|上旬|下旬)(?:份|度)?", lambda m: MonthRef(None, SHIFTS[m["w"]])),
    rule(r"YEAR第?(?P<q>[一二三四1-4])季度", _quarter),
    rule(r"(?<![a-z])YEAR-?q(?P<q>[1-4])(?!\d)", _quarter),
    rule(r"(?P<w>上|这|本|下)一?个?季(?!节)度?", lambda m: QuarterRef(None, SHIFTS[m["w"]])),
    rule(r"YEAR(?P<h>上|下)半年", _half_year),
    rule(r"(?<!\d)(?P<y>20\d\d)(?=年|绩效|考核|度)年?度?", lambda m: YearRef(int(m["y"]))),
    rule(r"(?<!\d)(?P<y>2[3-9])年(?!底)", lambda m: YearRef(2000 + int(m["y"]))),
    rule(
        r"今年|本年度|去年|上一?年度|上年|明年|前年",
        lambda m: YearRef(None, year_of(m[0][0].replace("本", "今"))[1] or 0),
    ),
    rule(r"(?P<y>今|明|本)?年[底末]", lambda m: days.YearEnd(1 if m["y"] == "明" else 0)),
    rule(
        rf"(?P<h>{NAMES})(?:假期|小?长假|放假|期间|假)?(?:节?(?:之|以|放假|收假)?(?P<s>[前后])(?:的|那)?|的)?(?:{COUNT})?(?P<day>当天|那天|当日)?",
        _holiday,
    ),
    rule(rf"(?<![季过下这上时])(?:节假?|放假|收假|长假)(?P<s>[前后])的?{COUNT}", _around),
    rule(
        r"(?:农历|阴历)?(?P<m>正月|腊月|冬月|(?<=[农阴]历)[二三四五六七八九十]{1,2}月)(?P<d>初?[一二三四五六七八九十廿]{1,3})",
        _lunar,
    ),
    rule(r"(?:农历|阴历|大年)?(?P<m>)(?P<d>初[一二三四五六七八九十](?![中年级]))", _lunar),
    rule(
        r"(?<=初[一二三四五六七八九十][到至\-~])(?P<m>)(?P<d>(?:二?十|廿)[一二三四五六七八九]?)(?![点号日天个])", _lunar
    ),
]
