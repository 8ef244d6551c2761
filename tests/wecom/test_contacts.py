"""The directory changes: links follow a renamed account, HR hears of one that went, once; nothing is deleted."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from domain.kernel.ids import PersonId
from domain.people import queries, service
from tests.wecom.stage import WeComStage
from tests.wecom.test_accounts import running


async def meant(phones: WeComStage, account: str) -> str | None:
    bot = running(phones)
    async with bot.database.transaction(bot.outbox(), "test") as tx:
        return await queries.person_of(tx, "wecom", account)


async def taken(phones: WeComStage) -> int:
    await phones.settle()
    async with running(phones).database.engine.connect() as connection:
        return int((await connection.execute(text("select count(*) from bot_contact_event"))).scalar_one())


async def test_hr_hears_once_of_an_account_that_went(phones: WeComStage) -> None:
    posted = await phones.fake.contact_event("delete_user", {"UserID": "LiLei"}, times=3)
    assert posted.statuses == [200, 200, 200]
    await phones.expect("wangfang", "李雷（工号 ", "企业微信账号已从通讯录移除", "给李雷发绑定码")
    await phones.settle()
    await phones.quiet("wangfang", 0.2)
    assert await taken(phones) == 1
    assert await meant(phones, "lilei") == "lilei"


async def test_a_renamed_account_stays_the_persons(phones: WeComStage) -> None:
    renamed = {"UserID": "lilei", "NewUserID": "Lei.Li"}
    assert (await phones.fake.contact_event("update_user", renamed)).status == 200
    assert await taken(phones) == 1
    assert (await meant(phones, "lei.li"), await meant(phones, "lilei")) == ("lilei", None)
    onto_another = {"UserID": "lei.li", "NewUserID": "hanmeimei"}
    await phones.fake.contact_event("update_user", onto_another)
    assert await taken(phones) == 2
    assert (await meant(phones, "lei.li"), await meant(phones, "hanmeimei")) == ("lilei", "hanmeimei")


async def test_what_needs_nothing_leaves_nothing(phones: WeComStage) -> None:
    bot = running(phones)
    async with bot.database.transaction(bot.outbox(), "test") as tx:
        await service.leave_company(tx, PersonId("hanmeimei"), date(2026, 3, 10))
    await phones.settle()
    await phones.read("wangfang")
    phones.forget_unread("wangfang")
    await phones.fake.contact_event("create_user", {"UserID": "new", "Department": "1"})
    await phones.fake.contact_event("update_user", {"UserID": "lilei", "Department": "2"})
    await phones.fake.contact_event("create_party", {"Id": "9"})
    assert await taken(phones) == 0
    await phones.fake.contact_event("delete_user", {"UserID": "hanmeimei"})
    await phones.fake.contact_event("delete_user", {"UserID": "nobody"})
    assert await taken(phones) == 2
    await phones.quiet("wangfang", 0.2)
