"""One process from start to end: the database it needs, the parts it runs, the signal that ends it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web

from bot import app as composition
from bot import database, embedded, keys
from bot.app import Bot
from bot.entrances import Entrances
from bot.platforms.console.mailbox import Bell
from bot.web import server
from config.settings import Settings
from domain.kernel import crypto
from domain.kernel.clock import Clock

log = structlog.get_logger()
COMPANY = "company"
YIELDS = 10
"""Of 19: a tenth of the other's share when both want the same core."""


@dataclass(frozen=True)
class Roles:
    """What this process does. web: takes messages; work: handles and sends them; console: speaks as anybody."""

    web: bool
    work: bool
    console: bool = False


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[str]:
    """The configured server's URL, or an embedded server that lives as long as this block."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    running = await asyncio.to_thread(embedded.start, Path(settings.data_dir))
    try:
        await asyncio.to_thread(embedded.ensure_database, running, embedded.DATABASE)
        yield running.url()
    finally:
        await asyncio.to_thread(running.stop)


def unlock(settings: Settings, *, demo: bool) -> None:
    """Load the keys. Raises bot.keys.KeysRefused in words for the operator."""
    crypto.unlock(keys.load(Path(settings.data_dir), demo=demo))


@asynccontextmanager
async def running(bot: Bot, roles: Roles) -> AsyncIterator[None]:
    """Start the parts of these roles; at the end stop taking first, then finish, then release."""
    runner: web.AppRunner | None = None
    bell: Bell | None = None
    entrances = Entrances(bot)
    try:
        if roles.web:
            await bot.start_inbox()
        if roles.work:
            await bot.start_work()
        if roles.web:
            runner, bell = await server.serve(bot, entrances, console=roles.console)
            await entrances.start()
        yield
    finally:
        if bell is not None:
            await bell.stop()
        if runner is not None:
            await runner.cleanup()
        await entrances.stop()
        await bot.stop()


def give_way() -> None:
    """Handling waits for taking in: on a busy machine what is acknowledged late is lost, what is handled late is late.

    Linux may group a session's processes and weigh only the groups; then the session's own weight counts.
    """
    os.nice(YIELDS)
    group = Path("/proc/self/autogroup")
    if os.getsid(0) == os.getpid() and group.exists():
        try:
            group.write_text(str(YIELDS))
        except OSError as error:
            log.info("process.priority", reason=type(error).__name__)


def stop_signal() -> asyncio.Event:
    """Set by SIGTERM or SIGINT; listened to from the first moment, so that even a start can be ended in order."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    return stop


def settled_in() -> None:
    """What was built lives as long as the process: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def require_schema(url: str, clock: Clock) -> None:
    """Raises PendingMigration before anything reads a table."""
    first = database.Database.connect(url, clock, pool_size=1)
    try:
        await database.require_current(first.engine)
    finally:
        await first.close()


async def run(settings: Settings, clock: Clock, roles: Roles) -> None:
    """`hrbot serve` and `hrbot worker`: refuse pending migrations, run until told to stop."""
    stop = stop_signal()
    unlock(settings, demo=False)
    async with database_url(settings) as url:
        await require_schema(url, clock)
        bot = await composition.build(settings, url, clock)
        await bot.settle_installation(COMPANY)
        async with running(bot, roles):
            settled_in()
            await stop.wait()
            log.info("process.stopping")
