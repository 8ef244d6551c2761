"""What the clock does with leave: grants, expiries, the year's end, reminders. All are safe twice."""

from __future__ import annotations

from datetime import date

from domain.kernel.tx import Tx
from domain.leave import service
from jobs.schedule import Schedule

schedule = Schedule("leave")


@schedule.cron("10 0 1 1 *", misfire="once")
async def yearly_grant(tx: Tx, day: date) -> None:
    """The new year's annual leave, for everybody."""
    await service.grant_year(tx, day.year)


@schedule.daily("00:20", misfire="once")
async def grant_joiners(tx: Tx, day: date) -> None:
    """Whoever joined since has the rest of the year's; whoever was granted already is passed over."""
    await service.grant_year(tx, day.year)


@schedule.daily("00:30", misfire="once")
async def expire(tx: Tx, day: date) -> None:
    """What ended before the day lapses, where it may lapse."""
    await service.expire_lots(tx, day)


@schedule.cron("0 9 1 1 *", misfire="once")
async def year_end(tx: Tx, day: date) -> None:
    """Statutory days left of the past year: carried, waived or paid, never just gone."""
    await service.open_settlements(tx, day.year - 1)
    await service.hint_forfeits(tx, day.year - 1)


@schedule.daily("00:40", misfire="once")
async def settle(tx: Tx, day: date) -> None:
    """What nobody chose in time goes by the company's policy."""
    await service.close_settlements(tx, day)


@schedule.daily("09:05", misfire="all")
async def expiry_warning(tx: Tx, day: date) -> None:
    """Days that lapse in 30 and in 14 days, by policy."""
    await service.warn_expiring(tx, day)


@schedule.daily("09:10", misfire="once")
async def missing_proof(tx: Tx, day: date) -> None:
    """Papers due around the day."""
    await service.warn_missing_proof(tx, day)
