"""Slots of time: ranges, single dates, clock times, lengths, months, periods."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bot.understanding.numbers import tidy
from bot.understanding.slots.sentence import Sentence, Slots, extractor
from bot.understanding.slots.stretch import asked_range, whole_range
from bot.understanding.times.clocks import HALVES
from bot.understanding.times.reading import Moment, Range, Times
from bot.understanding.times.tokens import Length


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _kept(slots: dict[str, object]) -> Slots:
    return {name: value for name, value in slots.items() if value is not None}


@extractor
def range_dates(sentence: Sentence) -> Slots:
    """start_date and end_date; only the start when a length of several days follows."""
    times = sentence.times
    stretch = asked_range(sentence)
    if stretch is None:
        return {}
    start, end = stretch.start, stretch.end
    if start is None:
        return _kept({"end_date": _iso(end.last if end else None)})
    if start.span is None:
        return {}
    if end is not None and end.span is not None:
        return {"start_date": _iso(start.first), "end_date": _iso(end.last)}
    back = next((r.start for r in times.ranges[1:] if r.start and r.start.last and r.start.last > start.span[1]), None)
    if back is not None and re.match(r"(?:回来?|返|结束|止)", sentence.text[back.at[1] :]):
        return {"start_date": _iso(start.first), "end_date": _iso(back.last)}
    if (stretch.open and start.time is None) or ((times.days or 0) > 1 and start.span[0] == start.span[1]):
        return {"start_date": _iso(start.first)}
    return {"start_date": _iso(start.first), "end_date": _iso(start.last)}


@extractor
def range_(sentence: Sentence) -> Slots:
    """Dates with half days or clock times."""
    slots = range_dates(sentence)
    stretch = asked_range(sentence)
    if stretch is None:
        return slots
    slots |= clock_times(stretch)
    if "start_time" in slots or "end_time" in slots:
        return slots
    start, end = stretch.start, stretch.end
    first = HALVES.get(start.part) if start and start.part else None
    last = HALVES.get(end.part) if end and end.part else None
    if end is None:
        last = first if "end_date" in slots or "start_date" not in slots else None
    return slots | _kept({"start_half": first, "end_half": last})


def clock_times(stretch: Range) -> Slots:
    """start_time and end_time as said; 3点前 is an end."""
    start = stretch.start.time if stretch.start else None
    end = stretch.end.time if stretch.end else None
    if stretch.before and start and not end:
        start, end = None, start
    return _kept({"start_time": start, "end_time": end})


@extractor
def lengths(sentence: Sentence) -> Slots:
    """duration_days, duration_hours; 请-1天 stays negative as said."""
    times = sentence.times
    said = next((t for t in sentence.tokens if isinstance(t.value, Length)), None)
    sign = -1 if said and re.search(r"(?<![\d日号天点一二三四五六七八九十])[-负]$", sentence.text[: said.start]) else 1
    return _kept(
        {
            "duration_days": tidy(times.days * sign) if times.days is not None else None,
            "duration_hours": tidy(times.hours * sign) if times.hours is not None and times.days is None else None,
        }
    )


@extractor
def hours(sentence: Sentence) -> Slots:
    """duration_hours only."""
    times = sentence.times
    return {"duration_hours": tidy(times.hours)} if times.hours is not None else {}


def first_day(sentence: Sentence) -> Moment | None:
    """The first moment that has a date."""
    for stretch in sentence.times.ranges:
        for moment in (stretch.start, stretch.end):
            if moment and moment.span:
                return moment
    return None


@extractor
def date_(sentence: Sentence) -> Slots:
    """One date."""
    moment = first_day(sentence)
    return {"date": _iso(moment.first)} if moment else {}


@extractor
def day(sentence: Sentence) -> Slots:
    """One date, only when a single day was said."""
    moment = first_day(sentence)
    return {"date": _iso(moment.first)} if moment and moment.first == moment.last else {}


def first_time(times: Times) -> str | None:
    """The first clock time said."""
    for stretch in times.ranges:
        for moment in (stretch.start, stretch.end):
            if moment and moment.time:
                return moment.time
    return None


_MOVED = re.compile(r"(?:改|推迟|挪|提前|延|调|换|推)(?:到|至|成|为)")


@extractor
def moved_time(sentence: Sentence) -> Slots:
    """date and time; of an appointment that is moved the new ones."""
    move = _MOVED.search(sentence.text)
    cut = move.end() if move else 0
    later = [token for token in sentence.tokens if token.start >= cut]
    return date_time(replace(sentence, tokens=later)) if move and later else date_time(sentence)


@extractor
def date_time(sentence: Sentence) -> Slots:
    """date and time."""
    return date_(sentence) | _kept({"time": first_time(sentence.times)})


LEAVING = re.compile(r"下班|走的|走了|离开|签退|收工|撤|回家|out")
ENTERING = re.compile(r"上班|到的|到公司|签到|来的|\bin\b|早")


@extractor
def fix_time(sentence: Sentence) -> Slots:
    """date and time of a missed punch: a bare hour is evening for going, morning for coming."""
    out = bool(LEAVING.search(sentence.text))
    habits = replace(sentence.habits, out=out, entering=not out and bool(ENTERING.search(sentence.text)))
    times = sentence.seen(habits)
    seen = replace(sentence, habits=habits)
    return date_(seen) | _kept({"time": first_time(times)})


PAST = re.compile(r"了|昨|前天|上周|刚|上个?月|补报|补申|补提")


@extractor
def overtime_time(sentence: Sentence) -> Slots:
    """date, start_time, end_time; past words turn a bare 周五 back."""
    past = bool(PAST.search(sentence.text))
    times = sentence.seen(replace(sentence.habits, ahead=not past, overtime=True))
    slots: Slots = {}
    for stretch in times.ranges:
        moment = stretch.start or stretch.end
        if moment and moment.first and "date" not in slots:
            slots["date"] = _iso(moment.first)
        found = clock_times(stretch)
        if found and not ({"start_time", "end_time"} & set(slots)):
            slots |= found
    return slots


@extractor
def outing_time(sentence: Sentence) -> Slots:
    """date, half or clock times of field work."""
    slots = date_(sentence)
    for stretch in sentence.times.ranges:
        found = clock_times(stretch)
        if found:
            return slots | found
    parts = [m.part for r in sentence.times.ranges for m in (r.start, r.end) if m and m.part]
    half = HALVES.get(parts[0]) if parts else None
    return slots | _kept({"half": half})


@extractor
def query_range(sentence: Sentence) -> Slots:
    """Days or a month looked at."""
    months = sentence.times.months
    if months:
        return {"month": months[0]}
    stretch = whole_range(sentence.times)
    if stretch is None or stretch.start is None or stretch.start.span is None:
        return {}
    end = stretch.end if stretch.end and stretch.end.span else stretch.start
    return {"start_date": _iso(stretch.start.first), "end_date": _iso(end.last)}


@extractor
def roster_time(sentence: Sentence) -> Slots:
    """A single day is `date`, several are a range, a month is a month."""
    found = query_range(sentence)
    if "start_date" in found and found["start_date"] == found["end_date"]:
        return {"date": found["start_date"]}
    return found


@extractor
def month(sentence: Sentence) -> Slots:
    """YYYY-MM."""
    months = sentence.times.months
    return {"month": months[0]} if months else {}


@extractor
def year(sentence: Sentence) -> Slots:
    """YYYY, when no month was said."""
    times = sentence.times
    return {"year": times.year} if times.year and not times.months else {}


@extractor
def period(sentence: Sentence) -> Slots:
    """A quarter or half year."""
    return {"period": sentence.times.period} if sentence.times.period else {}


@extractor
def okr_period(sentence: Sentence) -> Slots:
    """The quarter of an objective."""
    return period(sentence)


@extractor
def deadline(sentence: Sentence) -> Slots:
    """date and time of sending, end_date of a deadline (周五截止, 截止到周五, 周五前)."""
    slots: Slots = {}
    for stretch in sentence.times.ranges:
        moment = stretch.start or stretch.end
        if moment is None:
            continue
        around = sentence.text[max(0, moment.at[0] - 5) : moment.at[0]], sentence.text[moment.at[1] : moment.at[1] + 5]
        due = (
            stretch.before
            or stretch.start is None
            or re.search(r"截|到期|结束|收", around[1])
            or re.search(r"截止|截至|到$", around[0])
        )
        if stretch.end is not None and stretch.end.span:
            slots["end_date"] = _iso(stretch.end.last)
        elif moment.span:
            slots.setdefault("end_date" if due else "date", _iso(moment.last if due else moment.first))
        if moment.time and not due:
            slots["time"] = moment.time
    return slots
