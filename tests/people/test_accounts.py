"""Whose an account is, and where to reach somebody: on a real database."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from domain.kernel.audit import AuditRow
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import errors, queries, service
from domain.people.rules import WorkerType, account
from domain.people.service import NewPerson, NewTerms

ENTITY = "示例科技（上海）有限公司"
LEI, MEI = PersonId("pe_LEI"), PersonId("pe_MEI")


async def hired(tx: Tx, id: PersonId, number: str, since: date = date(2021, 7, 1)) -> PersonId:
    return await service.hire(
        tx, NewPerson(id=id, number=number, name="李雷", hired_on=since, legal_entity=ENTITY, city="上海")
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (" LiLei ", "lilei"),
        ("li.lei_1-2@qh", "li.lei_1-2@qh"),
        ("1001", "1001"),
        ("a" * 64, "a" * 64),
        ("a" * 65, None),
        ("@all", None),
        ("lilei|hanmeimei", None),
        ("li lei", None),
        ("李雷", None),
        ("?lilei", None),
        ("", None),
    ],
)
def test_what_an_account_looks_like(said: str, kept: str | None) -> None:
    assert account(said) == kept


async def test_a_number_is_the_account_until_another_is_linked(tx: Tx) -> None:
    await hired(tx, LEI, "QH-1001")
    assert await queries.accounts(tx, "wecom") == {"qh-1001": LEI}
    assert await queries.person_of(tx, "wecom", "QH-1001") == LEI
    assert await service.link_account(tx, LEI, "wecom", " LiLei ")
    assert not await service.link_account(tx, LEI, "wecom", "lilei"), "the same again is nothing"
    assert await queries.accounts(tx, "wecom") == {"lilei": LEI}
    assert await queries.person_of(tx, "wecom", "LILEI") == LEI
    assert await queries.person_of(tx, "wecom", "qh-1001") is None
    assert await queries.account_of(tx, LEI, "wecom") == "lilei"
    assert await queries.accounts(tx, "dingtalk") == {"qh-1001": LEI}, "each platform for itself"
    assert await queries.account_of(tx, LEI, "dingtalk") == "qh-1001"
    assert await service.unlink_account(tx, LEI, "wecom")
    assert not await service.unlink_account(tx, LEI, "wecom")
    assert await queries.accounts(tx, "wecom") == {"qh-1001": LEI}


async def test_another_account_ends_the_first_which_is_free_then(tx: Tx) -> None:
    await hired(tx, LEI, "1001")
    await hired(tx, MEI, "1002")
    await service.link_account(tx, LEI, "wecom", "first")
    await service.link_account(tx, LEI, "wecom", "second")
    await service.link_account(tx, MEI, "wecom", "first")
    assert await queries.accounts(tx, "wecom") == {"second": LEI, "first": MEI}


async def test_a_taken_account_is_refused_and_nothing_is_lost(tx: Tx) -> None:
    await hired(tx, LEI, "1001")
    await hired(tx, MEI, "1002")
    await service.link_account(tx, LEI, "wecom", "lilei")
    await service.link_account(tx, MEI, "wecom", "meimei")
    with pytest.raises(errors.AccountTaken) as refused:
        await service.link_account(tx, MEI, "wecom", "LiLei")
    assert refused.value.facts == {"platform": "wecom", "account": "lilei"}
    assert await queries.accounts(tx, "wecom") == {"lilei": LEI, "meimei": MEI}
    assert await service.link_account(tx, MEI, "dingtalk", "lilei"), "on another platform it is another account"
    with pytest.raises(errors.AccountInvalid):
        await service.link_account(tx, MEI, "wecom", "@all")
    with pytest.raises(errors.PersonUnknown):
        await service.link_account(tx, PersonId("nobody"), "wecom", "x")


async def test_nobody_gets_what_is_meant_for_another(tx: Tx) -> None:
    """李雷's account is spelt like 韩梅梅's number; two numbers differ in case only."""
    await hired(tx, LEI, "1001")
    await hired(tx, MEI, "1002")
    await service.link_account(tx, LEI, "wecom", "1002")
    assert await queries.accounts(tx, "wecom") == {"1002": LEI}
    assert await queries.account_of(tx, MEI, "wecom") is None
    one, two = PersonId("pe_ONE"), PersonId("pe_TWO")
    await hired(tx, one, "a1")
    await hired(tx, two, "A1")
    assert "a1" not in await queries.accounts(tx, "dingtalk")
    assert await queries.person_of(tx, "dingtalk", "a1") is None
    assert await queries.account_of(tx, one, "dingtalk") is None
    await service.link_account(tx, two, "dingtalk", "two")
    assert await queries.person_of(tx, "dingtalk", "a1") == one
    assert await queries.account_of(tx, one, "dingtalk") == "a1"


async def test_who_left_is_nobody_and_is_known_again_when_back(tx: Tx) -> None:
    await hired(tx, LEI, "1001")
    await hired(tx, MEI, "1002")
    await service.link_account(tx, LEI, "wecom", "lilei")
    before = await queries.accounts_revision(tx)
    await service.leave_company(tx, LEI, date(2026, 3, 11))
    assert await queries.person_of(tx, "wecom", "lilei") == LEI, "the last day is still worked"
    gone = await queries.accounts_revision(tx)
    await service.leave_company(tx, LEI, date(2026, 3, 10))
    assert len({before, gone, await queries.accounts_revision(tx)}) == 3
    assert await queries.accounts(tx, "wecom") == {"1002": MEI}
    assert await queries.person_of(tx, "wecom", "lilei") is None
    assert await queries.person_of(tx, "wecom", "1001") is None
    assert await queries.account_of(tx, LEI, "wecom") == "lilei", "a last word still reaches them"
    await service.rehire(tx, LEI, date(2026, 4, 1), NewTerms(WorkerType.FULL_TIME, ENTITY, "上海"))
    assert await queries.person_of(tx, "wecom", "lilei") == LEI, "also before the first day"


async def test_the_account_of_who_left_may_go_to_another(tx: Tx) -> None:
    await hired(tx, LEI, "1001")
    await hired(tx, MEI, "lilei")
    await service.link_account(tx, LEI, "wecom", "lilei")
    await service.leave_company(tx, LEI, date(2026, 3, 10))
    assert await queries.person_of(tx, "wecom", "lilei") is None, "nobody slips into it by a number"
    assert await queries.account_of(tx, MEI, "wecom") is None
    assert await service.link_account(tx, MEI, "wecom", "lilei")
    assert await queries.accounts(tx, "wecom") == {"lilei": MEI}


async def test_the_revision_follows_every_change(tx: Tx) -> None:
    seen = [await queries.accounts_revision(tx)]
    await hired(tx, LEI, "1001", since=date(2026, 5, 1))
    seen.append(await queries.accounts_revision(tx))
    for name in ("one", "two"):
        await service.link_account(tx, LEI, "wecom", name)
        seen.append(await queries.accounts_revision(tx))
    await service.unlink_account(tx, LEI, "wecom")
    seen.append(await queries.accounts_revision(tx))
    assert len(set(seen)) == len(seen)


async def test_the_audit_says_that_but_not_what(tx: Tx) -> None:
    await hired(tx, LEI, "1001")
    await service.link_account(tx, LEI, "wecom", "lilei.secret")
    rows = list(await tx.session.scalars(select(AuditRow).where(AuditRow.action == "people.link_account")))
    assert [(row.subject, row.facts) for row in rows] == [(LEI, '{"platform": "wecom"}')]
