"""What the clock does with the calendar."""

from __future__ import annotations

from datetime import date

from domain.calendar import service
from domain.kernel.tx import Tx
from jobs.schedule import Schedule

schedule = Schedule("calendar")


@schedule.daily("09:20", misfire="once")
async def warn_missing_year(tx: Tx, day: date) -> None:
    """HR hears once a week that a year's notice is missing, from November on about the next year."""
    await service.warn_missing_year(tx, day)
