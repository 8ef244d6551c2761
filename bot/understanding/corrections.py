"""What a correction changes of a form: the new value after 改成, dates moved, a stay made longer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.understanding.slots.moments import range_dates
from bot.understanding.slots.sentence import Sentence, Slots

DATES = ("start_date", "end_date", "date", "target_date")
_SHIFT = re.compile(r"(?P<w>推迟|推后|延后|往后(?:推|挪|延)?|顺延|晚|后延|延迟|提前|往前(?:推|挪|提)?|早)(?:一?下)?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_MORE = re.compile(r"(?P<w>多|再|延长|少)(?:请|休|加|待|去|续|出差)?(?=半|\d|[一二两三四五六七八九十])")
_ADDED = re.compile(r"加上|再加|算上|连上|带上|(?:加|补)(?=\d|周|星期|下|明|后)|也(?:请|休|要|算)|一起(?:请|休)|还有")
_NOT_THIS = re.compile(
    r"(?:不对|错了|不|哦|啊|呃|等等|等下)?[,]?(?:不是|不要|别|把).{1,12}?"
    r"(?=,?(?:而是|应该是|是|要|改成|改为|改到|换成|换到|挪到|推到))"
)
_FROM_TO = re.compile(r"^[^,]{2,10}?(?=(?:改成|改为|换成|换为|调整为|变成|改到|换到))")
_FIELD = re.compile(r"理由|事由|原因|开始|结束|时间|日期|金额|天数|地点|类型|时长|上班|下班|^我?想?要?(?:改|换)")
_TAIL = re.compile(r"(?<=.),?(?:不是|别|而不是)[^,]{1,10}$")


def shift(sentence: Sentence, old: Slots) -> Slots:
    """推迟两天, 提前一周: every date of the form moves."""
    match = _SHIFT.search(sentence.text)
    days = sentence.times.days
    if match is None or days is None or days != int(days) or re.search(r"到|至", sentence.text[match.start() :]):
        return {}
    step = timedelta(days=int(days) * (-1 if match["w"].startswith(("提前", "往前", "早")) else 1))
    return {name: (day + step).isoformat() for name, day in _dates(old).items()}


def extended(sentence: Sentence, old: Slots) -> Slots:
    """多请一天, 少请半天: the end or the length changes, the start stays."""
    match = _MORE.search(sentence.text)
    days = sentence.times.days
    if match is None or days is None:
        return {}
    more = -days if match["w"] == "少" else days
    end = _dates(old).get("end_date")
    if end is not None and more == int(more):
        return {"end_date": (end + timedelta(days=int(more))).isoformat()}
    length = old.get("duration_days")
    if isinstance(length, int | float) and length + more > 0:
        total = length + more
        return {"duration_days": int(total) if total == int(total) else total}
    return {}


def added(sentence: Sentence, old: Slots) -> Slots:
    """加上27号: the form reaches to a day after its end, or begins on one before its start."""
    if not _ADDED.search(sentence.text) or "start_date" not in old:
        return {}
    new, dates = range_dates(sentence), _dates(old)
    first, last = _dates(new).get("start_date"), _dates(new).get("end_date")
    start = dates.get("start_date")
    if first is None or last is None or start is None:
        return {}
    end = dates.get("end_date") or start
    if last > end:
        return {"end_date": last.isoformat()}
    return {"start_date": first.isoformat()} if first < start else {}


def _dates(old: Slots) -> dict[str, date]:
    said = {name: old.get(name) for name in DATES}
    return {
        name: date.fromisoformat(text) for name, text in said.items() if isinstance(text, str) and _ISO.fullmatch(text)
    }


def corrected(sentence: Sentence) -> Sentence:
    """不是周三是周四, 年假改成调休 → what stands for the new value: the old one is not a slot."""
    text = sentence.text
    match = _NOT_THIS.match(text) or _FROM_TO.match(text)
    if match is not None and _FIELD.search(match[0]):
        match = None
    tail = _TAIL.search(text) if match is None else None
    if match is None and tail is None:
        return sentence
    cut, stop = match.end() if match else 0, tail.start() if tail else len(text)
    tokens = [replace(t, start=t.start - cut, end=t.end - cut) for t in sentence.tokens if cut <= t.start < stop]
    mentions = [replace(m, start=m.start - cut, end=m.end - cut) for m in sentence.mentions if cut <= m.start < stop]
    return replace(sentence, text=text[cut:stop], tokens=tokens, mentions=mentions)


def spread(text: str, new: Slots, old: Slots) -> Slots:
    """A corrected day moves both ends; 延长到 moves the end, 从…开始 the start; a lone half is both halves."""
    slots = dict(new)
    if not re.search(r"事由|理由|原因", text):
        slots.pop("reason", None)
    slots = _after_start(text, slots, old)
    length = old.get("duration_days")
    if "start_date" in slots and "end_date" not in old and isinstance(length, int | float) and length > 1:
        slots.pop("end_date", None)  # three days from another start stay three days
        return slots
    start, end = slots.get("start_date"), slots.get("end_date")
    if not start or end not in {None, start} or "start_date" not in old:
        return slots
    until = re.search(r"(?:延长|续|休|请|延|住|待)到|结束|截止|(?:止|终)|到.{1,6}(?:为止|回来|回)", text)
    if until and "改到" not in text:
        slots.pop("start_date")
        slots["end_date"] = start
        slots = _after_start(text, slots, old)
    elif re.search(r"起|开始|出发|从", text):
        slots.pop("end_date", None)
    return slots


def _after_start(text: str, slots: Slots, old: Slots) -> Slots:
    """延长到周五 means the 周五 on or after the form's start, unless a week is named."""
    begun, end = _dates(old).get("start_date"), _dates(slots).get("end_date")
    bare = re.search(r"(?<![这本下上个])(?:周|星期|礼拜)[一二三四五六日天]", text)
    if begun is None or end is None or "start_date" in slots or not bare or end >= begun:
        return slots
    days = (begun - end).days
    return slots | {"end_date": (end + timedelta(days=(days + 6) // 7 * 7)).isoformat()}


def as_amount(new: Slots, old: Slots) -> Slots:
    """改成2天 of an adjustment that is drafted: the new amount, in the direction that it had."""
    if "set_to" not in new or "duration_days" not in old:
        return new
    sign = -1 if isinstance(was := old["duration_days"], int | float) and was < 0 else 1
    return {name: value for name, value in new.items() if name != "set_to"} | {"duration_days": sign * new["set_to"]}


def cleared(new: Slots, old: Slots) -> Slots:
    """A good date or time takes an impossible one away that was said before."""
    pairs = {"invalid_date": {*DATES}, "invalid_time": {"start_time", "end_time", "time"}}
    return {name: None for name, by in pairs.items() if name in old and by & new.keys()}
