"""Holiday periods by name from the State Council's notices, and lunar days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from lunar_python import Lunar, LunarYear

FIXED = {
    "妇女节": (3, 8),
    "儿童节": (6, 1),
    "六一": (6, 1),
    "圣诞": (12, 25),
    "双十一": (11, 11),
    "情人节": (2, 14),
    "青年节": (5, 4),
    "植树节": (3, 12),
    "教师节": (9, 10),
    "平安夜": (12, 24),
}
LUNAR = {"除夕": (12, 30), "大年三十": (12, 30), "年三十": (12, 30), "元宵": (1, 15), "七夕": (7, 7), "重阳": (9, 9)}
ALIASES = {"五一": "劳动节", "十一": "国庆", "过年": "春节", "新年": "元旦", "国庆节": "国庆", "清明节": "清明"}


@dataclass(frozen=True)
class Period:
    """A holiday: first and last day off, its statutory days, make-up working days."""

    start: date
    end: date
    statutory: tuple[date, ...]
    workdays: tuple[date, ...] = ()


Lookup = Callable[[int], dict[str, Period]]


@cache
def periods(year: int) -> dict[str, Period]:
    """Holidays of a year by short name; empty where no notice is known."""
    from config.statutory.calendar import notice

    known = notice(year)
    if known is None:
        return {}
    found: dict[str, Period] = {}
    for holiday in known.holidays:
        if holiday.off_start is None or holiday.off_end is None:
            continue
        period = Period(holiday.off_start, holiday.off_end, holiday.statutory, holiday.workdays)
        for name in holiday.name.replace("、", " ").replace("和", " ").split():
            found[_short(name)] = period
    return found


def _short(name: str) -> str:
    name = name.removesuffix("假期").removesuffix("假")
    if name in {"劳动节", "五一", "国际劳动节"}:
        return "劳动节"
    return name.removesuffix("节")


def holiday(name: str, year: int) -> Period | None:
    """The period of a holiday in a year under any of its names."""
    found = periods(year)
    short = ALIASES.get(name, name)
    return found.get(short) or found.get(_short(short))


def lunar_day(year: int, month: int, day: int) -> date | None:
    """The solar date of a day of a lunar year (day 30 falls back to the month's last); None when there is none."""
    of_month = LunarYear.fromYear(year).getMonth(month)
    if of_month is None or not 1 <= day <= 30:
        return None
    solar = Lunar.fromYmd(year, month, min(day, of_month.getDayCount())).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def works(day: date) -> bool:
    """Whether offices work on a day by the notice: make-up days do, holidays and weekends do not."""
    for period in set(periods(day.year).values()):
        if day in period.workdays:
            return True
        if period.start <= day <= period.end:
            return False
    return day.weekday() < 5


def working_day(start: date, step: int, count: int) -> date:
    """The `count`-th working day from `start` inclusive, going by `step` (+1 or −1)."""
    day = start
    while True:
        if works(day):
            count -= 1
            if count <= 0:
                return day
        day += timedelta(days=step)
