"""A small company on the real tables, and the sample definitions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from domain.approvals import service
from domain.calendar import service as calendar
from domain.calendar.rules import Window
from domain.kernel.clock import SHANGHAI
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import service as org
from domain.org import units
from domain.org.service import NewPost
from domain.people import service as people
from domain.people.service import NewPerson

SINCE = date(2020, 1, 1)
NAMES = {
    "wangjianguo": "王建国",
    "xuli": "徐丽",
    "lilei": "李雷",
    "hanmeimei": "韩梅梅",
    "wangfang": "王芳",
    "luodan": "罗丹",
}
LILEI, HANMEIMEI, XULI, WANGFANG, LUODAN, BOSS = map(
    PersonId, ["lilei", "hanmeimei", "xuli", "wangfang", "luodan", "wangjianguo"]
)


async def post(tx: Tx, person: PersonId, unit: str, title: str, manager: PersonId | None, *, main: bool = True) -> None:
    await org.assign(tx, NewPost(person=person, unit_id=unit, title=title, since=SINCE, manager=manager, main=main))


async def employ(tx: Tx, key: str, name: str) -> PersonId:
    new = NewPerson(name=name, hired_on=SINCE, legal_entity="总部", city="上海", id=PersonId(key), number=f"T-{key}")
    return await people.hire(tx, new)


async def found(tx: Tx) -> None:
    """总经办 王建国; 客服部 徐丽 with 李雷 and 韩梅梅; 人力资源部 王芳 with 罗丹. 王芳 is HR."""
    for key, name in NAMES.items():
        await employ(tx, key, name)
    top = await units.create_unit(tx, "公司", None, SINCE, "u_top")
    service_desk = await units.create_unit(tx, "客服部", top, SINCE, "u_service")
    hr = await units.create_unit(tx, "人力资源部", top, SINCE, "u_hr")
    posts = [
        (BOSS, top, "总经理", None),
        (XULI, service_desk, "主管", BOSS),
        (LILEI, service_desk, "客服", XULI),
        (HANMEIMEI, service_desk, "客服", XULI),
        (WANGFANG, hr, "主管", BOSS),
        (LUODAN, hr, "培训", WANGFANG),
    ]
    for person, unit, title, manager in posts:
        await post(tx, person, unit, title, manager)
    for unit, head in [(top, BOSS), (service_desk, XULI), (hr, WANGFANG)]:
        await units.appoint_head(tx, unit, head, SINCE)
    await org.grant_role(tx, WANGFANG, "hr", SINCE)
    await service.load_company(tx)
    await tx.session.flush()


@pytest.fixture
async def company(tx: Tx) -> Tx:
    await found(tx)
    return tx


async def away(tx: Tx, person: PersonId) -> None:
    """On leave the whole of today."""
    start = datetime.combine(tx.today, datetime.min.time(), SHANGHAI)
    await calendar.record_absence(tx, person, f"test:{person}", [Window(start, start + timedelta(days=1))])


async def leave(tx: Tx, applicant: PersonId = LILEI, days: str = "1", number: int = 1) -> service.CaseView:
    return await service.open_case(
        tx,
        definition="请假",
        applicant=applicant,
        subject=f"lv_{applicant}{number}",
        form={"days": days, "leave_type": "annual", "code": f"LV-7F{number}"},
        label=f"{NAMES[applicant]} 年假 {days} 天",
    )
