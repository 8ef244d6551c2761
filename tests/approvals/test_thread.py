"""The thread that leave stands on: open, decide, and what other contexts hear of it."""

from datetime import timedelta

import pytest

from domain.approvals import queries, service
from domain.approvals.errors import (
    AlreadyAgreed,
    AlreadyOpen,
    AlreadyRejected,
    CaseClosed,
    CaseUnknown,
    DefinitionUnknown,
    FieldMissing,
    NotYourCase,
    NotYourTask,
    ReasonMissing,
    TaskMoved,
    TaskUnknown,
    UrgedTooSoon,
    UrgeQuietHours,
    WithdrawTooLate,
)
from domain.approvals.events import CaseDecided, TaskClosed, TaskOpened, TaskUrged
from domain.kernel.clock import FixedClock, shanghai
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import service as people
from tests.approvals.conftest import BOSS, HANMEIMEI, LILEI, WANGFANG, XULI, leave
from tests.conftest import RecordingOutbox


async def only_task(tx: Tx, person: PersonId) -> str:
    (task,) = await queries.waiting(tx, person)
    return task.id


def approvals(outbox: RecordingOutbox) -> list[str]:
    return [event.code() for event in outbox.events if event.code().startswith("approvals.")]


async def test_one_step_from_opening_to_the_decision(company: Tx, outbox: RecordingOutbox) -> None:
    case = await leave(company)
    assert case.live
    assert case.code.startswith("AP-")
    task = await only_task(company, XULI)
    done = await service.agree(company, XULI, task, "好好休息")
    assert done.state == "approved"
    assert await queries.waiting(company, XULI) == []
    opened, closed, decided = [one for one in outbox.events if one.code().startswith("approvals.")]
    assert isinstance(opened, TaskOpened)
    assert (opened.holder, opened.subject_id, opened.definition) == (XULI, "lv_lilei1", "请假")
    assert isinstance(closed, TaskClosed)
    assert (closed.outcome, closed.by) == ("agreed", XULI)
    assert isinstance(decided, CaseDecided)
    assert (decided.outcome, decided.applicant, decided.by) == ("approved", LILEI, XULI)
    assert opened.subject == closed.subject == decided.subject == case.id


async def test_four_days_need_the_director_too(company: Tx) -> None:
    case = await leave(company, days="4")
    await service.agree(company, XULI, await only_task(company, XULI))
    assert (await queries.case(company, case.id)).live
    assert (await service.agree(company, BOSS, await only_task(company, BOSS))).state == "approved"


async def test_a_double_press_is_told_so(company: Tx) -> None:
    await leave(company)
    task = await only_task(company, XULI)
    await service.agree(company, XULI, task)
    with pytest.raises(AlreadyAgreed) as again:
        await service.agree(company, XULI, task)
    assert again.value.facts["mine"] is True
    assert again.value.facts["name"] == "徐丽"
    with pytest.raises(AlreadyAgreed):
        await service.reject(company, XULI, task, "时间冲突")


async def test_a_rejection_ends_it_and_needs_a_reason(company: Tx, outbox: RecordingOutbox) -> None:
    await leave(company, days="5")
    task = await only_task(company, XULI)
    with pytest.raises(ReasonMissing):
        await service.reject(company, XULI, task, "  ")
    done = await service.reject(company, XULI, task, "人手不足")
    assert (done.state, done.reason) == ("rejected", "人手不足")
    assert await queries.waiting(company, BOSS) == []
    with pytest.raises(AlreadyRejected):
        await service.agree(company, XULI, task)
    assert approvals(outbox)[-2:] == ["approvals.TaskClosed", "approvals.CaseDecided"]


async def test_strangers_decide_nothing(company: Tx) -> None:
    case = await leave(company)
    task = await only_task(company, XULI)
    for person in (LILEI, HANMEIMEI, WANGFANG):
        with pytest.raises(NotYourTask):
            await service.agree(company, person, task)
    with pytest.raises(NotYourCase):
        await service.withdraw(company, HANMEIMEI, case.id)
    with pytest.raises(NotYourCase):
        await service.urge(company, HANMEIMEI, case.id)
    with pytest.raises(TaskUnknown):
        await service.agree(company, XULI, "apt_none")
    with pytest.raises(CaseUnknown):
        await service.withdraw(company, LILEI, "apc_none")


async def test_withdrawn_is_closed_for_the_approver(company: Tx) -> None:
    case = await leave(company)
    task = await only_task(company, XULI)
    assert (await service.withdraw(company, LILEI, case.id)).state == "withdrawn"
    with pytest.raises(CaseClosed) as closed:
        await service.agree(company, XULI, task)
    assert closed.value.facts["state"] == "withdrawn"
    with pytest.raises(CaseClosed):
        await service.withdraw(company, LILEI, case.id)
    with pytest.raises(CaseClosed):
        await service.urge(company, LILEI, case.id)


async def test_approved_cannot_be_withdrawn(company: Tx) -> None:
    case = await leave(company)
    await service.agree(company, XULI, await only_task(company, XULI))
    with pytest.raises(WithdrawTooLate):
        await service.withdraw(company, LILEI, case.id)


async def test_one_live_case_for_a_subject(company: Tx) -> None:
    case = await leave(company)
    with pytest.raises(AlreadyOpen):
        await leave(company)
    await service.withdraw(company, LILEI, case.id)
    assert (await leave(company)).live


async def test_what_is_not_there_is_named(company: Tx) -> None:
    with pytest.raises(DefinitionUnknown):
        await service.preview(company, "月饼", LILEI, {})
    with pytest.raises(FieldMissing):
        await service.preview(company, "请假", LILEI, {})


async def test_preview_and_codes(company: Tx) -> None:
    steps = await service.preview(company, "leave", LILEI, {"days": 4})
    assert [(step.node_name, step.people) for step in steps] == [
        ("直属上级", ((XULI, "徐丽"),)),
        ("总监", ((BOSS, "王建国"),)),
    ]
    assert await queries.waiting(company, XULI) == []
    case = await leave(company)
    assert await queries.by_code(company, "lv-7f1") == case
    assert await queries.by_code(company, case.code) == case
    assert await queries.case_for(company, "lv_lilei1") == case
    with pytest.raises(CaseUnknown):
        await queries.by_code(company, "LV-000")


async def test_progress_names_people_and_waiting(company: Tx, clock: FixedClock) -> None:
    case = await leave(company, days="4")
    clock.advance(timedelta(hours=3))
    await service.agree(company, XULI, await only_task(company, XULI))
    clock.advance(timedelta(minutes=20))
    first, second = (await queries.progress(company, case.id)).steps
    assert (first.people, first.state, first.waited, first.decided_by) == (("徐丽",), "agreed", 180, "徐丽")
    assert (second.people, second.state, second.waited) == (("王建国",), "open", 20)


async def test_urging_has_limits(company: Tx, clock: FixedClock, outbox: RecordingOutbox) -> None:
    case = await leave(company)
    assert await service.urge(company, LILEI, case.id) == [XULI]
    with pytest.raises(UrgedTooSoon) as soon:
        await service.urge(company, LILEI, case.id)
    assert soon.value.facts["again_at"] == clock.now() + timedelta(hours=2)
    clock.advance(timedelta(hours=2))
    await service.urge(company, WANGFANG, case.id)  # HR may
    clock.advance(timedelta(hours=2))
    await service.urge(company, LILEI, case.id)
    assert [(notice.to, notice.template) for notice in outbox.notices] == [
        (XULI, "approvals.urged"),
        (XULI, "approvals.urged"),
        (XULI, "approvals.urged"),
        (BOSS, "approvals.urged_leader"),
    ]
    assert [one.times for one in outbox.events if isinstance(one, TaskUrged)] == [1, 2, 3]
    clock.instant = shanghai("2026-03-11T22:00")
    with pytest.raises(UrgeQuietHours):
        await service.urge(company, LILEI, case.id)


async def test_the_daily_reminder_is_one_notice_a_person(
    company: Tx, clock: FixedClock, outbox: RecordingOutbox
) -> None:
    await leave(company)
    await leave(company, HANMEIMEI)
    assert await service.remind_waiting(company, company.today) == 0
    clock.advance(timedelta(days=1))
    assert await service.remind_waiting(company, company.today) == 1
    (notice,) = outbox.notices
    assert (notice.to, notice.template, len(notice.data["tasks"])) == (XULI, "approvals.reminder", 2)


async def test_a_departed_approver_is_replaced(company: Tx, clock: FixedClock, outbox: RecordingOutbox) -> None:
    await leave(company)
    task = await only_task(company, XULI)
    await people.leave_company(company, XULI, company.today)
    clock.advance(timedelta(days=1))
    assert await service.hand_over_departed(company) == 1
    (moved,) = await queries.waiting(company, BOSS)
    assert moved.note is not None
    with pytest.raises(TaskMoved) as gone:
        await service.agree(company, XULI, task)
    assert gone.value.facts["names"] == ["王建国"]
    assert (await service.agree(company, BOSS, moved.id)).state == "approved"
    assert await service.hand_over_departed(company) == 0
    assert approvals(outbox)[1:3] == ["approvals.TaskClosed", "approvals.TaskOpened"]


async def test_a_running_case_keeps_its_version(company: Tx) -> None:
    old = await leave(company, days="5")
    document = {"流程": "请假", "代号": "leave", "节点": [{"id": "主管", "类型": "审批", "由谁": {"上级": 1}}]}
    assert await service.publish(company, document) == 2
    assert await service.publish(company, document) == 2
    await service.load_company(company)  # a restart does not bring the shipped version back
    new = await leave(company, HANMEIMEI, days="5")
    for task in await queries.waiting(company, XULI):
        await service.agree(company, XULI, task.id)
    assert (await queries.case(company, old.id)).live
    assert (await queries.case(company, new.id)).state == "approved"
