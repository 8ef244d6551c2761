"""The way in: twice is once, order is kept, impatience is answered once."""

import asyncio

from sqlalchemy import text

from bot.app import real_now
from bot.inbox import Inbox
from bot.platforms.port import Update
from bot.tables import CardRow
from tests.stage import Stage, shown


async def count(stage: Stage, sql: str) -> int:
    async with stage.bot.database.engine.connect() as connection:
        return (await connection.execute(text(sql))).scalar_one()


async def test_the_same_message_four_times_at_once_is_one(stage: Stage) -> None:
    ids = await asyncio.gather(*(stage.say("lilei", "帮助", message_id="m-1") for _ in range(4)))
    assert set(ids) == {"m-1"}
    await stage.settle()
    assert await count(stage, "select count(*) from bot_inbox") == 1
    await stage.expect("lilei", "直接说就行")
    await stage.quiet("lilei")


async def test_one_persons_messages_are_answered_in_order(stage: Stage) -> None:
    for number in range(12):
        await stage.say("lilei", "帮助" if number % 2 else "你好")
    await stage.settle()
    await stage.read("lilei")
    answers = ["直接说就行" in shown(message) for message in stage.unread["lilei"]]
    assert answers == [bool(number % 2) for number in range(12)]
    seqs = [message["seq"] for message in stage.unread["lilei"]]
    assert seqs == sorted(set(seqs))


async def test_more_than_thirty_waiting_messages_are_answered_once_with_patience(stage: Stage) -> None:
    await stage.bot.workers.stop()
    await asyncio.gather(*(stage.say("lilei", "你好", message_id=f"b-{number}") for number in range(40)))
    await stage.bot.workers.start()
    await stage.settle()
    await stage.read("lilei")
    said = [shown(message) for message in stage.unread["lilei"]]
    assert sum("稍等" in words for words in said) == 1
    assert len(said) == 31
    assert await count(stage, "select count(*) from bot_inbox where state = 'refused'") == 10


async def test_a_press_waits_for_the_record_of_its_card(stage: Stage) -> None:
    await stage.bot.inbox.store(Update("console", "p-1", "lilei", card_id="cd_later", action="more"), "lilei")
    await asyncio.sleep(0.4)
    async with stage.bot.database.transaction(stage.bot.outbox(), "test") as tx:
        tx.session.add(
            CardRow(
                id="cd_later",
                platform="console",
                conversation="direct",
                person="lilei",
                key="cd_later",
                template="bot.not_yet",
                state="done",
                open=True,
                labels=[["看看", "more"]],
                offered={"more": ["say", "帮助"]},
                digest="",
                updated_at=tx.now,
            )
        )
    await stage.expect("lilei", "直接说就行")


async def test_a_press_on_a_card_that_nobody_knows_is_refused_after_a_minute(stage: Stage) -> None:
    await stage.bot.inbox.store(Update("console", "p-2", "lilei", card_id="cd_never", action="more"), "lilei")
    async with stage.bot.database.engine.begin() as connection:
        await connection.execute(text("update bot_inbox set received_at = received_at - interval '61 seconds'"))
    await stage.expect("lilei", "找不到这张卡片")
    assert real_now().tzinfo is not None


async def test_other_peoples_messages_go_on_while_one_is_slow(stage: Stage) -> None:
    from handlers.chat import Chat, Reply, Route

    async def slow(chat: Chat) -> Reply:
        await asyncio.sleep(2.0)
        return Reply("bot.dropped")

    stage.bot.registry.intents["smalltalk"] = Route("smalltalk", slow, private=False)
    await stage.say("hanmeimei", "你好")
    await stage.say("lilei", "帮助")
    await stage.expect("lilei", "直接说就行", patience=1.5)
    await stage.expect("hanmeimei", "好的")


async def test_a_slow_database_is_given_up_in_time(stage: Stage) -> None:
    inbox = Inbox(stage.bot.url, real_now, patience=30, seconds=0.2)
    await inbox.start()
    async with stage.bot.database.engine.connect() as other:
        await other.execute(text("lock table bot_inbox in access exclusive mode"))
        said = [inbox.store(Update("console", f"slow-{number}", "lilei", text="帮助"), "lilei") for number in range(3)]
        given_up = await asyncio.wait_for(asyncio.gather(*said, return_exceptions=True), 3.0)
        assert all(isinstance(one, TimeoutError) for one in given_up)
    assert await inbox.store(Update("console", "after", "lilei", text="帮助"), "lilei")
    await inbox.stop()
