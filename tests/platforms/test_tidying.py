"""What is known again for a while is forgotten after it, in the hourly tidying."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bot.contacts import KEPT
from bot.tables import ContactEvent
from domain.kernel.tx import Tx
from domain.people import service
from domain.people.model import LinkTry
from tests.platforms.run import running
from tests.stage import Stage, StageClock


async def counted(tx: Tx, table: type[ContactEvent] | type[LinkTry]) -> int:
    return await tx.session.scalar(select(func.count()).select_from(table)) or 0


async def test_changes_of_the_directory(stage: Stage) -> None:
    bot, now = running(stage), datetime.now(UTC)
    async with bot.database.transaction(bot.outbox(), "test") as tx:
        for number, age in enumerate((timedelta(0), KEPT - timedelta(hours=1), KEPT + timedelta(hours=1), 3 * KEPT)):
            tx.session.add(ContactEvent(platform="wecom", message_id=f"m{number}", at=now - age))
    await bot.tidy()
    async with bot.database.transaction(bot.outbox(), "test") as tx:
        left = list(await tx.session.scalars(select(ContactEvent.message_id).order_by(ContactEvent.message_id)))
    assert left == ["m0", "m1"]


async def test_wrong_codes_of_days_that_are_over(stage: Stage) -> None:
    bot, clock = running(stage), stage.clock
    assert isinstance(clock, StageClock)
    async with bot.database.transaction(bot.outbox(), "test") as tx:
        await service.note_try(tx, "wecom", "stranger")
    await bot.tidy()
    async with bot.database.transaction(bot.outbox(), "test") as tx:
        assert await counted(tx, LinkTry) == 1, "today's still count"
    clock.set(clock.now() + timedelta(days=1))
    await bot.tidy()
    async with bot.database.transaction(bot.outbox(), "test") as tx:
        assert await counted(tx, LinkTry) == 0
