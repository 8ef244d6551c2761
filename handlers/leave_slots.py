"""Slots of leave as values: the type, the period, the days asked about; what is missing is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Self, cast

from domain.kernel.clock import Month
from domain.leave.errors import LengthMissing
from domain.leave.rules.period import HALF, Half, Period
from domain.leave.rules.policy import LeaveKind
from handlers.chat import Ask, Chat

TOP_UP = re.compile(r"不够.{0,6}(调休|倒休|补休)")
NOTHING = re.compile(
    r"(?:请|休|歇)[^\d]{0,3}(?:[-－−]\s*\d|负[\d一二两三四五六七八九十])|(?<![\d.])[0零]\s*(?:个)?(?:天|小时)"
)
KINDS = (
    (re.compile("年假|年休"), LeaveKind.ANNUAL),
    (re.compile("调休|倒休|补休"), LeaveKind.COMP_OFF),
    (re.compile("事假"), LeaveKind.PERSONAL),
    (re.compile("病假"), LeaveKind.SICK),
    (re.compile("婚假"), LeaveKind.MARRIAGE),
    (re.compile("陪产|护理假"), LeaveKind.PATERNITY),
    (re.compile("产检"), LeaveKind.PRENATAL),
    (re.compile("产假"), LeaveKind.MATERNITY),
    (re.compile("丧假"), LeaveKind.BEREAVEMENT),
    (re.compile("育儿"), LeaveKind.CHILDCARE),
    (re.compile("哺乳"), LeaveKind.NURSING),
    (re.compile("工伤"), LeaveKind.INJURY),
)
DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
WEEKLY = re.compile(r"每(?:个)?(?:周|星期|礼拜)([一二三四五六日天])")
WEEKDAYS = "一二三四五六日"
COUNT = re.compile(r"(\d+(?:\.\d+)?|[一二两三四五六七八九十半])\s*(?:个)?天")


@dataclass(frozen=True)
class Kind:
    """The type of leave; asked for when the sentence does not say it."""

    value: LeaveKind

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any], chat: Chat) -> Self:  # noqa: ARG003 - the router's signature
        if (kind := kind_of(slots)) is None:
            raise Ask("leave_type", "leave.ask_kind")
        return cls(kind)


@dataclass(frozen=True)
class When:
    """The period; a start is asked for, and what half or which clock time is meant where that decides."""

    value: Period

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any], chat: Chat) -> Self:
        _refuse_nothing(slots, chat.text)
        _ask_again(slots)
        start, weekly_until = day_of(slots, "start_date"), _weekly_until(slots, chat)
        if weekly_until is not None:
            start = _first_weekday(chat)
        _remember_top_up(slots, chat)
        if start is None:
            raise Ask("start_date", "leave.ask_start")
        period = Period(
            start=start,
            weekly_until=weekly_until,
            end=start if weekly_until else day_of(slots, "end_date"),
            start_half=_half(slots, "start_half"),
            end_half=_half(slots, "end_half"),
            start_time=_time(slots, "start_time"),
            end_time=_time(slots, "end_time"),
            duration_days=_number(slots, "duration_days"),
            duration_hours=_number(slots, "duration_hours"),
            without=tuple(date.fromisoformat(day) for day in slots.get("except_dates") or ()),
        )
        _ask_rest(period)
        return cls(period)


def _refuse_nothing(slots: Mapping[str, Any], text: str) -> None:
    """0 天, -1 天: refused before anything else is asked. Raises LengthMissing."""
    lengths = (_number(slots, "duration_days"), _number(slots, "duration_hours"))
    if any(length is not None and length <= 0 for length in lengths) or NOTHING.search(text):
        raise LengthMissing()


def _ask_again(slots: Mapping[str, Any]) -> None:
    """2月30号, 25点: what was said does not exist; it leaves the slots so that the answer takes its place."""
    for wrong, wanted in (("invalid_date", ("start_date", "end_date")), ("invalid_time", ("start_time", "end_time"))):
        said = slots.get(wrong)
        if said and isinstance(slots, dict):
            del slots[wrong]
            slot = wanted[1] if slots.get(wanted[0]) else wanted[0]
            raise Ask(slot, "leave.ask_again", said=said, what=wrong)


def _ask_rest(period: Period) -> None:
    one_day = period.end is None or period.end == period.start
    said = period.start_half or period.end_half or period.start_time or period.end_time
    if one_day and not said and period.duration_days == HALF:
        raise Ask("start_half", "leave.ask_half", date=period.start)
    if one_day and not said and period.duration_hours is not None and period.duration_hours < 8:
        raise Ask("start_time", "leave.ask_time", date=period.start, hours=period.duration_hours)


@dataclass(frozen=True)
class Days:
    """The days that are asked about; the next seven when none is named."""

    start: date
    end: date
    named: bool

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any], chat: Chat) -> Self:
        start = day_of(slots, "start_date") or day_of(slots, "date")
        if start is None:
            return cls(chat.tx.today, chat.tx.today + timedelta(days=6), False)
        return cls(start, day_of(slots, "end_date") or start, True)


def kind_of(slots: Mapping[str, Any]) -> LeaveKind | None:
    said = slots.get("leave_type")
    return LeaveKind(said) if said in set(LeaveKind) else None


def kind_in(text: str) -> LeaveKind | None:
    """The type that a sentence names, whatever else it is about."""
    return next((kind for pattern, kind in KINDS if pattern.search(text)), None)


def day_of(slots: Mapping[str, Any], name: str) -> date | None:
    said = slots.get(name)
    return date.fromisoformat(said) if isinstance(said, str) and said else None


def tops_up(kind: LeaveKind, slots: Mapping[str, Any], text: str) -> LeaveKind | None:
    """请年假，不够的用调休补"""
    said = slots.get("top_up") or TOP_UP.search(text)
    return LeaveKind.COMP_OFF if said and kind is not LeaveKind.COMP_OFF else None


def _remember_top_up(slots: Mapping[str, Any], chat: Chat) -> None:
    """The wish is in no slot of the table, and the sentence is gone once a question was asked: it joins the slots."""
    if isinstance(slots, dict) and TOP_UP.search(chat.text):
        slots["top_up"] = LeaveKind.COMP_OFF.value


def _weekly_until(slots: Mapping[str, Any], chat: Chat) -> date | None:
    """每周五下午请假到月底 → the last day it may fall on: the one said, else the end of this month."""
    if not WEEKLY.search(chat.text):
        return None
    return day_of(slots, "end_date") or Month.of(chat.tx.today).last


def _first_weekday(chat: Chat) -> date:
    found = WEEKLY.search(chat.text)
    wanted = WEEKDAYS.index(found[1].replace("天", "日")) if found else 0
    return chat.tx.today + timedelta(days=(wanted - chat.tx.today.weekday()) % 7)


def days_said(slots: Mapping[str, Any], text: str) -> Decimal | None:
    """提前两天 → 2; None when no number is said."""
    if (number := _number(slots, "duration_days")) is not None:
        return number
    found = COUNT.search(text)
    return chinese(found[1]) if found else None


def chinese(word: str) -> Decimal:
    return Decimal("0.5") if word == "半" else Decimal(DIGITS.get(word, 0) or word)


def _half(slots: Mapping[str, Any], name: str) -> Half | None:
    said = slots.get(name)
    return cast(Half, said) if said in {"AM", "PM"} else None


def _time(slots: Mapping[str, Any], name: str) -> time | None:
    said = slots.get(name)
    return time.fromisoformat(said) if isinstance(said, str) and said else None


def _number(slots: Mapping[str, Any], name: str) -> Decimal | None:
    said = slots.get(name)
    try:
        return Decimal(str(said)) if said is not None else None
    except InvalidOperation:
        return None
