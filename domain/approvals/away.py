"""Who counts as away for a decision. How much absence that takes is company policy, dated."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from domain.approvals import definitions
from domain.approvals.rules import StandInWhen, is_away
from domain.calendar import queries as calendar
from domain.calendar.rules import DaySchedule, Window
from domain.kernel.clock import business_date
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

LOOK_AHEAD = timedelta(days=14)


async def away_now(tx: Tx, persons: Collection[PersonId]) -> set[PersonId]:
    """Those for whom somebody stands in now. After work the next working day of each counts as the current one."""
    wanted = list(dict.fromkeys(persons))
    policy = await definitions.policy(tx, tx.today)
    if policy.stand_in_when is StandInWhen.NOW:
        return await calendar.absent_at(tx, wanted, tx.now)
    today = business_date(tx.now)
    last = today + LOOK_AHEAD
    absences = await calendar.absences(tx, wanted, today, last)
    gone = [person for person in wanted if any(absence.person == person for absence in absences)]
    if not gone:
        return set()
    schedules = await calendar.schedules(tx, gone, today - timedelta(days=1), last)  # a night shift began yesterday
    found: set[PersonId] = set()
    for person in gone:
        day = _current(tx, schedules[person])
        spans = [Window(one.start, one.end) for one in absences if one.person == person]
        if day is not None and is_away(policy.stand_in_when, day, spans, tx.now):
            found.add(person)
    return found


def _current(tx: Tx, days: Sequence[DaySchedule]) -> DaySchedule | None:
    """The working day that still has hours to come."""
    return next((day for day in days if any(window.end > tx.now for window in day.windows)), None)
