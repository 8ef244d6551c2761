"""Hire, change, leave: on a real database."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import errors, events, queries, service
from domain.people.rules import Detail, WorkerType
from domain.people.service import NewPerson, NewTerms

LILEI = PersonId("lilei")
HIRED = date(2021, 7, 1)
ENTITY = "示例科技（上海）有限公司"


def lilei(**changes: object) -> NewPerson:
    facts: dict[str, object] = {
        "id": LILEI, "number": "1001", "name": "李雷", "hired_on": HIRED, "legal_entity": ENTITY, "city": "上海",
    }  # fmt: skip
    return NewPerson(**{**facts, **changes})  # type: ignore[arg-type]


async def test_a_hired_person_is_found_and_active(tx: Tx, outbox) -> None:  # type: ignore[no-untyped-def]
    await service.hire(tx, lilei(first_work_on=date(2020, 1, 1), english_name="Leo"))
    seen = await queries.person(tx, LILEI)
    assert (seen.name, seen.pinyin, seen.number, seen.city) == ("李雷", "lilei", "1001", "上海")
    assert seen.worker_type is WorkerType.FULL_TIME
    assert [one.id for one in await queries.active(tx, tx.today)] == [LILEI]
    assert await queries.active(tx, date(2021, 6, 30)) == []
    assert [one.id for one in await queries.named(tx, "leo", tx.today)] == [LILEI]
    assert outbox.events == [events.Hired(person=LILEI, hired_on=HIRED)]


async def test_the_same_id_or_number_twice_is_refused(tx: Tx) -> None:
    await service.hire(tx, lilei())
    with pytest.raises(errors.PersonExists):
        await service.hire(tx, lilei(number="1002"))
    with pytest.raises(errors.NumberTaken) as refused:
        await service.hire(tx, lilei(id=PersonId("other")))
    assert refused.value.facts == {"number": "1001", "name": "李雷"}


async def test_first_work_after_hire_is_refused(tx: Tx) -> None:
    with pytest.raises(errors.HiredBeforeFirstWork):
        await service.hire(tx, lilei(first_work_on=date(2022, 1, 1)))


async def test_who_left_is_not_active_and_may_come_back(tx: Tx) -> None:
    await service.hire(tx, lilei())
    await service.leave_company(tx, LILEI, date(2025, 12, 31))
    assert await queries.active(tx, date(2025, 12, 31)) != []
    assert await queries.active(tx, date(2026, 1, 1)) == []
    assert await queries.employed(tx, [LILEI], date(2026, 1, 1)) == set()
    back = NewTerms(WorkerType.REHIRED_PENSIONER, ENTITY, "上海")
    with pytest.raises(errors.AlreadyEmployed):
        await service.rehire(tx, LILEI, date(2025, 12, 31), back)
    await service.rehire(tx, LILEI, date(2026, 2, 1), back)
    seen = await queries.person(tx, LILEI)
    assert (seen.hired_on, seen.left_on, seen.worker_type) == (date(2026, 2, 1), None, WorkerType.REHIRED_PENSIONER)


async def test_leaving_before_the_hire_is_refused(tx: Tx) -> None:
    await service.hire(tx, lilei())
    with pytest.raises(errors.LeavesBeforeHired):
        await service.leave_company(tx, LILEI, date(2021, 6, 30))
    with pytest.raises(errors.PersonUnknown):
        await service.leave_company(tx, PersonId("nobody"), date(2026, 1, 1))


async def test_terms_change_from_a_day_and_the_past_stays(tx: Tx) -> None:
    await service.hire(tx, lilei(worker_type=WorkerType.INTERN))
    await service.change_terms(tx, LILEI, date(2022, 7, 1), NewTerms(WorkerType.FULL_TIME, ENTITY, "北京"))
    assert (await queries.person(tx, LILEI)).city == "北京"
    before = next(iter(await queries.active(tx, date(2022, 6, 30))))
    assert (before.worker_type, before.city) == (WorkerType.INTERN, "上海")


async def test_a_wrong_hire_date_is_corrected(tx: Tx) -> None:
    await service.hire(tx, lilei())
    await service.correct_hire(tx, LILEI, date(2021, 6, 1))
    assert (await queries.person(tx, LILEI)).hired_on == date(2021, 6, 1)
    assert len(await queries.active(tx, date(2021, 6, 15))) == 1


async def test_details_are_encrypted_masked_and_found(tx: Tx) -> None:
    await service.hire(tx, lilei(details={Detail.MOBILE: "+86 138 1234 1234", Detail.ID_NUMBER: "11010519491231002x"}))
    raw = (await tx.session.execute(text("select value from people_detail where detail = 'mobile'"))).scalar_one()
    assert b"1381234" not in bytes(raw)
    assert await queries.masked_details(tx, LILEI) == {
        Detail.MOBILE: "138****1234",
        Detail.ID_NUMBER: "110***********002X",
    }
    assert await queries.holding(tx, Detail.MOBILE, "13812341234") == [LILEI]
    assert await queries.holding(tx, Detail.MOBILE, "nonsense") == []
    assert await service.reveal(tx, LILEI, Detail.MOBILE) == "13812341234"


async def test_a_new_mobile_replaces_the_old_one(tx: Tx) -> None:
    await service.hire(tx, lilei(details={Detail.MOBILE: "13812341234"}))
    assert await service.set_detail(tx, LILEI, Detail.MOBILE, "13900001111")
    assert not await service.set_detail(tx, LILEI, Detail.MOBILE, "139 0000 1111")
    assert await queries.holding(tx, Detail.MOBILE, "13812341234") == []
    with pytest.raises(errors.MobileInvalid):
        await service.set_detail(tx, LILEI, Detail.MOBILE, "123")


async def test_one_id_number_belongs_to_one_person(tx: Tx) -> None:
    await service.hire(tx, lilei(details={Detail.ID_NUMBER: "11010519491231002X"}))
    other = lilei(id=PersonId("hanmeimei"), number="1002", name="韩梅梅")
    await service.hire(tx, other)
    with pytest.raises(errors.IdNumberTaken):
        await service.set_detail(tx, PersonId("hanmeimei"), Detail.ID_NUMBER, "11010519491231002X")
    with pytest.raises(errors.IdNumberInvalid):
        await service.set_detail(tx, PersonId("hanmeimei"), Detail.ID_NUMBER, "110105194912310021")
