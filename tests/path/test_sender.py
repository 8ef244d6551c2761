"""The way out: order, backoff, dead letters, per recipient."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from bot import deadletters
from bot.app import real_now
from bot.outbox import Outgoing, Place, backoff
from bot.platforms.port import Delivery, TryLater, Undeliverable
from bot.sender import Sender
from bot.tables import OutboxRow
from cards.card import Card
from domain.kernel.tx import Tx
from tests.stage import Stage


class Moody:
    """A platform that refuses as it is told and remembers what it took."""

    name = "moody"

    def __init__(self, moods: list[Exception | None]) -> None:
        self.moods, self.took = moods, []

    async def send(self, tx: Tx, delivery: Delivery) -> None:
        mood = self.moods.pop(0) if self.moods else None
        if mood is not None:
            raise mood
        self.took.append(delivery.card.text)


async def queued(stage: Stage, platform: Moody, *texts: str) -> Sender:
    sender = replace(stage.bot.sender, platforms={"moody": platform}, tracing=False)
    async with stage.bot.database.transaction(stage.bot.outbox(), "test") as tx:
        for words in texts:
            out = Outgoing(Place("moody", "lilei"), Card(template="bot.dropped", text=words, preview=""))
            # kept out of the running sender's hands: the rows without their wake-up
            await stage.bot.outbox().enqueue(tx, out)
        await tx.session.flush()
        from sqlalchemy import text

        await tx.session.execute(text("delete from procrastinate_jobs where args->>'platform' = 'moody'"))
    return sender


async def states(stage: Stage) -> list[str]:
    async with stage.bot.database.sessions() as session:
        rows = await session.scalars(
            select(OutboxRow.state).where(OutboxRow.platform == "moody").order_by(OutboxRow.seq)
        )
        return list(rows)


async def test_a_message_that_must_wait_holds_back_only_what_follows_it(stage: Stage) -> None:
    platform = Moody([None, TryLater("busy")])
    sender = await queued(stage, platform, "一", "二", "三")
    await sender.drain("moody", "lilei")
    assert platform.took == ["一"]
    assert await states(stage) == ["sent", "waiting", "waiting"]
    later = replace(sender, real_now=lambda: real_now() + timedelta(seconds=10))
    await later.drain("moody", "lilei")
    assert platform.took == ["一", "二", "三"]


async def test_a_permanent_refusal_is_a_dead_letter_and_the_rest_goes_on(stage: Stage) -> None:
    platform = Moody([Undeliverable("81013 no such user")])
    sender = await queued(stage, platform, "一", "二")
    await sender.drain("moody", "lilei")
    assert platform.took == ["二"]
    [letter] = await deadletters.found(stage.bot.database)
    assert (letter.kind, letter.reason) == ("message", "81013 no such user")


async def test_patience_ends_after_twelve_attempts(stage: Stage) -> None:
    platform = Moody([TryLater("busy", 0.0) for _ in range(12)])
    sender = await queued(stage, platform, "一")
    for _ in range(12):
        await sender.drain("moody", "lilei")
    assert await states(stage) == ["dead"]
    assert platform.took == []


def test_the_backoff_grows_to_five_minutes() -> None:
    assert [backoff(n, 0.5).total_seconds() for n in (1, 2, 3, 12)] == [2, 4, 8, 300]
    assert backoff(3, 0.0) < backoff(3, 1.0)


async def test_two_drains_at_once_send_once(stage: Stage) -> None:
    platform = Moody([])
    sender = await queued(stage, platform, "一", "二")
    await sender.drain("moody", "lilei")
    await asyncio.gather(*(sender.drain("moody", "lilei") for _ in range(3)))
    assert platform.took == ["一", "二"]
