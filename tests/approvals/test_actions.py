"""Each action through its service: what it does, what other contexts and people hear, and what it must not do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.approvals import errors, queries, service
from domain.approvals.events import CaseDecided, CaseReturned, TaskClosed, TaskOpened
from domain.kernel.clock import FixedClock
from domain.kernel.tx import Tx
from domain.org import service as org
from domain.people import service as people
from tests.approvals.conftest import BOSS, HANMEIMEI, LILEI, LUODAN, SINCE, WANGFANG, XULI
from tests.approvals.flowing import ask, holders, opened, states, turn
from tests.approvals.test_chat import RENDERER
from tests.conftest import RecordingOutbox


async def test_a_transferred_task_is_the_other_s(company: Tx, outbox: RecordingOutbox) -> None:
    case = await opened(company, [ask("一", XULI)])
    task = await turn(company, XULI)
    await service.transfer(company, XULI, task, LUODAN, "她更清楚")
    assert await holders(company, case) == [("一", LUODAN)]
    told = [event for event in outbox.events if isinstance(event, (TaskOpened, TaskClosed))][-2:]
    assert [(type(event), event.holder) for event in told] == [(TaskClosed, XULI), (TaskOpened, LUODAN)]
    with pytest.raises(errors.TaskMoved) as moved:
        await service.agree(company, XULI, task)
    assert moved.value.facts["names"] == ["罗丹"]
    assert (await service.agree(company, LUODAN, await turn(company, LUODAN))).state == "approved"


async def test_whom_a_task_is_not_handed_to(company: Tx, clock: FixedClock) -> None:
    await opened(company, [ask("一", XULI, WANGFANG, mode="会签")])
    task = await turn(company, XULI)
    for person, no in [
        (XULI, errors.PersonIsYou),
        (WANGFANG, errors.PersonThereAlready),
        (LILEI, errors.PersonConcerned),
    ]:
        with pytest.raises(no):
            await service.transfer(company, XULI, task, person)
        with pytest.raises(no):
            await service.add_beside(company, XULI, task, [person])
    with pytest.raises(errors.NotYourTask):
        await service.transfer(company, LUODAN, task, BOSS)
    await people.leave_company(company, LUODAN, company.today)
    clock.advance(timedelta(days=1))
    with pytest.raises(errors.PersonGone):
        await service.transfer(company, XULI, task, LUODAN)


async def test_an_advice_is_no_vote(company: Tx) -> None:
    case = await opened(company, [ask("一", XULI)])
    task = await turn(company, XULI)
    await service.delegate(company, XULI, task, LUODAN)
    with pytest.raises(errors.NotYourTurnYet):
        await service.agree(company, XULI, task)
    advice = await turn(company, LUODAN)
    with pytest.raises(errors.OnlyAdvice):
        await service.send_back(company, LUODAN, advice, "补材料")
    still = await service.reject(company, LUODAN, advice, "我看不行")
    assert still.live
    assert await states(company, case) == [("一", XULI, "open"), ("一", LUODAN, "advised")]
    assert (await service.agree(company, XULI, task)).state == "approved"


async def test_added_before_beside_and_after(company: Tx) -> None:
    case = await opened(company, [ask("一", XULI, mode="会签"), ask("二", BOSS)])
    task = await turn(company, XULI)
    await service.add_before(company, XULI, task, [LUODAN, HANMEIMEI])
    await service.agree(company, LUODAN, await turn(company, LUODAN))
    assert await holders(company, case) == [("一", HANMEIMEI)]
    await service.agree(company, HANMEIMEI, await turn(company, HANMEIMEI))
    await service.add_beside(company, XULI, task, [WANGFANG])
    await service.add_after(company, XULI, task, [BOSS], "总经理也看一下")
    await service.agree(company, WANGFANG, await turn(company, WANGFANG))
    assert await holders(company, case) == [("一", BOSS)]
    await service.agree(company, BOSS, await turn(company, BOSS))
    assert (await queries.case(company, case.id)).state == "approved"  # 二 passes: 王建国 has just agreed


async def test_additions_go_only_so_deep_and_not_into_a_row(company: Tx) -> None:
    await opened(company, [ask("一", XULI, WANGFANG, mode="依次")], 加签层数=1)
    task = await turn(company, XULI)
    with pytest.raises(errors.AddedInTurn):
        await service.add_beside(company, XULI, task, [LUODAN])
    await service.add_before(company, XULI, task, [LUODAN])
    with pytest.raises(errors.AddedTooDeep):
        await service.add_before(company, LUODAN, await turn(company, LUODAN), [HANMEIMEI])


async def test_whoever_was_added_is_taken_off_before_they_act(company: Tx) -> None:
    case = await opened(company, [ask("一", XULI)])
    await service.add_before(company, XULI, await turn(company, XULI), [LUODAN])
    added = await turn(company, LUODAN)
    with pytest.raises(errors.NotYourAddition):
        await service.drop_added(company, WANGFANG, added)
    await service.drop_added(company, XULI, added)
    assert await holders(company, case) == [("一", XULI)]
    await service.add_before(company, XULI, await turn(company, XULI), [LUODAN])
    again = await turn(company, LUODAN)
    await service.agree(company, LUODAN, again)
    with pytest.raises(errors.ActedAlready):
        await service.drop_added(company, XULI, again)


async def test_sent_back_straight_and_not_into_another_arm(company: Tx, outbox: RecordingOutbox) -> None:
    arms = [{"节点": [ask("左", XULI)]}, {"节点": [ask("右", WANGFANG), ask("右二", BOSS)]}]
    case = await opened(company, [ask("前", HANMEIMEI), {"类型": "并行", "分支": arms}, ask("后", LUODAN)])
    await service.agree(company, HANMEIMEI, await turn(company, HANMEIMEI))
    await service.agree(company, WANGFANG, await turn(company, WANGFANG))
    boss = await turn(company, BOSS)
    with pytest.raises(errors.TargetUnreachable):
        await service.send_back(company, BOSS, boss, "补", to="左")
    with pytest.raises(errors.NoWayStraight):
        await service.send_back(company, BOSS, boss, "补", to="前", direct=True)
    with pytest.raises(errors.ReasonMissing):
        await service.send_back(company, BOSS, boss, " ")
    await service.send_back(company, BOSS, boss, "补", to="右", direct=True)
    assert await holders(company, case) == [("左", XULI), ("右", WANGFANG)]
    await service.agree(company, WANGFANG, await turn(company, WANGFANG))
    await service.send_back(company, BOSS, await turn(company, BOSS), "补", to="前")
    assert await holders(company, case) == [("前", HANMEIMEI)]
    await service.send_back(company, HANMEIMEI, await turn(company, HANMEIMEI), "重填", to="previous", direct=True)
    assert [event.reason for event in outbox.events if isinstance(event, CaseReturned)] == ["重填"]
    assert outbox.notices[-1].template == "approvals.returned"
    await service.resubmit(company, LILEI, case.id)
    assert await holders(company, case) == [("前", HANMEIMEI)]
    with pytest.raises(errors.NotReturned):
        await service.resubmit(company, LILEI, case.id)


async def test_a_yes_is_taken_back_until_the_next_has_acted(company: Tx) -> None:
    case = await opened(company, [ask("一", XULI, WANGFANG), ask("二", BOSS), ask("三", LUODAN)])
    task = await turn(company, XULI)
    await service.agree(company, XULI, task)
    with pytest.raises(errors.NotYourTask):
        await service.take_back(company, WANGFANG, task)
    await service.take_back(company, XULI, task)
    assert sorted(await holders(company, case)) == [("一", WANGFANG), ("一", XULI)]
    again = await turn(company, XULI)
    await service.agree(company, XULI, again)
    await service.agree(company, BOSS, await turn(company, BOSS))
    with pytest.raises(errors.NextHasActed):
        await service.take_back(company, XULI, again)


async def test_an_administrator_rules_with_a_reason_that_the_applicant_sees(
    company: Tx, outbox: RecordingOutbox
) -> None:
    case = await opened(company, [ask("一", XULI, BOSS, mode="会签"), ask("二", LUODAN)])
    task = await turn(company, XULI)
    with pytest.raises(errors.NotAdministrator):
        await service.reassign(company, XULI, task, HANMEIMEI, "忙")
    with pytest.raises(errors.ReasonMissing):
        await service.reassign(company, WANGFANG, task, HANMEIMEI, "")
    await service.reassign(company, WANGFANG, task, HANMEIMEI, "徐丽出差")
    await service.skip(company, WANGFANG, await turn(company, BOSS), "不用总经理")
    await service.agree(company, HANMEIMEI, await turn(company, HANMEIMEI))
    assert await holders(company, case) == [("二", LUODAN)]
    ended = await service.terminate(company, WANGFANG, case.id, "重复提交")
    ruled = [notice for notice in outbox.notices if notice.to == LILEI]
    assert [notice.template for notice in ruled] == ["approvals.ruled", "approvals.ruled", "approvals.closed"]
    words = [RENDERER.card(notice.template, notice.data).text for notice in ruled]
    assert "管理员王芳把徐丽的审批改派给韩梅梅，理由：徐丽出差" in words[0]
    assert "跳过了王建国的审批" in words[1]
    assert "已被管理员终止，理由：重复提交" in words[2]
    decided = [event for event in outbox.events if isinstance(event, CaseDecided)]
    assert [(event.outcome, event.how, event.reason) for event in decided] == [("rejected", "terminated", "重复提交")]
    assert ended.state == "terminated"


async def test_an_administrator_never_rules_on_their_own_case(company: Tx) -> None:
    await org.grant_role(company, LILEI, "hr", SINCE)
    case = await opened(company, [ask("一", XULI)])
    with pytest.raises(errors.NotAdministrator):
        await service.terminate(company, LILEI, case.id, "不想要了")


async def test_copies_and_comments_let_read_and_speak_but_not_decide(company: Tx, outbox: RecordingOutbox) -> None:
    case = await opened(
        company, [ask("一", XULI), {"id": "知会", "类型": "抄送", "由谁": {"角色": "人事"}}, ask("二", BOSS)]
    )
    task = await turn(company, XULI)
    with pytest.raises(errors.NotTakingPart):
        await service.comment(company, HANMEIMEI, case.id, "我来说两句")
    await service.copy_to(company, XULI, case.id, [HANMEIMEI, WANGFANG])
    await service.agree(company, XULI, task)
    await service.comment(company, HANMEIMEI, case.id, "收到", [XULI])
    with pytest.raises(errors.NothingSaid):
        await service.comment(company, XULI, case.id, "  ")
    with pytest.raises(errors.NotYourTask):
        await service.agree(company, HANMEIMEI, await turn(company, BOSS))
    copied = [notice.to for notice in outbox.notices if notice.template == "approvals.copied"]
    assert copied == [HANMEIMEI, WANGFANG]  # 王芳 once, though the flow copies HR too
    assert [notice.to for notice in outbox.notices if notice.template == "approvals.mentioned"] == [XULI]


async def test_a_flow_says_what_people_may_do(company: Tx) -> None:
    await opened(company, [ask("一", XULI)], 允许=["撤回", "催办"])
    with pytest.raises(errors.ActionNotAllowed):
        await service.transfer(company, XULI, await turn(company, XULI), LUODAN)


async def test_votes_stop_when_the_outcome_is_fixed(company: Tx) -> None:
    people_asked = (XULI, WANGFANG, LUODAN, BOSS)
    case = await opened(company, [ask("一", *people_asked, mode="票签", 票数=2)])
    await service.reject(company, XULI, await turn(company, XULI), "不同意")
    await service.agree(company, WANGFANG, await turn(company, WANGFANG))
    done = await service.agree(company, LUODAN, await turn(company, LUODAN))
    assert done.state == "approved"
    assert (await states(company, case))[-1] == ("一", BOSS, "skipped")
    other = await opened(company, [ask("一", *people_asked, mode="比例会签", 比例=75)])
    for person in (XULI, WANGFANG):
        last = await service.reject(company, person, await turn(company, person), "不行")
    assert (last.state, last.reason) == ("rejected", "不行")
    assert await holders(company, other) == []
