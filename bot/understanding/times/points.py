"""From tokens to points (day + part + clock) and stretches (from one point to another), still unresolved."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import get_args

from bot.understanding.times.days import DayRef, Holiday
from bot.understanding.times.tokens import Clock, Part, Token

DAY_TYPES = get_args(DayRef)
FILLER = re.compile(r"[,的:()是]{0,2}|那天|当天|当日|班|[(](?:周|星期)?|[,]?大概|[,]?大约|[,]?差不多|我|我在|我是")
LINK = re.compile(r"[,的)]?(?:起|开始)?,?(?:(?:一?直)?(?:到|至)|-+|~+)(?:了|大概|,)?")
LATE_LINK = re.compile(r"[^,;!?]{0,7}(?<![迟没收得想签报改换挪推调])(?:到|至)(?:了|大概)?")
LIST = re.compile(r"[,、的]?(?:和|跟|与|及|以及|还有|或者?)?[,、]?")
OPEN = re.compile(r"[,的]?(?:起|开始|以后|之后|后)")
BEFORE = re.compile(r"[,的]?(?:之前|以前|前|截止|为止|截至|结束)")


@dataclass(frozen=True)
class Point:
    """What was said together about one moment, with its place in the text."""

    start: int
    end: int
    day: DayRef | None = None
    part: str | None = None
    clock: Clock | None = None
    loose: bool = False


@dataclass(frozen=True)
class Stretch:
    """One point, or from a point to another; `start` None when only an end was said (请到周五)."""

    start: Point | None
    end: Point | None = None
    open: bool = False
    before: bool = False
    listed: bool = False

    @property
    def head(self) -> Point:
        point = self.start or self.end
        assert point is not None
        return point


def points(text: str, tokens: Iterable[Token]) -> list[Point]:
    """Neighbouring day, part and clock tokens become one point."""
    found: list[Point] = []
    for token in tokens:
        value = token.value
        if not isinstance(value, (Clock, Part, *DAY_TYPES)):
            continue
        last = found[-1] if found else None
        near = last is not None and FILLER.fullmatch(text[last.end : token.start]) is not None
        merged = _join(last, token) if last is not None and near else None
        if merged is not None:
            found[-1] = merged
        else:
            found.append(_fresh(token))
    return found


def _fresh(token: Token) -> Point:
    value = token.value
    if isinstance(value, Clock):
        return Point(token.start, token.end, clock=value, loose=token.loose)
    if isinstance(value, Part):
        return Point(token.start, token.end, part=value.name)
    assert isinstance(value, DAY_TYPES)
    return Point(token.start, token.end, day=value)


def _join(last: Point, token: Token) -> Point | None:
    value = token.value
    if isinstance(value, Clock) and last.clock is None:
        return replace(last, end=token.end, clock=value, loose=token.loose)
    if isinstance(value, Part) and last.part is None and last.clock is None:
        return replace(last, end=token.end, part=value.name)
    if isinstance(value, DAY_TYPES) and last.day is None and last.clock is not None:
        return replace(last, end=token.end, day=value)
    return None


def stretches(text: str, found: list[Point]) -> list[Stretch]:
    """Points joined by 到 become ranges; a time said apart from its day joins it."""
    out: list[Stretch] = []
    for point in found:
        gap = (
            text[out[-1].end.end if out and out[-1].end else out[-1].head.end : point.start]
            if out
            else text[: point.start]
        )
        last = out[-1] if out else None
        if last is not None and last.end is None and (LINK.fullmatch(gap) or _late(last, point, gap)):
            out[-1] = replace(last, end=point, open=False, before=False)
            continue
        tail = text[point.end :]
        fresh = Stretch(
            point, None, bool(OPEN.match(tail)), bool(BEFORE.match(tail)), bool(last and LIST.fullmatch(gap))
        )
        if last is None and re.search(r"(?<![迟没收得签报改换挪推调])(?:到|至)$", gap):
            fresh = Stretch(None, point)
        out.append(fresh)
    return _gather(out)


def _late(last: Stretch, point: Point, gap: str) -> bool:
    if not LATE_LINK.fullmatch(gap):
        return False
    return point.clock is not None or point.day is not None or (point.part is not None and last.head.day is not None)


def _gather(items: list[Stretch]) -> list[Stretch]:
    """A stretch without a day gives its time to the one before it (or after it) that has a day and no time."""
    out: list[Stretch] = []
    for item in items:
        last = out[-1] if out else None
        if last is not None and _fits(last, item):
            out[-1] = _blend(last, item)
        elif last is not None and last.start and item.start and _fits(item, last) and not item.end:
            out[-1] = _blend(item, last)
        else:
            out.append(item)
    return out


def _fits(day: Stretch, time: Stretch) -> bool:
    if day.start is None or day.start.day is None or day.start.clock is not None or day.end is not None:
        return False
    if (time.start and time.start.day) or (time.end and time.end.day):
        return False
    return bool(time.head.clock) or day.start.part is None


def _blend(day: Stretch, time: Stretch) -> Stretch:
    assert day.start is not None
    point = day.start
    if time.start is not None:
        part = time.start.part or (point.part if time.start.clock else None)
        point = replace(point, part=part, clock=time.start.clock, loose=time.start.loose)
    return Stretch(point, time.end, time.open, time.before, day.listed)


def is_holiday(point: Point) -> bool:
    """Whether the point is a holiday by name."""
    return isinstance(point.day, Holiday)
