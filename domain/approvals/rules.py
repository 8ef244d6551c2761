"""Decisions around the engine that company policy dates: urging a holder, and when somebody stands in for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from domain.calendar.rules import DaySchedule, Window
from domain.kernel.clock import SHANGHAI, business_date


class StandInWhen(StrEnum):
    """How long somebody must be away, from now on, for another to decide in their place."""

    NOW = "now"
    """Away at this very moment."""
    HALF_DAY = "half_day"
    """Without a break for at least half of the day's own working hours."""
    REST_OF_DAY = "rest_of_day"
    """For all that is left of the working day."""


@dataclass(frozen=True)
class Policy:
    """The company's row in force. Quiet hours may run over midnight; both ends are times of day in Asia/Shanghai."""

    urge_every: timedelta
    escalate_at: int
    """The how-many-th urge of a task also goes to the holder's leader."""
    quiet_from: time
    quiet_to: time
    stand_in_when: StandInWhen = StandInWhen.NOW
    """Rows from before this was decided do not say it: then whoever was away at the moment was stood in for."""
    urges_a_day: int | None = None
    """How often a case is urged on one date at most; None: as often as `urge_every` lets."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Policy:
        """From a row of `config/company/approvals/policy.yaml`. Raises KeyError and ValueError."""
        return cls(
            urge_every=timedelta(hours=float(document["urge_every_hours"])),
            escalate_at=int(document["escalate_at"]),
            quiet_from=time.fromisoformat(document["quiet_from"]),
            quiet_to=time.fromisoformat(document["quiet_to"]),
            stand_in_when=StandInWhen(document.get("stand_in_when", StandInWhen.NOW)),
            urges_a_day=int(document["urges_a_day"]) if document.get("urges_a_day") else None,
        )


def is_quiet(policy: Policy, instant: datetime) -> bool:
    """Whether nobody is to be disturbed at this instant."""
    at = instant.astimezone(SHANGHAI).time()
    if policy.quiet_from <= policy.quiet_to:
        return policy.quiet_from <= at < policy.quiet_to
    return at >= policy.quiet_from or at < policy.quiet_to


def urge_again_at(policy: Policy, last: datetime | None, now: datetime) -> datetime | None:
    """The instant from which urging works again; None when it works now."""
    if last is None or last + policy.urge_every <= now:
        return None
    return last + policy.urge_every


def is_away(when: StandInWhen, day: DaySchedule, absences: Iterable[Window], now: datetime) -> bool:
    """Whether the absences keep somebody from deciding on this day, of which hours are still to come."""
    left = [Window(max(window.start, now), window.end) for window in day.windows if window.end > now]
    spans = sorted(absences)
    if when is StandInWhen.NOW:
        return any(span.start <= now < span.end for span in spans)
    away, whole = timedelta(), bool(left)
    for window in left:
        covered = _covered_from_start(window, spans)
        away += covered
        if covered < window.end - window.start:
            whole = False
            break
    if when is StandInWhen.REST_OF_DAY:
        return whole
    return away >= sum((window.end - window.start for window in day.windows), timedelta()) / 2


def _covered_from_start(window: Window, spans: list[Window]) -> timedelta:
    """How long, from its start on, a window is covered without a gap; the spans are in order."""
    reached = window.start
    for span in spans:
        if span.start <= reached:
            reached = max(reached, span.end)
    return min(reached, window.end) - window.start


def opened_before(opened_at: datetime, day: date) -> bool:
    """Whether a task waits since an earlier business date."""
    return business_date(opened_at) < day


def after_working(days: Iterable[DaySchedule], start: datetime, hours: timedelta) -> tuple[datetime | None, timedelta]:
    """The instant after so much working time from `start`, else None and what is left beyond these days.

    Windows are instants, so a change of the clocks or another time zone makes an hour neither longer nor shorter.
    """
    left = hours
    for window in sorted(window for day in days for window in day.windows):
        opening = max(window.start, start).astimezone(UTC)
        length = window.end.astimezone(UTC) - opening
        if length <= timedelta():
            continue
        if left <= length:
            return opening + left, timedelta()
        left -= length
    return None, left
