"""What the clock does for approvals."""

from __future__ import annotations

from datetime import date

from domain.approvals import service
from domain.kernel.tx import Tx
from jobs.schedule import Schedule

schedule = Schedule("approvals")


@schedule.daily("09:30", misfire="skip")
async def remind_waiting(tx: Tx, day: date) -> None:
    """One notice to everybody for whom something waits since before today; a missed day is not made up for."""
    await service.remind_waiting(tx, day)


@schedule.daily("00:20", misfire="once")
async def hand_over_departed(tx: Tx, day: date) -> None:  # noqa: ARG001 - every job is given its business date
    """What waits for people whose last day is over goes to the next by fallback."""
    await service.hand_over_departed(tx)


@schedule.cron("*/5 * * * *", misfire="skip")
async def run_due(tx: Tx, day: date) -> None:  # noqa: ARG001 - every job is given its business date
    """Reminders, escalations and clocks that are due."""
    await service.run_due(tx)
