"""Who writes on WeCom: accounts that are spelt otherwise than the person's id, linked, changed, unknown."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, text

from bot import identity
from bot.app import Bot
from bot.tables import InboxRow
from domain.kernel.ids import PersonId
from domain.people import service
from tests.wecom.stage import WeComStage

LEI, MEI = PersonId("lilei"), PersonId("hanmeimei")


def running(phones: WeComStage) -> Bot:
    assert phones.bot is not None
    return phones.bot


async def link(phones: WeComStage, person: PersonId, account: str, *, refreshed: bool = True) -> None:
    """As HR does in another process; the web process looks again after some seconds, here at once."""
    bot = running(phones)
    async with bot.database.transaction(bot.outbox(), "test") as tx:
        await service.link_account(tx, person, "wecom", account)
    phones.fake.members |= {account}
    if refreshed:
        await bot.accounts.refresh()


async def stored(phones: WeComStage) -> list[tuple[str, str]]:
    await phones.settle()
    async with running(phones).database.sessions() as session:
        rows = await session.scalars(select(InboxRow).order_by(InboxRow.seq))
        return [(row.person, row.state) for row in rows]


async def answers(phones: WeComStage, person: str) -> list[str]:
    async with running(phones).database.engine.connect() as connection:
        found = await connection.execute(
            text("select template from bot_outbox where recipient = :who"), {"who": person}
        )
        return [str(row[0]) for row in found]


async def test_the_account_leads_to_the_person(phones: WeComStage) -> None:
    await link(phones, LEI, "ll.2023")
    await phones.say("LL.2023", "我还有几天年假")
    assert await stored(phones) == [("lilei", "done")]
    assert await answers(phones, "lilei") == ["leave.balance"]


async def test_linked_after_it_was_stored(phones: WeComStage) -> None:
    await link(phones, LEI, "ll.2023", refreshed=False)
    await phones.say("ll.2023", "我还有几天年假")
    assert await stored(phones) == [("lilei", "done")]
    assert await answers(phones, "lilei") == ["leave.balance"]


async def test_nobody_speaks_as_the_person_whose_id_is_their_account(phones: WeComStage) -> None:
    await link(phones, LEI, "ll.2023")
    await phones.say("lilei", "我还有几天年假")
    assert await stored(phones) == [("?lilei", "done")]
    assert await answers(phones, "lilei") == []
    assert await answers(phones, "?lilei") == ["bot.errors.Stranger"]
    await link(phones, MEI, "lilei")
    await phones.say("lilei", "我还有几天年假")
    assert (await stored(phones))[-1] == ("hanmeimei", "done")


async def test_a_stranger_is_called_by_the_account_and_answered_there(phones: WeComStage) -> None:
    phones.fake.members |= {"visitor"}
    await phones.say("visitor", "你好")
    assert await stored(phones) == [("visitor", "done")]
    await phones.expect("visitor", "")


async def test_where_to_reach_whom(phones: WeComStage) -> None:
    bot = running(phones)
    await link(phones, LEI, "ll.2023")
    async with bot.database.transaction(bot.outbox(), "test") as tx:
        await service.leave_company(tx, MEI, date(2026, 3, 10))
        await service.unlink_account(tx, PersonId("xuli"), "wecom")
        reached = {
            said: await bot.accounts.account(tx, said, "wecom")
            for said in ("lilei", "hanmeimei", "xuli", "visitor", "?lilei")
        }
        assert await identity.settled(tx, "console", "visitor") == "visitor"
    assert reached == {
        "lilei": "ll.2023", "hanmeimei": "hanmeimei", "xuli": "1003", "visitor": "visitor", "?lilei": "lilei",
    }  # fmt: skip
    await bot.accounts.refresh()
    assert bot.accounts.person("wecom", "hanmeimei") == "?hanmeimei", "who left speaks as nobody"
    assert bot.accounts.person("wecom", "1003") == "xuli"
    assert bot.accounts.person("dingtalk", "xuli") == "xuli"


async def test_accounts_are_read_again_only_when_they_changed(phones: WeComStage) -> None:
    accounts = running(phones).accounts
    before = accounts.known
    await accounts.refresh()
    assert accounts.known is before
    await link(phones, LEI, "ll.2023")
    assert accounts.known is not before
    assert running(phones).loops[0].get_name() == "accounts"
