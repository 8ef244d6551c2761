"""The clock of the jobs: planned times, missed ones, replicas, a crash between claim and commit."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.failpoints import POINTS, Broken
from bot.scheduler import Scheduler, planned_times
from domain.kernel.clock import SHANGHAI, shanghai
from domain.kernel.tx import Tx
from jobs.schedule import Entry, Misfire
from tests.stage import Stage


async def note(tx: Tx, day: date) -> None:
    await tx.audit("test.ran", day.isoformat())


def entry(cron: str, misfire: str) -> Entry:
    return Entry("test.note", cron, Misfire(misfire), note)


def times(cron: str, misfire: str, after: str, until: str) -> list[str]:
    found = planned_times(entry(cron, misfire), shanghai(after), shanghai(until))
    return [at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") for at in found]


@pytest.mark.parametrize(
    ("misfire", "expected"),
    [
        ("all", ["03-09 07:00", "03-10 07:00", "03-11 07:00"]),
        ("once", ["03-11 07:00"]),
        ("skip", []),
    ],
)
def test_what_happens_to_runs_that_were_missed(misfire: str, expected: list[str]) -> None:
    assert times("0 7 * * *", misfire, "2026-03-08T12:00", "2026-03-11T10:30") == expected


def test_a_run_that_is_just_due_is_run_by_every_policy() -> None:
    for misfire in Misfire:
        assert times("0 7 * * *", misfire, "2026-03-10T12:00", "2026-03-11T07:00") == ["03-11 07:00"]


def test_planned_times_are_shanghais_at_the_years_end() -> None:
    assert times("0 0 1 1 *", "all", "2025-12-31T23:00", "2026-01-01T01:00") == ["01-01 00:00"]


def scheduler(stage: Stage) -> Scheduler:
    return Scheduler(stage.bot.database, {"test.note": entry("0 7 * * *", "all")}, stage.bot.outbox)


async def claimed(stage: Stage) -> list[datetime]:
    async with stage.bot.database.engine.connect() as connection:
        rows = text("select planned from bot_schedule_firing where name = 'test.note' order by planned")
        return list((await connection.execute(rows)).scalars())


async def test_many_replicas_fire_once(stage: Stage) -> None:
    replicas = [scheduler(stage) for _ in range(5)]
    assert await replicas[0].tick() == 0  # new: counts as run up to now
    stage.clock.set(stage.clock.now() + timedelta(days=2))
    fired = await asyncio.gather(*(replica.tick() for replica in replicas))
    assert sum(fired) == 2
    assert len(await claimed(stage)) == 3


async def test_one_firing_runs_once(stage: Stage) -> None:
    one = scheduler(stage)
    await one.tick()
    stage.clock.set(stage.clock.now() + timedelta(days=1))
    await one.tick()
    planned = (await claimed(stage))[-1].isoformat()
    await asyncio.gather(*(one.run("test.note", planned) for _ in range(3)))
    async with stage.bot.database.engine.connect() as connection:
        ran = (await connection.execute(text("select subject from kernel_audit where action = 'test.ran'"))).scalars()
        assert list(ran) == ["2026-03-12"]


async def test_a_crash_before_the_claim_is_committed_leaves_it_due(stage: Stage) -> None:
    one = scheduler(stage)
    await one.tick()
    stage.clock.set(stage.clock.now() + timedelta(days=1))
    POINTS.actions["schedule.before_commit"] = ("raise", POINTS.passed["schedule.before_commit"] + 1)
    try:
        with pytest.raises(Broken):
            await one.tick()
    finally:
        POINTS.actions.clear()
    assert len(await claimed(stage)) == 1
    assert await one.tick() == 1


async def test_a_fresh_demo_starts_silent(stage: Stage) -> None:
    assert stage.bot.registry.jobs
    assert await stage.bot.scheduler.tick() == 0
    await stage.settle()
    async with stage.bot.database.engine.connect() as connection:
        assert (await connection.execute(text("select count(*) from bot_outbox"))).scalar_one() == 0
