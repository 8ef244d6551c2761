"""M3: several with one press. Shown first, exclusions and limits honoured, each its own action and check."""

from __future__ import annotations

from domain.approvals import queries, service
from domain.kernel.tx import Tx
from tests.approvals.conftest import BOSS, HANMEIMEI, LILEI, WANGFANG, XULI, leave
from tests.approvals.test_chat import pressed, said


async def states(tx: Tx) -> dict[str, str]:
    numbers = {"lv_lilei1": "1", "lv_lilei2": "2", "lv_hanmeimei3": "3", "lv_hanmeimei4": "4"}
    found = {number: await queries.case_for(tx, subject) for subject, number in numbers.items()}
    return {number: case.state for number, case in found.items() if case}


async def three(tx: Tx) -> None:
    await leave(tx, LILEI, "1", 1)
    await leave(tx, LILEI, "5", 2)
    await leave(tx, HANMEIMEI, "2", 3)


async def test_all_is_shown_before_anything_is_agreed_to(company: Tx) -> None:
    await three(company)
    card = await said(company, XULI, "approval.approve", "全部同意", all=True)
    assert card.title == "批量同意"
    assert card.subtitle == "将同意 3 件"
    assert ". 李雷 年假 1 天（LV-7F1，刚刚提交）" in card.text
    assert [action.label for action in card.actions] == ["确认同意 3 件", "取消"]
    assert set((await states(company)).values()) == {"running"}
    _, done = await pressed(company, XULI, "approvals.batch_agree", "apb_1", value=card.actions[0].value)
    assert "已同意 3 件" in done.text
    assert await states(company) == {
        "1": "approved",
        "2": "running",
        "3": "approved",
    }  # five days go on to the director
    assert len(await queries.waiting(company, BOSS)) == 1


async def test_exclusions_and_limits_are_named_with_their_reason(company: Tx) -> None:
    await three(company)
    except_lilei = await said(
        company, XULI, "approval.approve#batch", "除了李雷的都批", all=True, **{"except": ["李雷"]}
    )
    assert except_lilei.subtitle == "将同意 1 件，需逐条 2 件"
    assert "李雷 年假 1 天（LV-7F1，刚刚提交）：您说先不一起批" in except_lilei.text
    short = await said(company, XULI, "approval.approve#batch", "3天以内的都同意", all=True, max_days=3)
    assert short.subtitle == "将同意 2 件，需逐条 1 件"
    assert "LV-7F2，刚刚提交）：5 天，超过您说的天数" in short.text
    long = await said(company, XULI, "approval.approve#batch", "3天以上的都同意", all=True, min_days=3)
    assert long.subtitle == "将同意 1 件，需逐条 2 件"
    both = await said(company, XULI, "approval.approve", "同意李雷和韩梅梅的", person=["李雷", "韩梅梅"])
    assert both.subtitle == "将同意 3 件"
    codes = await said(company, XULI, "approval.approve", "同意LV-7F1和lv-7f3")
    assert codes.subtitle == "将同意 2 件"
    nobody = await said(company, XULI, "approval.approve#batch", "除了张三的都批", all=True, **{"except": ["张三"]})
    assert "没有张三提交、等您审批的申请" in nobody.text
    assert set((await states(company)).values()) == {"running"}


async def test_who_is_both_named_and_excluded_is_excluded(company: Tx) -> None:
    await three(company)
    slots = {"all": True, "person": "韩梅梅", "except": ["韩梅梅"]}
    card = await said(company, XULI, "approval.approve#batch", "韩梅梅的先别批，其他都同意", **slots)
    assert card.subtitle == "将同意 2 件，需逐条 1 件"


async def test_nothing_left_offers_no_button(company: Tx) -> None:
    await leave(company)
    card = await said(company, XULI, "approval.approve#batch", "除了李雷的都批", all=True, **{"except": ["李雷"]})
    assert card.title == "没有可以批量同意的申请"
    assert card.actions == ()


async def test_one_that_changed_meanwhile_is_skipped_and_named(company: Tx) -> None:
    await three(company)
    card = await said(company, XULI, "approval.approve", "全部同意", all=True)
    withdrawn = await queries.case_for(company, "lv_lilei1")
    assert withdrawn is not None
    await service.withdraw(company, LILEI, withdrawn.id)
    _, done = await pressed(company, XULI, "approvals.batch_agree", "apb_1", value=card.actions[0].value)
    assert "已同意 2 件" in done.text
    assert "另有 1 件没有处理：\n- 李雷 年假 1 天（LV-7F1）：申请人已撤回" in done.text
    _, again = await pressed(company, XULI, "approvals.batch_agree", "apb_1", value=card.actions[0].value)
    assert again.text == done.text, "pressed twice it says what the first press did"


async def test_nobody_decides_what_is_not_theirs_by_a_batch(company: Tx) -> None:
    await three(company)
    card = await said(company, XULI, "approval.approve", "全部同意", all=True)
    _, done = await pressed(company, LILEI, "approvals.batch_agree", "apb_1", value=card.actions[0].value)
    assert "已同意 0 件" in done.text
    assert set((await states(company)).values()) == {"running"}


async def test_adjustments_are_looked_at_one_by_one(company: Tx) -> None:
    for number in (1, 2):
        await service.open_case(
            company, definition="假期调整", applicant=XULI, subject=f"la_{number}", form={"days": 1}, label="调整"
        )
    card = await said(company, WANGFANG, "approval.approve", "全部同意", all=True)
    assert "这一类要逐条看" in card.text
    assert card.actions == ()


async def test_rejecting_all_shows_all_and_asks_why(company: Tx) -> None:
    for number in range(1, 10):
        await leave(company, LILEI, "1", number)
    card = await said(company, XULI, "approval.reject", "全部驳回")
    assert card.subtitle == "将驳回 9 件"
    assert all(f"李雷 年假 1 天（LV-7F{number}，" in card.text for number in range(1, 10))
    assert [action.label for action in card.actions] == ["人手不足", "时间冲突", "材料不全", "取消"]
    confirm = await said(company, XULI, "approval.reject", "月底盘点，换一天", "apb_1", reason="月底盘点,换一天")
    assert [action.label for action in confirm.actions] == ["确认驳回 9 件", "取消"]
    assert len(await queries.waiting(company, XULI)) == 9
    _, done = await pressed(company, XULI, "approvals.batch_reject", "apb_1", value=confirm.actions[0].value)
    assert "已驳回 9 件，理由：月底盘点，换一天" in done.text
    assert await queries.waiting(company, XULI) == []


async def test_rejecting_all_with_a_reason_is_confirmed_too(company: Tx) -> None:
    await three(company)
    card = await said(company, XULI, "approval.reject", "都驳回，人手不足", reason="人手不足")
    assert [action.label for action in card.actions] == ["确认驳回 3 件", "取消"]
    assert "理由：人手不足" in card.text
    _, dropped = await pressed(company, XULI, "approvals.batch_drop", "apb_1")
    assert "都没有动" in dropped.text
    assert set((await states(company)).values()) == {"running"}
