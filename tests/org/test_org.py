"""Units, posts, the manager line, roles: on a real database."""

from __future__ import annotations

from datetime import date

import pytest

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import errors, queries, reactions, service
from domain.org.service import NewPost
from domain.people import service as people
from domain.people.events import Left
from domain.people.service import NewPerson

SINCE = date(2025, 1, 1)
TODAY = date(2026, 3, 11)
BOSS, XULI, LILEI, HAN = (PersonId(one) for one in ("wangjianguo", "xuli", "lilei", "hanmeimei"))


async def company(tx: Tx) -> None:
    """总部 (王建国) above 客服部 (徐丽), in which 李雷 and 韩梅梅 work."""
    for id, name in ((BOSS, "王建国"), (XULI, "徐丽"), (LILEI, "李雷"), (HAN, "韩梅梅")):
        await people.hire(
            tx, NewPerson(id=id, number=id, name=name, hired_on=SINCE, legal_entity="示例公司", city="上海")
        )
    await service.create_unit(tx, "总部", None, SINCE, "top")
    await service.create_unit(tx, "客服部", "top", SINCE, "service")
    for id, unit, title in (
        (BOSS, "top", "总经理"),
        (XULI, "service", "客服主管"),
        (LILEI, "service", "客服专员"),
        (HAN, "service", "客服专员"),
    ):
        await service.assign(tx, NewPost(person=id, unit_id=unit, title=title, since=SINCE))
    await service.appoint_head(tx, "top", BOSS, SINCE)
    await service.appoint_head(tx, "service", XULI, SINCE)


async def test_people_report_by_structure(tx: Tx) -> None:
    await company(tx)
    assert await queries.manager_line(tx, LILEI, TODAY) == [XULI, BOSS]
    assert await queries.manager_line(tx, XULI, TODAY) == [BOSS]
    assert await queries.manager_line(tx, BOSS, TODAY) == []
    own = await queries.main_assignment(tx, LILEI, TODAY)
    assert own is not None
    assert (own.unit_name, own.title, own.manager, own.main) == ("客服部", "客服专员", XULI, True)
    assert await queries.unit_head(tx, "service", TODAY) == XULI
    assert await queries.colleagues(tx, LILEI, TODAY) == [HAN, XULI]
    assert await queries.members(tx, "top", TODAY) == [HAN, LILEI, BOSS, XULI]
    assert await queries.reports(tx, XULI, TODAY) == [HAN, LILEI]
    assert await queries.reports(tx, BOSS, TODAY) == [XULI]


async def test_a_vacant_department_reports_further_up(tx: Tx) -> None:
    await company(tx)
    await service.appoint_head(tx, "service", None, date(2026, 3, 1))
    assert await queries.unit_head(tx, "service", TODAY) is None
    assert await queries.manager_line(tx, LILEI, TODAY) == [BOSS]
    assert await queries.manager_line(tx, LILEI, date(2026, 2, 28)) == [XULI, BOSS]


async def test_who_left_is_passed_over_even_before_the_reaction(tx: Tx) -> None:
    await company(tx)
    await service.transfer(tx, NewPost(person=HAN, unit_id="service", title="客服专员", since=TODAY, manager=XULI))
    await people.leave_company(tx, XULI, date(2026, 3, 10))
    assert await queries.unit_head(tx, "service", TODAY) is None
    assert await queries.manager_line(tx, LILEI, TODAY) == [BOSS]
    assert await queries.manager_line(tx, HAN, TODAY) == [BOSS]
    assert XULI not in await queries.members(tx, "top", TODAY)


async def test_leaving_ends_posts_headships_and_roles(tx: Tx) -> None:
    await company(tx)
    await service.grant_role(tx, XULI, "training", SINCE)
    await people.leave_company(tx, XULI, date(2026, 3, 10))
    for _ in range(2):
        await reactions.vacate(tx, Left(person=XULI, last_day=date(2026, 3, 10)))
    assert await queries.assignments(tx, XULI, TODAY) == []
    assert await queries.holders(tx, "training", TODAY) == []
    assert len(await queries.assignments(tx, XULI, date(2026, 3, 10))) == 1


async def test_a_manager_cycle_is_refused(tx: Tx) -> None:
    await company(tx)
    for who, boss in ((XULI, LILEI), (LILEI, LILEI), (BOSS, HAN)):
        with pytest.raises(errors.ManagerCycle):
            await service.transfer(tx, NewPost(person=who, unit_id="service", title="主管", since=TODAY, manager=boss))


async def test_a_head_cannot_report_into_the_own_unit(tx: Tx) -> None:
    await company(tx)
    await service.transfer(tx, NewPost(person=HAN, unit_id="service", title="专员", since=TODAY, manager=LILEI))
    with pytest.raises(errors.ManagerCycle):
        await service.appoint_head(tx, "service", HAN, TODAY)


async def test_two_posts_main_first_and_one_main_only(tx: Tx) -> None:
    await company(tx)
    second = NewPost(person=XULI, unit_id="top", title="质量委员", since=TODAY, main=False)
    await service.assign(tx, second)
    posts = await queries.assignments(tx, XULI, TODAY)
    assert [(one.unit_id, one.main) for one in posts] == [("service", True), ("top", False)]
    with pytest.raises(errors.MainPostTaken):
        await service.assign(tx, NewPost(person=XULI, unit_id="top", title="副总", since=TODAY))
    await service.end_assignment(tx, XULI, "top", TODAY)
    assert len(await queries.assignments(tx, XULI, date(2026, 3, 12))) == 1


async def test_a_transfer_ends_the_former_post_and_twice_is_once(tx: Tx) -> None:
    await company(tx)
    await service.create_unit(tx, "市场部", "top", SINCE, "market")
    move = NewPost(person=LILEI, unit_id="market", title="市场专员", since=date(2026, 4, 1))
    assert await service.transfer(tx, move)
    assert not await service.transfer(tx, move)
    before = await queries.main_assignment(tx, LILEI, date(2026, 3, 31))
    after = await queries.main_assignment(tx, LILEI, date(2026, 4, 1))
    assert before is not None
    assert after is not None
    assert (before.unit_name, before.valid_to, after.unit_name) == ("客服部", date(2026, 3, 31), "市场部")
    assert after.manager == BOSS


async def test_a_post_outside_the_employment_or_unit_is_refused(tx: Tx) -> None:
    await company(tx)
    await people.leave_company(tx, LILEI, date(2026, 3, 10))
    with pytest.raises(errors.NotEmployedThen):
        await service.assign(tx, NewPost(person=LILEI, unit_id="top", title="顾问", since=TODAY, main=False))
    with pytest.raises(errors.NotEmployedThen):
        await service.appoint_head(tx, "service", LILEI, TODAY)
    with pytest.raises(errors.UnitUnknown):
        await service.assign(tx, NewPost(person=HAN, unit_id="nowhere", title="顾问", since=TODAY, main=False))


async def test_units_are_renamed_moved_and_closed_by_date(tx: Tx) -> None:
    await company(tx)
    await service.reshape_unit(tx, "service", date(2026, 4, 1), name="客户成功部", parent="top")
    names = {unit.id: unit.name for unit in await queries.units(tx, TODAY)}
    later = {unit.id: unit.name for unit in await queries.units(tx, date(2026, 4, 1))}
    assert (names["service"], later["service"]) == ("客服部", "客户成功部")
    with pytest.raises(errors.UnitCycle):
        await service.reshape_unit(tx, "top", TODAY, name="总部", parent="service")
    with pytest.raises(errors.UnitNameTaken):
        await service.create_unit(tx, "客服部", "top", TODAY)
    with pytest.raises(errors.UnitInUse):
        await service.close_unit(tx, "service", TODAY)


async def test_roles_are_dated(tx: Tx) -> None:
    await company(tx)
    assert await service.grant_role(tx, HAN, "hr", date(2026, 1, 1))
    assert not await service.grant_role(tx, HAN, "hr", TODAY)
    assert await queries.roles(tx, HAN, date(2025, 12, 31)) == set()
    assert await queries.holders(tx, "hr", TODAY) == [HAN]
    await service.revoke_role(tx, HAN, "hr", TODAY)
    assert await queries.roles(tx, HAN, TODAY) == {"hr"}
    assert await queries.roles(tx, HAN, date(2026, 3, 12)) == set()
    with pytest.raises(errors.RoleUnknown):
        await service.grant_role(tx, HAN, "king", TODAY)
