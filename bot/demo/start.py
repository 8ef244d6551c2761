"""Start everything with the demo company, made at the first start."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update

from bot import app as composition
from bot import database, process
from bot.app import Bot, every
from bot.demo.leave import Silent
from bot.demo.seed import seed
from bot.process import Roles
from bot.tables import InstallationRow
from config.settings import Settings
from domain.kernel.clock import SHANGHAI, Clock, ShiftedClock, business_date
from domain.people import queries as people

log = structlog.get_logger()
DEMO = "demo"
REMEMBER = timedelta(seconds=5)


class DemoRefused(Exception):
    """The demo does not touch this database; the message says why."""


async def run(settings: Settings, clock: Clock, announce: Callable[[str, float], None]) -> None:
    """Run until told to stop. `announce` gets the address and the seconds until a message would be answered."""
    began, stop = time.monotonic(), process.stop_signal()
    process.unlock(settings, demo=True)
    async with process.database_url(settings) as url:
        bot = await prepared(settings, url, clock)
        async with process.running(bot, Roles(web=True, work=True, console=True)):
            await until_ready(bot)
            process.settled_in()
            announce(f"http://{settings.host}:{settings.port}", time.monotonic() - began)
            watch = asyncio.create_task(every(REMEMBER.total_seconds(), lambda: _remember(bot)))
            await stop.wait()
            log.info("process.stopping")
            watch.cancel()
            await _remember(bot)


async def prepared(settings: Settings, url: str, clock: Clock) -> Bot:
    """Migrated, seeded when new, and wired. Raises DemoRefused for a company it did not make or a clock set back."""
    first = database.Database.connect(url, clock, pool_size=2)
    try:
        await database.upgrade(first.engine)
    finally:
        await first.close()
    bot = await composition.build(settings, url, clock)
    await bot.load_company()
    async with bot.database.transaction(bot.outbox(), "demo") as tx:
        found = await tx.session.scalar(select(InstallationRow))
        if (found is None and await people.active(tx, tx.today)) or (found is not None and found.kind != DEMO):
            raise DemoRefused("this database holds a real company; the demo needs a --data-dir of its own")
        if found is not None:
            _go_on(clock, found.latest)
        if found is None:
            await seed(replace(tx, outbox=Silent()))
            tx.session.add(InstallationRow(id=tx.new_id("ins"), kind=DEMO, started_at=tx.now, latest=tx.now))
    if found is None:
        await bot.scheduler.settle()
        await bot.understanding.refresh()
    return bot


def _go_on(clock: Clock, reached: datetime) -> None:
    """The same command again on the same day goes on from where business time had come to."""
    if reached <= clock.now():
        return
    if isinstance(clock, ShiftedClock) and business_date(reached) == business_date(clock.now()):
        clock.go_on_from(reached + REMEMBER)  # a killed demo may have come this much further
        return
    seen = reached.astimezone(SHANGHAI).isoformat(timespec="minutes")
    raise DemoRefused(f"this data directory has reached {seen}, later than --now; use a new --data-dir")


async def until_ready(bot: Bot) -> None:
    """Wait until a message would be answered. Raises DemoRefused after 10 s."""
    for _ in range(500):
        if await bot.not_ready() is None:
            if isinstance(bot.clock, ShiftedClock):
                bot.clock.run()  # --now counts from readiness
            return
        await asyncio.sleep(0.02)
    raise DemoRefused(f"not ready after 10 s: {await bot.not_ready()}")


async def _remember(bot: Bot) -> None:
    """How far business time has come, so that a later start does not go behind it."""
    async with bot.database.transaction(bot.outbox(), "demo") as tx:
        await tx.session.execute(update(InstallationRow).values(latest=tx.now))
