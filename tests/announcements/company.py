"""A company of four: 王芳 is HR; 周杰 heads 研发部, below it 研发一组 (韩梅梅); 李雷 is in 销售部; 空部门 is empty."""

from __future__ import annotations

from datetime import date

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import service as org
from domain.org.rules import Role
from domain.org.service import NewPost
from domain.people import service as people
from domain.people.service import NewPerson

SINCE = date(2025, 1, 1)
HR, HEAD, STAFF, MEMBER = (PersonId(one) for one in ("wangfang", "zhoujie", "lilei", "hanmeimei"))
UNITS = (("top", "总部", None), ("rd", "研发部", "top"), ("rd1", "研发一组", "rd"), ("sales", "销售部", "top"))
PEOPLE = ((HR, "王芳", "top"), (HEAD, "周杰", "rd"), (STAFF, "李雷", "sales"), (MEMBER, "韩梅梅", "rd1"))


async def made(tx: Tx) -> None:
    for unit, name, parent in (*UNITS, ("empty", "空部门", "top")):
        await org.create_unit(tx, name, parent, SINCE, unit)
    for person, name, unit in PEOPLE:
        new = NewPerson(id=person, number=person, name=name, hired_on=SINCE, legal_entity="示例公司", city="上海")
        await people.hire(tx, new)
        await org.assign(tx, NewPost(person=person, unit_id=unit, title="员工", since=SINCE))
    await org.appoint_head(tx, "rd", HEAD, SINCE)
    await org.grant_role(tx, HR, Role.HR, SINCE)
