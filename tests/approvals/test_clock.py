"""Time limits on the holder's working time, and cases that wait for cases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.approvals import errors, proxies, queries, reactions, service
from domain.approvals.events import CaseDecided, ChildAbandoned
from domain.approvals.model import GroupRow
from domain.approvals.timing import due_at
from domain.kernel.clock import FixedClock, shanghai
from domain.kernel.tx import Tx
from domain.org import service as org
from tests.approvals.conftest import BOSS, HANMEIMEI, LILEI, LUODAN, SINCE, WANGFANG, XULI
from tests.approvals.flowing import ask, holders, opened, states, turn
from tests.conftest import RecordingOutbox


async def test_working_hours_skip_nights_and_weekends(company: Tx) -> None:
    """Wednesday 10:30, 9:00–18:00 with an hour's break: 1.5 h to noon, then 5 h until six."""
    assert await due_at(company, XULI, 1) == shanghai("2026-03-11T11:30")
    assert await due_at(company, XULI, 2) == shanghai("2026-03-11T13:30")
    assert await due_at(company, XULI, 24) == shanghai("2026-03-16T10:30")


async def test_reminded_then_escalated_then_nothing_by_itself(
    company: Tx, clock: FixedClock, outbox: RecordingOutbox
) -> None:
    case = await opened(company, [ask("一", XULI, 超时={"1小时": "提醒", "4小时": "转上级"})])
    assert await service.run_due(company) == 0
    clock.advance(timedelta(hours=2))
    assert (await service.run_due(company), await service.run_due(company)) == (1, 0)
    assert [notice.to for notice in outbox.notices if notice.template == "approvals.urged"] == [XULI]
    clock.advance(timedelta(hours=6))
    assert await service.run_due(company) == 1
    assert await holders(company, case) == [("一", BOSS)]
    (task,) = await queries.waiting(company, BOSS)
    assert task.note == queries.NoteView("escalated", "徐丽")


async def test_what_nobody_decides_is_decided_only_as_the_flow_says(company: Tx, clock: FixedClock) -> None:
    case = await opened(company, [ask("一", XULI, 超时={"2小时": "自动同意"}), ask("二", BOSS, 超时={"2小时": "关闭"})])
    clock.advance(timedelta(hours=4))
    await service.run_due(company)
    assert await states(company, case) == [("一", XULI, "lapsed"), ("二", BOSS, "open")]
    clock.advance(timedelta(hours=24))
    await service.run_due(company)
    assert (await queries.case(company, case.id)).state == "expired"


async def test_a_decision_takes_its_clocks_with_it(company: Tx, clock: FixedClock) -> None:
    case = await opened(
        company, [ask("一", XULI, 超时={"2小时": "自动驳回"}), {"id": "等", "类型": "延迟", "时长": "8小时"}]
    )
    await service.agree(company, XULI, await turn(company, XULI))
    clock.advance(timedelta(hours=5))
    assert await service.run_due(company) == 0
    clock.advance(timedelta(hours=24))
    assert await service.run_due(company) == 1
    assert (await queries.case(company, case.id)).state == "approved"


async def test_a_case_waits_for_the_one_it_opened(company: Tx, outbox: RecordingOutbox) -> None:
    await service.publish(company, {"流程": "复核", "节点": [ask("复", LUODAN)]})
    child = {"id": "复核", "类型": "子流程", "流程": "复核"}
    case = await opened(company, [ask("一", XULI), child, ask("二", BOSS)])
    await service.agree(company, XULI, await turn(company, XULI))
    assert await holders(company, case) == []
    await service.agree(company, LUODAN, await turn(company, LUODAN))
    ended = [event for event in outbox.events if isinstance(event, CaseDecided)]
    for _ in range(2):
        await reactions.go_on(company, ended[-1])
    assert await holders(company, case) == [("二", BOSS)]


async def test_whoever_withdraws_stops_the_case_it_opened(company: Tx, outbox: RecordingOutbox) -> None:
    await service.publish(company, {"流程": "复核", "节点": [ask("复", LUODAN)]})
    case = await opened(company, [{"id": "复核", "类型": "子流程", "流程": "复核"}, ask("二", BOSS)])
    await service.withdraw(company, LILEI, case.id)
    (stopped,) = [event for event in outbox.events if isinstance(event, ChildAbandoned)]
    await reactions.abandon(company, stopped)
    assert await queries.waiting(company, LUODAN) == []
    with pytest.raises(errors.DefinitionInvalid):
        await service.publish(company, {"流程": "圈", "节点": [ask("一", XULI), {**stub(), "流程": "圈"}]})


def stub() -> dict[str, str]:
    return {"id": "自己", "类型": "子流程"}


async def test_a_proxy_decides_for_a_while_and_for_some_flows(company: Tx, clock: FixedClock) -> None:
    span = (company.now, company.now + timedelta(days=1))
    only = await proxies.appoint(company, XULI, WANGFANG, span, "用章")
    with pytest.raises(errors.ProxyRefused):
        await proxies.appoint(company, XULI, LUODAN, span, "用章")
    with pytest.raises(errors.ProxyRefused):
        await proxies.appoint(company, XULI, XULI, span)
    case = await opened(company, [ask("一", XULI)])
    assert await holders(company, case) == [("一", WANGFANG)]
    assert [one.person for one in await proxies.of(company, XULI)] == [XULI]
    await proxies.dismiss(company, XULI, only.id)
    assert await holders(company, await opened(company, [ask("一", XULI)])) == [("一", XULI)]
    await proxies.appoint(company, BOSS, LILEI, span)  # the applicant does not decide their own case as a proxy either
    assert await holders(company, await opened(company, [ask("一", BOSS)])) == [("一", BOSS)]
    clock.advance(timedelta(days=2))
    assert await proxies.of(company, BOSS) == []


async def test_every_way_to_name_people(company: Tx) -> None:
    company.session.add(GroupRow(name="合同组", person=HANMEIMEI))
    form = {"amount": 5, "contact": LUODAN, "unit": "客服部", "choices": {"自选": [WANGFANG]}}
    nodes = {
        "岗位": ({"岗位": "培训"}, LUODAN),
        "组": ({"用户组": "合同组"}, HANMEIMEI),
        "人": ({"表单人员": "contact"}, LUODAN),
        "部门": ({"表单部门负责人": "unit"}, XULI),
        "自选": ("发起人自选", WANGFANG),
        "本人": ("发起人", LILEI),
        "负责人": ("部门负责人", XULI),
        "式": ([{"当": "金额 > 100", "由谁": {"指定人": BOSS}}, {"由谁": {"上级": 1}}], XULI),
        "线": ({"连续上级": {"到岗位": "总经理"}}, XULI),
        "随机": ({"指定人": [HANMEIMEI]}, HANMEIMEI),
    }
    for node, (who, expected) in nodes.items():
        mode = {"方式": "随机一人"} if node == "随机" else {}
        case = await opened(company, [{"id": node, "类型": "审批", "由谁": who, **mode}], form)
        assert await holders(company, case) == [(node, expected)], node
    line = await opened(company, [{"id": "线", "类型": "审批", "由谁": {"连续上级": {"到岗位": "总经理"}}}])
    assert [(holder, state) for _, holder, state in await states(company, line)] == [(XULI, "open"), (BOSS, "pending")]


async def test_an_approver_chooses_whom_to_ask_next(company: Tx) -> None:
    case = await opened(company, [ask("一", XULI), {"id": "二", "类型": "审批", "由谁": "上一审批人自选"}])
    given = service.Given(choices={"一": [LUODAN]})
    with pytest.raises(errors.FieldNotYours):
        await service.agree(company, XULI, await turn(company, XULI), given=given)
    given = service.Given(choices={"二": [LUODAN]})
    await service.agree(company, XULI, await turn(company, XULI), given=given)
    assert await holders(company, case) == [("二", LUODAN)]


async def test_roles_are_asked_as_of_the_moment(company: Tx) -> None:
    """A role granted after the start counts when the node is reached."""
    case = await opened(company, [ask("一", XULI), {"id": "二", "类型": "审批", "由谁": {"角色": "财务"}}])
    await org.grant_role(company, LUODAN, "finance", SINCE)
    await service.agree(company, XULI, await turn(company, XULI))
    assert await holders(company, case) == [("二", LUODAN)]


async def test_a_clock_that_finds_nobody_keeps_no_other_waiting(company: Tx, clock: FixedClock) -> None:
    wait = {"id": "等", "类型": "延迟", "时长": "1小时"}
    stuck = await opened(company, [wait, {**ask("谁", "niemand"), "为空": "财务"}])
    fine = await opened(company, [wait, ask("一", XULI)])
    clock.advance(timedelta(hours=3))
    assert await service.run_due(company) == 1
    assert await holders(company, fine) == [("一", XULI)]
    assert (await queries.case(company, stuck.id)).live
    assert await service.run_due(company) == 0


async def test_the_preview_walks_every_kind_of_node(company: Tx) -> None:
    nodes = [
        {"id": "等", "类型": "延迟", "时长": "4小时"},
        {"类型": "并行", "分支": [{"节点": [ask("左", XULI)]}, {"节点": [ask("右", WANGFANG, LUODAN)]}]},
        {"id": "知会", "类型": "抄送", "由谁": {"角色": "人事"}},
        {"id": "别的", "类型": "子流程", "流程": "别的"},
        ask("后", BOSS, HANMEIMEI, mode="依次"),
    ]
    await service.publish(company, {"流程": "全", "节点": nodes})
    steps = await service.preview(company, "全", LILEI, {})
    assert [(step.node_id, [person for person, _ in step.people]) for step in steps] == [
        ("左", [XULI]),
        ("右", [WANGFANG, LUODAN]),
        ("后", [BOSS, HANMEIMEI]),
    ]
    assert await queries.waiting(company, XULI) == []
