"""The combinations on which other engines broke, each with the place where it was reported (product/approvals.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.approvals import effects, errors, proxies, queries, service
from domain.approvals.booking import CASE_OUTCOMES
from domain.approvals.errors import AlreadyAgreed, CaseClosed
from domain.approvals.events import CaseDecided
from domain.approvals.model import CopyRow
from domain.approvals.rules import after_working
from domain.approvals.service.deciding import Given
from domain.approvals.state import LIVE, Phase
from domain.calendar.rules import DayKind, DaySchedule, Window
from domain.kernel.clock import FixedClock
from domain.kernel.tx import Tx
from domain.people import service as people
from tests.approvals.conftest import BOSS, HANMEIMEI, LILEI, LUODAN, WANGFANG, XULI, away
from tests.approvals.flowing import NAME, Book, MonthLocked, ask, holders, opened, state_of, states, turn
from tests.conftest import RecordingOutbox
from tests.house import tree


async def test_one_of_a_countersign_sends_back(company: Tx) -> None:
    """会签中一人退回 (yudao#668, AntFlow#7): nobody else keeps a task, and all are asked again."""
    case = await opened(company, [ask("一", XULI), ask("会签", WANGFANG, LUODAN, mode="会签")])
    await service.agree(company, XULI, await turn(company, XULI))
    await service.agree(company, WANGFANG, await turn(company, WANGFANG))
    await service.send_back(company, LUODAN, await turn(company, LUODAN), "金额不对", to="previous")
    assert await holders(company, case) == [("一", XULI)]
    await service.agree(company, XULI, await turn(company, XULI))
    assert await holders(company, case) == [("会签", WANGFANG), ("会签", LUODAN)]


async def test_a_rejection_while_somebody_added_has_not_answered(company: Tx) -> None:
    """加签未回时驳回 (yudao#566): whoever waits is told so; another's no closes all turns."""
    case = await opened(company, [ask("会签", XULI, WANGFANG, mode="会签")])
    mine = await turn(company, XULI)
    await service.add_before(company, XULI, mine, [LUODAN])
    with pytest.raises(errors.NotYourTurnYet):
        await service.reject(company, XULI, mine, "不行")
    await service.reject(company, WANGFANG, await turn(company, WANGFANG), "不行")
    assert await states(company, case) == [
        ("会签", XULI, "skipped"),
        ("会签", WANGFANG, "rejected"),
        ("会签", LUODAN, "skipped"),
    ]


async def test_handed_in_again_the_case_walks_on_as_before(company: Tx) -> None:
    """退回到发起人再提交后的连线 (yudao#1128): the second time the way is whole, and looks at the new form."""
    nodes = [
        ask("一", XULI),
        {"类型": "条件", "分支": [{"当": "金额 > 100", "节点": [ask("二", WANGFANG)]}, {"节点": []}]},
        ask("三", BOSS),
    ]
    case = await opened(company, nodes, {"amount": 500})
    await service.agree(company, XULI, await turn(company, XULI))
    back = await service.send_back(company, WANGFANG, await turn(company, WANGFANG), "太多")
    assert (back.state, back.live, await holders(company, case)) == ("returned", True, [])
    with pytest.raises(errors.NotYourCase):
        await service.resubmit(company, XULI, case.id)
    await service.resubmit(company, LILEI, case.id, {"amount": 50})
    await service.agree(company, XULI, await turn(company, XULI))
    done = await service.agree(company, BOSS, await turn(company, BOSS))
    assert done.state == "approved"


async def test_parallel_arms_with_several_people_each(company: Tx) -> None:
    """并行多实例类错 (yudao#917): an arm's votes are its own, and the join waits for both."""
    arms = [{"节点": [ask("左", XULI, WANGFANG, mode="会签")]}, {"节点": [ask("右", XULI, LUODAN)]}]
    case = await opened(company, [{"类型": "并行", "分支": arms}, ask("后", BOSS)])
    left, right = [task.id for task in await queries.waiting(company, XULI)]
    await service.agree(company, XULI, right)
    await service.agree(company, XULI, left)
    assert await holders(company, case) == [("左", WANGFANG)]
    await service.agree(company, WANGFANG, await turn(company, WANGFANG))
    assert await holders(company, case) == [("后", BOSS)]


async def test_copies_survive_a_rejection(company: Tx) -> None:
    """会签传阅后一键驳回不应删传阅 (steedos#6985)."""
    case = await opened(company, [ask("会签", XULI, WANGFANG, mode="会签")])
    await service.copy_to(company, XULI, case.id, [HANMEIMEI, HANMEIMEI])
    rejected = await service.reject(company, WANGFANG, await turn(company, WANGFANG), "不行")
    assert await queries.takes_part(company, rejected, HANMEIMEI)
    assert await company.session.get(CopyRow, (case.id, HANMEIMEI)) is not None


def test_every_state_is_known_to_whoever_shows_or_hears_it() -> None:
    """11-已退回 unknown to SDK (WxJava#2518): a new state without words or a meaning to owners fails here."""
    text = (tree.ROOT / "cards/approvals/progress.yaml").read_text(encoding="utf-8")
    assert [phase for phase in Phase if phase is not Phase.NEW and f"'{phase.value}'" not in text] == []
    assert set(CASE_OUTCOMES) == set(Phase) - LIVE - {Phase.NEW, Phase.REVOKED}


async def test_a_named_approver_who_left_breaks_neither_case_nor_definition(company: Tx, clock: FixedClock) -> None:
    """审批人离职后定义坏掉 (Expensify#75272, redmine_dmsf#880): the case goes on, its history stays."""
    case = await opened(company, [ask("一", XULI), ask("二", LUODAN)])
    await service.agree(company, XULI, await turn(company, XULI), "可以")
    await people.leave_company(company, LUODAN, company.today)
    clock.advance(timedelta(days=1))
    assert await service.hand_over_departed(company) == 1
    assert (await states(company, case))[:2] == [("一", XULI, "agreed"), ("二", LUODAN, "moved")]
    (heir,) = {holder for _, holder in await holders(company, case)}
    second = await service.open_case(
        company, definition=NAME, applicant=LILEI, subject="us_2", form={}, label="李雷 用章"
    )
    for task in await queries.waiting(company, XULI):
        await service.agree(company, XULI, task.id)
    assert heir != LUODAN
    assert {holder for _, holder in await holders(company, second)} in [{heir}, set()]


async def test_everybody_away_and_no_manager(company: Tx) -> None:
    """everyone OOO and no manager (powercat#249): it waits for whom it names, it is not lost."""
    for person in (XULI, BOSS, WANGFANG, LUODAN):
        await away(company, person)
    case = await opened(company, [ask("一", BOSS)])
    assert await holders(company, case) == [("一", BOSS)]


async def test_a_transfer_to_somebody_whose_turn_passed_by_itself(company: Tx) -> None:
    """转交给已去重的人: they are in the node already; elsewhere a transfer is a turn of its own."""
    case = await opened(company, [ask("一", XULI), ask("二", XULI, WANGFANG, mode="会签"), ask("三", BOSS)])
    await service.agree(company, XULI, await turn(company, XULI))
    with pytest.raises(errors.PersonThereAlready):
        await service.transfer(company, WANGFANG, await turn(company, WANGFANG), XULI)
    await service.agree(company, WANGFANG, await turn(company, WANGFANG))
    await service.transfer(company, BOSS, await turn(company, BOSS), XULI)
    assert await holders(company, case) == [("三", XULI)]


async def test_proxies_in_a_circle(company: Tx) -> None:
    """代理链成环: nobody of the circle was meant, so the named person decides; a chain goes to its end."""
    span = (company.now, company.now + timedelta(days=2))
    await proxies.appoint(company, XULI, WANGFANG, span)
    case = await opened(company, [ask("一", XULI)])
    assert await holders(company, case) == [("一", WANGFANG)]
    await proxies.appoint(company, WANGFANG, LUODAN, span)
    assert await holders(company, await opened(company, [ask("一", XULI)])) == [("一", LUODAN)]
    await proxies.appoint(company, LUODAN, XULI, span)
    assert await holders(company, await opened(company, [ask("一", XULI)])) == [("一", XULI)]


async def test_a_double_tap(company: Tx) -> None:
    """双击同意: once, and the second is told that it was they (both at once: test_race)."""
    await opened(company, [ask("一", XULI), ask("二", BOSS)])
    task = await turn(company, XULI)
    await service.agree(company, XULI, task)
    with pytest.raises(AlreadyAgreed) as told:
        await service.agree(company, XULI, task)
    assert told.value.facts["mine"] is True


async def test_two_people_under_either(company: Tx) -> None:
    """两人同时或签: one decides, the other is told by whom and when (both at once: test_race)."""
    await opened(company, [ask("一", XULI, WANGFANG)])
    first, second = await turn(company, XULI), await turn(company, WANGFANG)
    await service.agree(company, XULI, first)
    with pytest.raises(AlreadyAgreed) as told:
        await service.reject(company, WANGFANG, second, "不行")
    assert (told.value.facts["name"], told.value.facts["mine"], told.value.facts["at"]) == ("徐丽", False, company.now)


async def test_withdrawn_while_somebody_agrees(company: Tx) -> None:
    """撤回与同意竞争: whoever is second is told what became of it (both at once: test_race)."""
    case = await opened(company, [ask("一", XULI)])
    task = await turn(company, XULI)
    await service.withdraw(company, LILEI, case.id)
    with pytest.raises(CaseClosed):
        await service.agree(company, XULI, task)
    other = await opened(company, [ask("一", XULI)])
    await service.agree(company, XULI, await turn(company, XULI))
    with pytest.raises(errors.WithdrawTooLate):
        await service.withdraw(company, LILEI, other.id)


async def test_sent_back_to_somebody_who_left(company: Tx, clock: FixedClock) -> None:
    """退回目标人已离职: the node is asked anew, and finds whoever decides for them now."""
    case = await opened(company, [ask("一", LUODAN), ask("二", BOSS)], 为空=["人事"])
    await service.agree(company, LUODAN, await turn(company, LUODAN))
    await people.leave_company(company, LUODAN, company.today)
    clock.advance(timedelta(days=1))
    await service.send_back(company, BOSS, await turn(company, BOSS), "再看看", to="一", direct=True)
    assert await holders(company, case) == [("一", WANGFANG)]
    await service.agree(company, WANGFANG, await turn(company, WANGFANG))
    assert await holders(company, case) == [("二", BOSS)]


async def test_own_repeated_and_empty_all_at_once(company: Tx) -> None:
    """自审+去重+空集: the applicant's own turn passes, the repeated one passes, nobody at all is what the node says."""
    nodes = [
        ask("本人", LILEI),
        ask("一", XULI),
        ask("二", XULI, LILEI, mode="会签"),
        {**ask("三", "niemand"), "为空": "通过"},
        {**ask("四", "niemand"), "为空": {"指定人": BOSS}},
    ]
    case = await opened(company, nodes, 本人审批="跳过", 去重="全程去重")
    assert await holders(company, case) == [("一", XULI)]
    await service.agree(company, XULI, await turn(company, XULI))
    assert await states(company, case) == [
        ("本人", LILEI, "auto"),
        ("一", XULI, "agreed"),
        ("二", XULI, "auto"),
        ("四", BOSS, "open"),
    ]


async def test_reversed_across_a_locked_month(company: Tx, outbox: RecordingOutbox) -> None:
    """跨锁定月的通过后撤销: an effect may refuse beforehand; else it is undone once, and history stays."""
    book = Book(locked=True)
    effects.effects.by_name["测试记账"] = effects.Effect(book.do, book.undo, book.may_undo)
    case = await opened(company, [ask("一", XULI), {"id": "记账", "类型": "触发", "执行": "测试记账"}], 撤销流程=NAME)
    await service.agree(company, XULI, await turn(company, XULI))
    for _ in range(2):
        await service.run_effect(company, case.id, "记账", undo=False)
    with pytest.raises(MonthLocked):
        await service.reverse(company, LILEI, case.id, "不用了")
    book.locked = False
    reversal = await service.reverse(company, LILEI, case.id, "不用了")
    with pytest.raises(errors.AlreadyOpen):
        await service.reverse(company, LILEI, case.id, "不用了")
    await service.agree(company, XULI, await turn(company, XULI))
    for _ in range(2):
        await service.reverse_decided(company, reversal.id)
        await service.run_effect(company, case.id, "记账", undo=True)
    shown = await queries.case(company, case.id)
    assert (book.done, shown.state, shown.decided_by) == (["do", "undo"], "revoked", XULI)
    assert [type(event).__name__ for event in outbox.events].count("CaseReversed") == 1
    assert [event.subject_id for event in outbox.events if isinstance(event, CaseDecided)][-1] == case.id


def test_time_limits_over_a_change_of_the_clocks() -> None:
    """夏令时/跨时区超时: eight working hours are eight hours, whatever the wall clock says."""
    zone = ZoneInfo("America/New_York")
    night = Window(datetime(2026, 3, 7, 22, tzinfo=zone), datetime(2026, 3, 8, 7, tzinfo=zone))  # 2:00 becomes 3:00
    days = [DaySchedule(night.start.date(), DayKind.WORKDAY, (night,))]
    due, left = after_working(days, night.start, timedelta(hours=8))
    assert due == datetime(2026, 3, 8, 7, tzinfo=zone)
    assert left == timedelta()
    assert after_working(days, night.start, timedelta(hours=9)) == (None, timedelta(hours=1))


async def test_a_new_version_leaves_running_cases_alone(company: Tx) -> None:
    """定义改版时的在途: they keep the version they started with, and the change can be looked at before."""
    case = await opened(company, [ask("一", XULI), ask("二", BOSS)])
    newer = await opened(company, [ask("一", XULI), ask("二改", WANGFANG)])
    (first,) = [one for one in await service.migrate_preview(company, NAME) if one.case_id == case.id]
    assert (first.fits, first.missing, first.following) == (True, (), ("一", "二改"))
    for task in await queries.waiting(company, XULI):
        await service.agree(company, XULI, task.id)
    assert await holders(company, case) == [("二", BOSS)]
    assert await holders(company, newer) == [("二改", WANGFANG)]
    (moved,) = [one for one in await service.migrate_preview(company, NAME) if one.case_id == case.id]
    assert (moved.fits, moved.missing) == (False, ("二",))


async def test_a_field_changed_on_the_way_is_what_conditions_read(company: Tx) -> None:
    """审批中字段被后置节点修改后的条件重算: a branch is chosen when it is reached, and again when it is reached again;
    whoever still holds the old form is told."""
    branch: dict[str, Any] = {
        "类型": "条件",
        "分支": [{"当": "金额 > 100", "节点": [ask("大额", WANGFANG)]}, {"节点": [ask("小额", LUODAN)]}],
    }
    first = ask("一", XULI, HANMEIMEI, mode="会签", 可编辑=["金额"])
    case = await opened(company, [first, branch, ask("完", BOSS, 可编辑=["金额"])], {"amount": 50})
    seen = (await queries.case(company, case.id)).version
    given = Given(changes={"amount": 500}, seen=seen)
    with pytest.raises(errors.FieldNotYours):
        await service.agree(company, XULI, await turn(company, XULI), given=Given(changes={"code": "X"}))
    await service.agree(company, XULI, await turn(company, XULI), given=given)
    with pytest.raises(errors.CardStale):
        await service.agree(company, HANMEIMEI, await turn(company, HANMEIMEI), given=Given(seen=seen))
    await service.agree(company, HANMEIMEI, await turn(company, HANMEIMEI))
    assert await holders(company, case) == [("大额", WANGFANG)]
    await service.agree(company, WANGFANG, await turn(company, WANGFANG))
    await service.send_back(company, BOSS, await turn(company, BOSS), "改小", to="一")
    await service.agree(company, XULI, await turn(company, XULI), given=Given(changes={"amount": 5}))
    await service.agree(company, HANMEIMEI, await turn(company, HANMEIMEI))
    assert await holders(company, case) == [("小额", LUODAN)]
    assert (await state_of(company, case)).form["amount"] == 5
