"""Patterns of clock times, parts of the day and lengths."""

from __future__ import annotations

import re

from bot.understanding.numbers import NUM, number
from bot.understanding.times.tokens import Clock, Length, Part, Value
from bot.understanding.times.words import Rule, rule, whole

Match = re.Match[str]
PARTS = {
    "凌晨": "dawn",
    "半夜": "dawn",
    "后半夜": "dawn",
    "清晨": "morning",
    "早晨": "morning",
    "早上": "morning",
    "早间": "morning",
    "上午": "morning",
    "一早": "morning",
    "大早": "morning",
    "中午": "noon",
    "午间": "noon",
    "正午": "noon",
    "下午": "afternoon",
    "午后": "afternoon",
    "傍晚": "evening",
    "晚上": "evening",
    "晚间": "evening",
    "夜里": "evening",
    "夜间": "evening",
    "深夜": "evening",
    "午夜": "evening",
    "夜晚": "evening",
}
FRACTION = {"半": 30, "一刻": 15, "1刻": 15, "三刻": 45, "3刻": 45}


def _colon(match: Match) -> Value | None:
    hour, minute = int(match["h"]), int(match["m"])
    exact = match["h"].startswith("0") or hour >= 13
    return Clock(hour, minute, exact) if hour <= 24 and minute < 60 else None


def _spoken(match: Match) -> Value | None:
    hour = whole(match["h"])
    minute = FRACTION.get(match["f"] or "", whole(match["m"]) if match["m"] else 0)
    exact = hour >= 13 or match["h"].startswith("0") or match["h"] in {"零", "〇"}
    return Clock(hour, minute, exact) if hour <= 24 and minute < 60 else None


def _minus(match: Match) -> Value | None:
    minutes = {"一刻": 15, "1刻": 15}.get(match["m"]) or whole(match["m"].removesuffix("钟").removesuffix("分"))
    total = whole(match["h"]) * 60 - minutes
    return Clock(total // 60, total % 60, whole(match["h"]) >= 13) if 0 < minutes < 60 <= total else None


def _twelve(match: Match) -> Value | None:
    hour = int(match["h"]) % 12 + (12 if match["p"].startswith("p") else 0)
    return Clock(hour, int(match["m"] or 0), True)


def _digits(match: Match) -> Value | None:
    return Clock(int(match["h"]), int(match["m"]), True)


def _days(match: Match) -> Value | None:
    return Length(days=(0.5 if match["n"] == "半" else number(match["n"])) + (0.5 if match["x"] else 0))


def _weeks(match: Match) -> Value | None:
    count = (0 if match["n"] == "半" else number(match["n"])) + (0.5 if match["x"] or match["n"] == "半" else 0)
    return Length(days=count * (7 if match["u"] != "月" else 30))


def _hours(match: Match) -> Value | None:
    hours = (0.5 if match["n"] == "半" else number(match["n"])) + (0.5 if match["x"] or match["z"] else 0)
    return Length(hours=hours + (whole(match["m"]) / 60 if match["m"] else 0))


def _minutes(match: Match) -> Value | None:
    return Length(hours=number(match["n"]) * (15 if "刻" in match["u"] else 1) / 60)


MINUTE = (
    r"(?:(?P<f>半|过?[一三13]刻)|过?(?P<m>"
    r"[零〇]?(?:\d{2}|[二三四五]?十[一二三四五六七八九]?)(?![天个元块号月点周%\d名人])"
    r"|(?:\d|[零〇]?[一二三四五六七八九])(?=分(?!钟(?:后|前)))"
    r"|[零〇0][一-九\d](?!\d))分?)?"
)
UNIT_H = "(?:小时|钟头|h(?![a-z])|hours?|hr)"
RULES: list[Rule] = [
    rule(r"(?<![\d:])(?P<h>\d{1,2}):(?P<m>\d{2})(?::\d{2})?(?![\d:])", _colon),
    rule(r"(?<![\d:])(?P<h>\d{1,2})(?::(?P<m>\d{2}))?\s?(?P<p>am|pm)(?![a-z])", _twelve),
    rule(r"差(?P<m>[一1]刻|(?:\d{1,2}|[HAN]{1,3})分钟?)(?:就|到|不到)?<n:h>点(?!钟?差)", _minus),
    rule(r"<n:h>点差(?P<m>[一1]刻|(?:\d{1,2}|[HAN]{1,3})分)", _minus),
    rule(
        rf"(?:(?<![\d.差第])(?=\d)|(?<![\dHAN差第周期拜])|(?<=[周期拜][一二三四五六日天]))<n:h>(?:点钟|点整|点|时(?![候间长差段薪效]))(?!建议|意见|要求|原因|理由|赞|评|名|餐|开(?:链接|看|这)|击|外卖|也|都|儿|不|吃|没){MINUTE}",
        _spoken,
    ),
    rule(r"(?<![\d.\-/:年a-z#])(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)(?![\d.\-/:年元块号月分%人a-z天万千k积])", _digits),
    rule("|".join(sorted(PARTS, key=len, reverse=True)), lambda m: Part(PARTS[m[0]])),
    rule(
        r"(?<=[今明昨后前当天日号一二三四五六末])(?P<p>[早晚夜午])(?!班|退|会|饭|餐|休|点(?![\d])|些|到(?![\dHAN])|到[\dHAN]+个?(?:半)?(?:小时|分钟|钟头)|了|睡|夜)",
        lambda m: Part({"早": "morning", "午": "noon"}.get(m["p"], "evening")),
    ),
    rule(
        rf"(?:(?<![第前后近过.\d上下每])|(?<=提前|往前|推后|延后|往后))(?P<n>半|[俩仨]|{NUM})个?(?P<u>)整?天(?P<x>半)?(?!后|前|以后|以前|之后|之前|津贴|气|然)",
        _days,
    ),
    rule(rf"(?<![第前后近.\d])(?P<n>半|{NUM})(?P<u>)日(?P<x>)(?=年假|事假|病假|假)", _days),
    rule(
        rf"(?:(?<![第前后近上下这本每.\d])|(?<=提前|往前|推后|延后|往后))(?P<n>半|{NUM})个?(?P<x>半)?(?P<u>周|星期|礼拜|(?<=个)月|(?<=半)月)(?!后|前|以后|以前|之后|之前|末|[一二三四五六日]的?(?!天)|内|报)",
        _weeks,
    ),
    rule(
        rf"(?:(?<![第前后近.\d半])|(?<=提前|往前|推后|延后|往后))(?P<n>半|[俩仨]|{NUM})个?(?P<x>半)?{UNIT_H}(?P<z>半)?(?:零?(?P<m>\d{{1,2}}|[HAN]{{1,3}})分钟?)?(?!后|前|以后|以前)",
        _hours,
    ),
    rule(r"半个?(?P<x>)(?P<n>)(?P<z>)(?P<m>)(?:小时|钟头|钟(?!头))", lambda _m: Length(hours=0.5)),
    rule(rf"(?<![第.\d点])(?P<n>{NUM})个?(?P<u>分钟|刻钟)(?!后|前|以后|以前)", _minutes),
    rule(r"一?整天|全天", lambda _m: Length(days=1)),
]
