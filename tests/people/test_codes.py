"""Codes that link accounts: what they look like, how long they live, how often one may try."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from domain.kernel.audit import AuditRow
from domain.kernel.clock import FixedClock
from domain.kernel.tx import Tx
from domain.people import errors, queries, service
from domain.people.model import LinkCode
from domain.people.rules import LINK_SIGNS, link_code
from tests.people.test_accounts import LEI, MEI, hired


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("ABCD2345", "ABCD2345"),
        (" abcd-2345。", "ABCD2345"),
        ("ＡＢＣＤ ２３４５", "ABCD2345"),
        ("ABCD234", None),
        ("ABCD23456", None),
        ("ABCDEFGH", None),
        ("23456789", None),
        ("ABCD1234", None),
        ("ABCO2345", None),
        ("你好", None),
        ("", None),
    ],
)
def test_what_a_code_looks_like(said: str, kept: str | None) -> None:
    assert link_code(said) == kept


async def test_a_code_links_once(tx: Tx) -> None:
    await hired(tx, LEI, "1001")
    issued = await service.issue_code(tx, LEI)
    assert (issued.name, issued.expires_at) == ("李雷", tx.now + timedelta(hours=24))
    assert set(issued.code) <= set(LINK_SIGNS)
    assert link_code(issued.code) == issued.code
    assert issued.code not in repr(issued)
    assert await service.code_owner(tx, issued.code.lower()) == LEI
    assert (await service.redeem_code(tx, "wecom", "li.lei", issued.code)).id == LEI
    assert await queries.person_of(tx, "wecom", "LI.lei") == LEI
    with pytest.raises(errors.CodeWrong):
        await service.redeem_code(tx, "wecom", "other", issued.code)
    rows = (await tx.session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
    assert {"people.issue_code", "people.link_account", "people.use_code"} <= {row.action for row in rows}
    assert not any(issued.code in str(row.facts) or "li.lei" in str(row.facts) for row in rows)
    kept = (await tx.session.scalars(select(LinkCode))).one()
    assert issued.code.encode() not in kept.code


async def test_a_newer_code_ends_the_one_before(tx: Tx) -> None:
    await hired(tx, LEI, "1001")
    first, second = await service.issue_code(tx, LEI), await service.issue_code(tx, LEI)
    with pytest.raises(errors.CodeWrong):
        await service.redeem_code(tx, "wecom", "li.lei", first.code)
    assert (await service.redeem_code(tx, "wecom", "li.lei", second.code)).id == LEI


async def test_a_code_lives_a_day(tx: Tx, clock: FixedClock) -> None:
    await hired(tx, LEI, "1001")
    issued = await service.issue_code(tx, LEI)
    clock.advance(timedelta(hours=24))
    assert await service.code_owner(tx, issued.code) is None
    with pytest.raises(errors.CodeWrong):
        await service.redeem_code(tx, "wecom", "li.lei", issued.code)


async def test_who_left_gets_none_and_uses_none(tx: Tx, clock: FixedClock) -> None:
    await hired(tx, LEI, "1001")
    issued = await service.issue_code(tx, LEI)
    await service.leave_company(tx, LEI, date(2026, 3, 10))
    with pytest.raises(errors.CodeWrong):
        await service.redeem_code(tx, "wecom", "li.lei", issued.code)
    with pytest.raises(errors.NotEmployed):
        await service.issue_code(tx, LEI)
    with pytest.raises(errors.PersonUnknown):
        await service.issue_code(tx, MEI)


async def test_five_tries_a_day(tx: Tx, clock: FixedClock) -> None:
    for _ in range(5):
        await service.note_try(tx, "wecom", "guesser")
    with pytest.raises(errors.TooManyTries):
        await service.note_try(tx, "wecom", "guesser")
    await service.note_try(tx, "dingtalk", "guesser")
    clock.advance(timedelta(days=1))
    await service.note_try(tx, "wecom", "guesser")
    await hired(tx, LEI, "1001")
    await service.redeem_code(tx, "wecom", "guesser", (await service.issue_code(tx, LEI)).code)
    for _ in range(5):
        await service.note_try(tx, "wecom", "guesser")


async def test_an_account_of_a_colleague_stays_theirs(tx: Tx) -> None:
    await hired(tx, LEI, "1001")
    await hired(tx, MEI, "1002")
    await service.link_account(tx, MEI, "wecom", "mei")
    issued = await service.issue_code(tx, LEI)
    with pytest.raises(errors.AccountTaken):
        await service.redeem_code(tx, "wecom", "mei", issued.code)
    assert await service.code_owner(tx, issued.code) == LEI, "it is not used up"
