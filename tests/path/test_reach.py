"""Where many people are reached is where each of them would be."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from bot.broadcasting.reach import spread
from bot.tables import LastSeenRow
from bot.target_platform import platform_for
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import service as people
from domain.people.service import NewPerson
from tests.announcements.company import SINCE

MESSENGERS = [(), ("wecom",), ("dingtalk",), ("wecom", "dingtalk"), ("dingtalk", "wecom")]
WISHES, LAST, LINKS = (None, "wecom", "dingtalk", "console"), (None, "wecom", "dingtalk", "console"), range(4)


async def everybody(tx: Tx) -> list[PersonId]:
    """One person for each mixture of wish, last platform, and what became of their links."""
    made = []
    for number, (wish, last, links) in enumerate(product(WISHES, LAST, LINKS)):
        person = PersonId(f"p{number:03}")
        made.append(person)
        new = NewPerson(id=person, number=person, name="同事", hired_on=SINCE, legal_entity="示例公司", city="上海")
        await people.hire(tx, new)
        if links & 1:
            await people.link_account(tx, person, "wecom", f"w{number}")
        if links & 2:
            await people.link_account(tx, person, "dingtalk", f"d{number}")
            await people.unlink_account(tx, person, "dingtalk")
        if wish:
            await people.wish_notices(tx, person, wish)
        if last:
            at = tx.now + timedelta(minutes=1 if number % 2 else -1)
            tx.session.add(LastSeenRow(person=person, platform=last, at=at))
    await tx.session.flush()
    return made


@pytest.mark.parametrize("messengers", MESSENGERS, ids=str)
async def test_many_are_reached_where_each_is(tx: Tx, messengers: tuple[str, ...]) -> None:
    persons = await everybody(tx)
    one_by_one = [await platform_for(tx, person, messengers) for person in persons]
    assert [one.platform for one in await spread(tx, persons, messengers)] == one_by_one
    assert len(set(one_by_one)) == len(messengers) + 1
