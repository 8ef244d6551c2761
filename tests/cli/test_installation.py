"""Whose database it is: the demo keeps off a company it did not make, serve off an unmigrated one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot import app as composition
from bot import database, embedded, process
from bot.demo import start
from config.settings import Settings
from domain.kernel.clock import FixedClock, ShiftedClock, shanghai
from tests.conftest import NOW, CompanyFactory


async def test_the_demo_refuses_a_company_that_it_did_not_make(
    server: embedded.Embedded, clock: FixedClock, tmp_path: Path
) -> None:
    embedded.ensure_database(server, "real_company")
    url = server.url("real_company")
    first = database.Database.connect(url, clock, pool_size=2)
    await database.upgrade(first.engine)
    await first.close()
    bot = await composition.build(Settings(data_dir=tmp_path), url, clock)
    assert await bot.settle_installation(process.COMPANY) == "company"
    await bot.database.close()
    with pytest.raises(start.DemoRefused, match="a real company"):
        await start.prepared(Settings(data_dir=tmp_path), url, clock)


async def test_the_clock_of_a_demo_is_never_set_back(
    company: CompanyFactory, clock: FixedClock, tmp_path: Path
) -> None:
    url = await company(NOW)

    clock.advance(timedelta(days=-1))
    with pytest.raises(start.DemoRefused, match="later than --now"):
        await start.prepared(Settings(data_dir=tmp_path), url, clock)


async def test_the_same_command_again_goes_on_where_time_had_come_to(company: CompanyFactory, tmp_path: Path) -> None:
    url, clock = await company(NOW), ShiftedClock(shanghai("2026-03-11T09:30"))
    bot = await start.prepared(Settings(data_dir=tmp_path), url, clock)
    await bot.database.close()
    assert clock.now() == shanghai(NOW) + start.REMEMBER


async def test_serving_an_unmigrated_database_says_what_to_do(server: embedded.Embedded, clock: FixedClock) -> None:
    embedded.ensure_database(server, "unmigrated")
    with pytest.raises(database.PendingMigration, match="hrbot db upgrade"):
        await process.require_schema(server.url("unmigrated"), clock)
