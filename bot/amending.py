"""A correction of a draft: which slots of it stay, and what a bare weekday in it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

TIMES = {"start_time", "end_time"}
HALVES = {"start_half", "end_half"}
DATES = {"start_date", "end_date", "date"}
BARE_WEEKDAY = re.compile(r"(?<![上下这本每])(?<!这个)(?<!下个)(?<!上个)(?:周|星期|礼拜)[一二三四五六日天]")


def corrected(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Old slots with the changed ones; what the change makes untrue goes (a new half drops clock times, and so on)."""
    drop: set[str] = set()
    if TIMES & new.keys():
        drop |= HALVES | {"duration_hours", "duration_days"}
    if HALVES & new.keys():
        drop |= TIMES | {"duration_hours", "duration_days"}
    moved = new.keys() & {"start_date", "end_date"}
    if moved and not (moved == {"start_date"} and "end_date" not in old):  # 3 days from another start stay 3 days
        drop |= {"duration_days"}
    if {"duration_days", "duration_hours"} & new.keys():
        drop |= TIMES | HALVES | {"end_date", "duration_days", "duration_hours"}
    return {**{name: value for name, value in old.items() if name not in drop}, **new}


def same_week(text: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
    """改成周四 on a draft for 下周三 means the Thursday of the draft's week, not the next Thursday from today."""
    if not BARE_WEEKDAY.search(text) or new.keys().isdisjoint(DATES) or "start_date" not in old:
        return new
    drafted = date.fromisoformat(str(old["start_date"]))
    moved = {}
    for name in DATES & new.keys():
        said = date.fromisoformat(str(new[name]))
        moved[name] = (drafted + timedelta(days=said.weekday() - drafted.weekday())).isoformat()
    return {**new, **moved}
