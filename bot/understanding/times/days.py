"""References to days, and how each becomes a span of dates seen from a given day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.times import holidays

Span = tuple[date, date]
RECENT = 31  # 3月9号 said on 3月11日 is two days ago even in a request: leave is also asked for afterwards


@dataclass(frozen=True)
class View:
    """From where and which way: today, ahead (True) or behind, Mon–Fri weeks or whole ones, the day said before."""

    today: date
    ahead: bool = True
    work_week: bool = True
    previous: Span | None = None


@dataclass(frozen=True)
class Offset:
    """今天, 后天, 今明两天: days from today."""

    first: int
    last: int

    def span(self, view: View) -> Span:
        return view.today + timedelta(days=self.first), view.today + timedelta(days=self.last)


@dataclass(frozen=True)
class These:
    """这两天, 最近三天: today and the days next to it in the view's direction."""

    count: int

    def span(self, view: View) -> Span:
        far = timedelta(days=max(0, self.count - 1))
        return (view.today, view.today + far) if view.ahead else (view.today - far, view.today)


@dataclass(frozen=True)
class Weekday:
    """周五, 下周三, 周一到三: days of a week (1–7); `week` None means no week was named."""

    week: int | None
    first: int
    last: int

    def span(self, view: View) -> Span:
        monday = view.today - timedelta(days=view.today.weekday())
        if self.week is not None:
            start = monday + timedelta(days=7 * self.week + self.first - 1)
        elif view.previous is not None:
            base = view.previous[1]
            start = base - timedelta(days=base.weekday()) + timedelta(days=self.first - 1)
            start += timedelta(days=7 if start < base else 0)
        elif view.ahead:
            start = view.today + timedelta(days=(self.first - view.today.isoweekday()) % 7)
        else:
            start = view.today - timedelta(days=(view.today.isoweekday() - self.first) % 7)
        return start, start + timedelta(days=self.last - self.first)


@dataclass(frozen=True)
class Week:
    """下周: Monday to Friday or Sunday."""

    offset: int

    def span(self, view: View) -> Span:
        monday = view.today - timedelta(days=view.today.weekday()) + timedelta(days=7 * self.offset)
        return monday, monday + timedelta(days=4 if view.work_week else 6)


@dataclass(frozen=True)
class Date:
    """3月18日, 18号, 18–20号, 下个月5号; what is None was not said. `shift`, `year_shift` count months, years."""

    year: int | None
    month: int | None
    first: int
    last: int
    shift: int | None = None
    year_shift: int | None = None

    def span(self, view: View) -> Span:
        start = self._start(view)
        return start, _safe(start.year, start.month, self.last) or start

    def _start(self, view: View) -> date:
        today = view.today
        if self.shift is not None:
            year, month = _months(today, self.shift)
            return _near(year, month, self.first)
        if self.month is not None:
            if self.year is not None or self.year_shift is not None:
                return _near(self.year or today.year + (self.year_shift or 0), self.month, self.first)
            base = view.previous[1] if view.previous else today
            found = _near(base.year, self.month, self.first)
            if view.previous is not None:
                return found if found >= base else _near(base.year + 1, self.month, self.first)
            if view.ahead and (today - found).days > RECENT:
                return _near(today.year + 1, self.month, self.first)
            if not view.ahead and found > today:
                return _near(today.year - 1, self.month, self.first)
            return found
        return self._bare(view)

    def _bare(self, view: View) -> date:
        base = view.previous[1] if view.previous else view.today
        step = 1 if view.ahead or view.previous else -1
        for shift in range(0, 12):
            year, month = _months(base, step * shift)
            found = _safe(year, month, self.first)
            if found and (found - base).days * step >= 0:
                return found
        return base


@dataclass(frozen=True)
class Edge:
    """月底, 下月初, 3月中旬: a part of a month; `month` 1–12 or `shift` from this month."""

    month: int | None
    shift: int
    part: str

    def span(self, view: View) -> Span:
        year, month = month_of(self.month, self.shift, None, view)
        last = calendar.monthrange(year, month)[1]
        first_day, last_day = {
            "底": (last, last),
            "末": (last, last),
            "最后一天": (last, last),
            "初": (1, 1),
            "中": (15, 15),
            "上旬": (1, 10),
            "中旬": (11, 20),
            "下旬": (21, last),
            "整": (1, last),
        }[self.part]
        return date(year, month, first_day), date(year, month, last_day)


@dataclass(frozen=True)
class Later:
    """三天后, 两周后, 一个月前."""

    days: int = 0
    months: int = 0

    def span(self, view: View) -> Span:
        year, month = _months(view.today, self.months)
        day = _near(year, month, view.today.day) + timedelta(days=self.days)
        return day, day


@dataclass(frozen=True)
class Holiday:
    """国庆 (the whole period), its eve (before), the nth (working) day after; "" is the next one (节前一天)."""

    name: str
    where: str = "whole"
    count: int = 1

    def span(self, view: View) -> Span:
        period = self._period(view)
        if period is None:
            return view.today, view.today
        if self.where == "day":
            day = period.statutory[0] if period.statutory else period.start
            return day, day
        if self.where == "before":
            day = period.start - timedelta(days=self.count)
        elif self.where == "after":
            day = period.end + timedelta(days=self.count)
        elif self.where == "before-work":
            day = holidays.working_day(period.start - timedelta(days=1), -1, self.count)
        elif self.where == "after-work":
            day = holidays.working_day(period.end + timedelta(days=1), 1, self.count)
        elif self.where == "nth":
            day = period.start + timedelta(days=self.count - 1)
        else:
            return period.start, period.end
        return day, day

    def _period(self, view: View) -> holidays.Period | None:
        years = range(view.today.year - 1, view.today.year + 3)
        names = [self.name] if self.name else list(holidays.periods(view.today.year))
        every = sorted((p for year in years for name in names if (p := self._in(name, year))), key=lambda p: p.start)
        if view.ahead:
            return next((p for p in every if p.end >= view.today), None)
        return next((p for p in reversed(every) if p.start <= view.today), None)

    def _in(self, name: str, year: int) -> holidays.Period | None:
        if name in holidays.FIXED:
            day = date(year, *holidays.FIXED[name])
            return holidays.Period(day, day, (day,))
        if name in holidays.LUNAR:
            lunar = holidays.lunar_day(year, *holidays.LUNAR[name])
            return holidays.Period(lunar, lunar, (lunar,)) if lunar else None
        return holidays.holiday(name, year)


@dataclass(frozen=True)
class LunarDay:
    """正月初五, 腊月廿八; without a month the New Year month is meant, or that of the day said before."""

    month: int | None
    day: int

    def span(self, view: View) -> Span:
        month = self.month or 1
        years = range(view.today.year - 2, view.today.year + 3)
        every = sorted(day for year in years if (day := holidays.lunar_day(year, month, self.day)))
        base = view.previous[1] if view.previous else view.today
        if view.ahead or view.previous:
            found = next((day for day in every if day >= base), base)
        else:
            found = next((day for day in reversed(every) if day <= base), base)
        return found, found


@dataclass(frozen=True)
class YearEnd:
    """年底: the last day of a year, `shift` years from this one."""

    shift: int = 0

    def span(self, view: View) -> Span:
        day = date(view.today.year + self.shift, 12, 31)
        return day, day


DayRef = These | YearEnd | Offset | Weekday | Week | Date | Edge | Later | Holiday | LunarDay


def month_of(month: int | None, shift: int, year: int | None, view: View) -> tuple[int, int]:
    """(year, month) of 3月, 上个月, 2025年12月: the nearest in the view's direction, the present one included."""
    if month is None:
        return _months(view.today, shift)
    if year is not None:
        return year, month
    if view.ahead:
        return (view.today.year, month) if month >= view.today.month else (view.today.year + 1, month)
    return (view.today.year, month) if month <= view.today.month else (view.today.year - 1, month)


def _months(day: date, shift: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + shift
    return index // 12, index % 12 + 1


def _safe(year: int, month: int, day: int) -> date | None:
    if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
        return date(year, month, day)
    return None


def _near(year: int, month: int, day: int) -> date:
    return date(year, month, max(1, min(day, calendar.monthrange(year, month)[1])))
