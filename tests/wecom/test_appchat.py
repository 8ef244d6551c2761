"""Groups of departments: who is in them, what is said there, and what is never said there."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text

from bot.outbox import Place
from bot.platforms.port import TryLater, Undeliverable
from bot.platforms.wecom import appchat, groups
from bot.platforms.wecom.groups import GroupRefused, Groups, GroupView
from bot.platforms.wecom.tables import Group
from bot.tables import OutboxRow
from cards.card import Action, Card, Field, Input
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import service as people
from tests.wecom.later import Later, platform
from tests.wecom.stage import WeComStage

NOTICE = Card("bot.test", "周五下午大扫除，请提前收拾工位。", "通知")
UNIT = "客服部"


def keeper(phones: WeComStage) -> Groups:
    found = platform(phones)
    return Groups(found.api, found.settings.corp_id, found.real_now)


async def unit(tx: Tx, name: str = UNIT) -> org.UnitView:
    [found] = await org.unit_named(tx, name, tx.today)
    return found


@pytest.fixture
async def group(phones: WeComStage) -> GroupView:
    """That of 客服部."""
    phones.fake.departments = {1: set(phones.fake.members)}
    assert phones.bot is not None
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        return await keeper(phones).create(tx, await unit(tx))


async def said(phones: WeComStage, conversation: str, card: Card) -> list[tuple[str, str | None]]:
    """State and reason of what was sent there."""
    assert phones.bot is not None
    outbox = phones.bot.outbox()
    async with phones.bot.database.transaction(outbox, "test") as tx:
        await outbox.answer(tx, Place("wecom", "xuli", conversation), card)
    await phones.settle()
    async with phones.bot.database.sessions() as session:
        rows = await session.execute(
            select(OutboxRow.state, OutboxRow.reason).where(OutboxRow.conversation == conversation)
        )
        return [(row.state, row.reason) for row in rows]


async def test_a_group_is_a_department_with_its_head(phones: WeComStage, group: GroupView) -> None:
    made = phones.fake.chats[group.chat]
    assert (made.name, made.owner) == (UNIT, "xuli")
    assert {"xuli", "lilei", "hanmeimei"} <= made.members
    assert "zhoujie" not in made.members
    assert group.conversation == f"appchat:{group.chat}"
    assert phones.fake.warnings == []


async def test_everybody_there_reads_what_is_said(phones: WeComStage, group: GroupView) -> None:
    assert await said(phones, group.conversation, NOTICE) == [("sent", None)]
    await phones.expect("lilei", "大扫除")
    await phones.expect("hanmeimei", "大扫除")
    await phones.quiet("zhoujie", 0.1)


@pytest.mark.parametrize(
    ("card", "kind"),
    [
        (NOTICE, "text"),
        (Card("bot.test", "**大扫除**\n> 周五下午", "通知", title="通知"), "markdown"),
        (Card("bot.test", "海报", "通知", title="年会", image="https://hr.example.com/a.png"), "news"),
        (Card("bot.test", "值班", "通知", title="值班", fields=(Field("周五", "李雷"),)), "text"),
    ],
)
async def test_how_a_card_is_said_in_a_group(phones: WeComStage, group: GroupView, card: Card, kind: str) -> None:
    assert await said(phones, group.conversation, card) == [("sent", None)]
    assert [one.kind for one in phones.fake.chats[group.chat].said] == [kind]
    assert phones.fake.warnings == []


async def test_long_words_are_several_messages_and_nothing_is_lost(phones: WeComStage, group: GroupView) -> None:
    words = "\n".join(f"第 {number} 条：请遵守办公室纪律，保持安静整洁。" for number in range(100))
    assert await said(phones, group.conversation, Card("bot.test", words, "通知")) == [("sent", None)]
    pages = [one.text for one in phones.fake.chats[group.chat].said]
    assert (len(pages) > 1, "\n".join(pages)) == (True, words)
    assert phones.fake.warnings == []


@pytest.mark.parametrize(
    "personal",
    [
        Card("bot.test", "同意吗", "审批", title="请假", actions=(Action("agree", "同意", "approvals.agree"),)),
        Card("bot.test", "原因", "审批", title="驳回", inputs=(Input("why", "text", "原因"),)),
    ],
)
async def test_what_one_person_presses_never_goes_to_a_group(
    phones: WeComStage, group: GroupView, personal: Card
) -> None:
    assert await said(phones, group.conversation, personal) == [
        ("dead", "buttons, questions and files do not go to groups")
    ]
    assert phones.fake.chats[group.chat].said == []


async def test_a_group_that_is_not_ours_is_not_spoken_to(phones: WeComStage, group: GroupView) -> None:
    assert await said(phones, "appchat:someoneelses", NOTICE) == [("dead", "not a group of ours")]
    assert phones.fake.calls["appchat/send"] == []


async def test_more_than_the_companys_budget_waits(
    phones: WeComStage, group: GroupView, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appchat, "BUDGETS", ((appchat.PERSONS, len(group.members) * 2, 1),))
    for _ in range(3):
        await said(phones, group.conversation, NOTICE)
    assert len(phones.fake.chats[group.chat].said) == 2
    await later.pass_by(75)
    assert len(phones.fake.chats[group.chat].said) == 3


async def test_a_budget_that_can_never_hold_it_is_said(phones: WeComStage, group: GroupView) -> None:
    with pytest.raises(Undeliverable):
        await platform(phones).api.spend("x", 11, 10)
    await platform(phones).api.spend("x", 10, 10)
    with pytest.raises(TryLater):
        await platform(phones).api.spend("x", 1, 10)


# joining and leaving


async def test_who_leaves_the_company_leaves_the_group(phones: WeComStage, group: GroupView) -> None:
    assert phones.bot is not None
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        await people.leave_company(tx, PersonId("lilei"), date(2026, 3, 10))
        changed = await keeper(phones).sync(tx, await unit(tx))
    assert (changed.added, changed.removed) == (0, 1)
    assert "lilei" not in phones.fake.chats[group.chat].members


async def test_who_was_thrown_out_by_hand_comes_back(phones: WeComStage, group: GroupView) -> None:
    phones.fake.chats[group.chat].members -= {"lilei"}
    assert phones.bot is not None
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        changed = await keeper(phones).sync(tx, await unit(tx))
        again = await keeper(phones).sync(tx, await unit(tx))
    assert (changed.added, changed.removed, again.added, again.removed) == (1, 0, 0, 0)
    assert len(phones.fake.calls["appchat/update"]) == 1


async def test_a_unit_has_one_group(phones: WeComStage, group: GroupView) -> None:
    assert phones.bot is not None
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        found = await unit(tx)
        assert await groups.group_of(tx, found.id) == group
        assert await groups.group_of(tx, (await unit(tx, "研发部")).id) is None
        with pytest.raises(GroupRefused, match="has a group"):
            await keeper(phones).create(tx, found)


async def test_a_group_whose_row_was_lost_is_taken_up_again(phones: WeComStage, group: GroupView) -> None:
    """A crash after WeCom made it, before we wrote it down."""
    assert phones.bot is not None
    phones.fake.chats[group.chat].members -= {"hanmeimei"}
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        await tx.session.execute(text("delete from wecom_group"))
        again = await keeper(phones).create(tx, await unit(tx))
    assert again.chat == group.chat
    assert len(phones.fake.calls["appchat/create"]) == 1
    assert "hanmeimei" in phones.fake.chats[group.chat].members


async def test_nobody_on_wecom_is_no_group(phones: WeComStage) -> None:
    phones.fake.departments = {1: {"xuli"}}
    assert phones.bot is not None
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        with pytest.raises(GroupRefused, match="has 1 people"):
            await keeper(phones).create(tx, await unit(tx))
        assert await tx.session.scalar(select(Group)) is None


async def test_a_thousand_a_day(phones: WeComStage, group: GroupView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "A_DAY", 1)
    assert phones.bot is not None
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        with pytest.raises(GroupRefused, match="a day"):
            await keeper(phones).create(tx, await unit(tx, "研发部"))
    assert len(phones.fake.calls["appchat/create"]) == 1
