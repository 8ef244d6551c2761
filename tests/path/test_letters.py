"""Our own faults: a reference for the person, a dead letter for the operator, and its replay."""

from bot import deadletters
from handlers.chat import Chat, Reply, Route
from tests.stage import Stage


async def test_a_fault_of_ours_gets_a_reference_and_can_be_replayed(stage: Stage) -> None:
    working = stage.bot.registry.intents["smalltalk"]

    async def broken(chat: Chat) -> Reply:
        await chat.tx.audit("half.done", "lilei")
        raise RuntimeError("on purpose")

    stage.bot.registry.intents["smalltalk"] = Route("smalltalk", broken, private=False)
    await stage.say("lilei", "你好", message_id="dead-1")
    told = await stage.expect("lilei", "编号 E-")
    [letter] = await deadletters.found(stage.bot.database)
    assert (letter.kind, letter.reason) == ("update", "RuntimeError")
    assert letter.what.split()[-1] in told["text"]

    stage.bot.registry.intents["smalltalk"] = working
    assert await deadletters.replay(stage.bot.database, letter.id) == 1
    await stage.expect("lilei", "李雷，您好")
    assert await deadletters.found(stage.bot.database) == []
    assert await deadletters.replay(stage.bot.database, letter.id) == 0


async def test_nothing_half_done_stays_of_a_fault(stage: Stage) -> None:
    from sqlalchemy import text

    async def broken(chat: Chat) -> Reply:
        await chat.tx.audit("half.done", "lilei")
        await chat.tx.session.flush()
        raise RuntimeError("on purpose")

    stage.bot.registry.intents["smalltalk"] = Route("smalltalk", broken, private=False)
    await stage.say("lilei", "你好")
    await stage.expect("lilei", "编号 E-")
    async with stage.bot.database.engine.connect() as connection:
        half = text("select count(*) from kernel_audit where action = 'half.done'")
        assert (await connection.execute(half)).scalar_one() == 0
