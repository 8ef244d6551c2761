"""The Jinja2 environment of all cards, and its filters: how dates, times and amounts read in Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from domain.kernel.clock import SHANGHAI

WEEKDAYS = "一二三四五六日"


def day(value: date) -> str:
    """3月18日(周三)"""
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date()
    return f"{value.month}月{value.day}日(周{WEEKDAYS[value.weekday()]})"


def dated(value: date, today: date) -> str:
    """3月31日(周三) of this year, 2027年3月31日(周三) of another one."""
    return day(value) if value.year == today.year else f"{value.year}年{day(value)}"


def hours_of(windows: Iterable[Any]) -> str:
    """A day's working hours: 09:00–12:00、13:00–18:00; the end of a night shift is 次日06:00."""
    return "、".join(_hours(window.start, window.end) for window in windows)


def _hours(start: datetime, end: datetime) -> str:
    start, end = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    return f"{start:%H:%M}–{'次日' if end.date() > start.date() else ''}{end:%H:%M}"


def clock(value: datetime | time) -> str:
    """09:00, in Shanghai."""
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI)
    return f"{value:%H:%M}"


def when(value: datetime) -> str:
    """3月18日(周三) 14:03, in Shanghai."""
    return f"{day(value)} {clock(value)}"


def days(value: Decimal | int) -> str:
    """4.5; no trailing zeros, never an exponent."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def names(value: Iterable[str]) -> str:
    """徐丽、王芳"""
    return "、".join(value)


def amount(value: Decimal | int, unit: str = "day") -> str:
    """4.5 天, 36 小时; the unit is day or hour."""
    return f"{days(value)} {'天' if unit == 'day' else '小时'}"


def spans(lines: Iterable[Any]) -> str:
    """Stretches of days as leave shows them: 3月18日(周三) 下午、3月19日(周四) 至 3月20日(周五)."""
    return "、".join(_span(line) for line in lines)


def _span(line: Any) -> str:
    last = f" 至 {day(line.last)}" if line.last != line.first else ""
    clocks = f" {line.start}–{line.end}" if line.part == "clock" else ""
    return f"{day(line.first)}{last}{ {'first': ' 上午', 'second': ' 下午'}.get(line.part, clocks) }"


def waited(minutes: int) -> str:
    """How long, coarsely: 刚刚, 35 分钟, 3 小时, 2 天."""
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 48 * 60 else f"{minutes // 1440} 天"


def environment() -> SandboxedEnvironment:
    """Sandboxed: templates read the given views and nothing else; an unknown name is an error, not an empty word."""
    env = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Any] = {
        "day": day,
        "dated": dated,
        "hours_of": hours_of,
        "clock": clock,
        "when_": when,
        "days": days,
        "names": names,
        "waited": waited,
        "amount": amount,
        "spans": spans,
    }
    env.filters.update(filters)
    return env
