"""The grammar of time against gold cases that a person can read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.understanding.text import normalise
from bot.understanding.times.clocks import Habits
from bot.understanding.times.reading import Moment, Times, read

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "times.yaml").read_text("utf-8"))
TODAY = date(2026, 3, 11)
MANNERS = {
    "ahead": Habits(),
    "back": Habits(ahead=False, digits=True),
    "out": Habits(ahead=False, out=True, digits=True),
    "overtime": Habits(overtime=True),
    "months": Habits(),
    "backmonths": Habits(ahead=False),
    "period": Habits(ahead=False),
}


def _moment(moment: Moment | None) -> str:
    if moment is None:
        return ""
    days = ""
    if moment.span:
        first, last = moment.span
        days = first.isoformat() if first == last else f"{first}..{last}"
    return " ".join(piece for piece in (days, moment.part, moment.time) if piece)


def shown(times: Times) -> str:
    """What was understood, in one line."""
    ranges = []
    for item in times.ranges:
        line = _moment(item.start) + (f" → {_moment(item.end)}" if item.end else "")
        ranges.append((line + " open" * item.open + " before" * item.before).strip())
    rest = [
        f"{times.days:g} days" if times.days is not None else "",
        f"{times.hours:g} hours" if times.hours is not None else "",
        "month " + " ".join(times.months) if times.months else "",
        f"period {times.period}" if times.period else "",
        f"year {times.year}" if times.year else "",
    ]
    return " | ".join(piece for piece in ("; ".join(ranges), *rest) if piece)


@pytest.mark.parametrize(("manner", "said", "meant"), [(m, s, w) for m, rows in CASES.items() for s, w in rows.items()])
def test_time_is_read(manner: str, said: str, meant: str) -> None:
    assert shown(read(normalise(str(said)), TODAY, MANNERS[manner])) == meant


@pytest.mark.parametrize(
    "said",
    [
        "一点也不",
        "KR1完成0.6",
        "3号楼",
        "两点建议",
        "今晚点名",
        "尾号2026的卡",
        "评3.5分",
        "周杰的电话",
        "小时候",
        "第3名",
    ],
)
def test_no_date_or_time_where_none_is_said(said: str) -> None:
    found = read(normalise(said), TODAY)
    assert all(
        m is None or (m.time is None and (m.span is None or said.startswith("今")))
        for r in found.ranges
        for m in (r.start, r.end)
    )


def test_the_year_turns() -> None:
    assert shown(read("元旦后第一天", date(2025, 12, 30))) == "2026-01-04"
    assert shown(read("下周五", date(2025, 12, 30))) == "2026-01-09"
    assert shown(read("31号", date(2026, 4, 2))) == "2026-05-31"
