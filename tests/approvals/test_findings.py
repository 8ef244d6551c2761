"""What a stranger found on the running bot, each finding a test."""

from __future__ import annotations

import pytest

from domain.approvals import errors, queries, service
from domain.kernel.tx import Tx
from handlers.chat import Ask
from tests.approvals.conftest import BOSS, LILEI, LUODAN, WANGFANG, XULI, leave
from tests.approvals.test_chat import RENDERER, asked, pressed, said


async def test_a_negated_yes_does_nothing_and_shows_what_waits(company: Tx) -> None:
    case = await leave(company)
    for text in ("别同意李雷的", "先别同意", "都别批", "等我想想再同意"):
        card = await said(company, XULI, "approval.approve", text, person="李雷")
        assert "先不同意，什么都没有动" in card.text
        assert "1. 李雷 年假 1 天" in card.text
    assert "先不驳回" in (await said(company, XULI, "approval.reject", "别驳回")).text
    assert "先不驳回" in (await said(company, XULI, "approval.list#undecided", "别驳回")).text
    assert (await queries.case(company, case.id)).live


async def test_more_tells_everybody_what_they_can_do(company: Tx) -> None:
    await leave(company)
    own = await said(company, LILEI, "approval.progress")
    assert "催一下" in str(own.body)
    _, approver = await pressed(company, XULI, "approvals.more", "lv_lilei1")
    assert "催一下" not in str(approver.body)
    assert "可以说“同意 LV-7F1”或“驳回 LV-7F1”加理由；有疑问先问李雷" in str(approver.body)
    assert (await said(company, WANGFANG, "approval.progress", "LV-7F1 到哪了")).body is None


async def test_the_gm_s_approver_is_not_called_a_manager(company: Tx) -> None:
    await leave(company, BOSS)
    card = await said(company, BOSS, "approval.progress")
    assert card.fields[1].label == "HR 代批"
    assert "等 王芳 处理" in card.fields[1].value
    (step,) = await service.preview(company, "请假", BOSS, {"days": 1})
    words = RENDERER.card("leave.who_approves", {"steps": [step], "kind_name": "年假", "amount": 1})
    assert "由王芳（HR 代批）审批" in words.text


async def test_long_lists_say_how_many_more(company: Tx) -> None:
    for number in range(1, 14):
        await leave(company, number=number)
    card = await said(company, XULI, "approval.list")
    assert len(card.fields) == 5
    assert "还有 8 件没有列出" in card.text
    assert [action.label for action in card.actions] == ["下一页"]
    _, second = await pressed(company, XULI, "approvals.page", "list", value=card.actions[0].value)
    assert "第 6–10 件，共 13 件" in second.text
    _, rest = await pressed(company, XULI, "approvals.page", "list", value=second.actions[0].value)
    assert "第 11–13 件，共 13 件" in rest.text
    assert "11. 李雷" in rest.text
    with pytest.raises(Ask) as question:
        await said(company, XULI, "approval.approve", "同意")
    assert "还有 8 件，说“待我审批”看全部" in asked(question.value).text


async def test_a_reason_survives_the_question_which(company: Tx) -> None:
    await leave(company)
    await leave(company, number=2)
    with pytest.raises(Ask) as question:
        await said(company, XULI, "approval.reject", "驳回李雷 月底盘点，换一天", person="李雷")
    card = asked(question.value)
    assert [action.id.startswith("apt_") and " " not in action.id for action in card.actions] == [True, True]
    done = await said(company, XULI, "approval.reject", "", task=card.actions[1].value)
    assert "已驳回李雷 年假 1 天（LV-7F2），理由：月底盘点，换一天" in done.text
    by_code = await said(company, XULI, "approval.reject", "驳回 LV-7F1 手滑")
    assert "理由：手滑" in by_code.text


async def test_a_bare_no_is_asked_again(company: Tx) -> None:
    case = await leave(company)
    reply, _ = await pressed(company, XULI, "approvals.reject", "lv_lilei1")
    again = await said(company, XULI, "approval.reject", "驳回", reply.key, reason="驳回")
    assert "为什么驳回" in again.text
    await said(company, XULI, "approval.reject", "驳回 人手不足", reply.key, reason="驳回,人手不足")
    assert (await queries.case(company, case.id)).reason == "人手不足"


async def test_adjustments_have_their_own_reasons(company: Tx) -> None:
    form = {"days": 1, "concerned": LILEI, "code": "LA-7P1"}
    await service.open_case(
        company, definition="假期调整", applicant=LUODAN, subject="la_1", form=form, label="李雷 调整 年假 +1 天"
    )
    _, card = await pressed(company, WANGFANG, "approvals.reject", "la_1")
    assert [action.label for action in card.actions] == ["依据不足", "数量不对", "材料不全", "其他", "取消"]
    await said(company, LUODAN, "approval.urge")
    with pytest.raises(errors.UrgedTooSoon) as soon:
        await said(company, LUODAN, "approval.urge")
    assert "您提交的李雷 调整 年假 +1 天刚催过" in RENDERER.refusal(soon.value).text


async def test_sending_back_says_that_it_is_not_built(company: Tx) -> None:
    case = await leave(company)
    card = await said(company, XULI, "approval.reject", "退回给他补材料", reason="补材料")
    assert "“退回修改”还没有上线" in card.text
    assert card.actions[0].label == "补材料"
    assert (await queries.case(company, case.id)).live


async def test_too_late_says_what_to_do(company: Tx) -> None:
    case = await leave(company)
    await said(company, XULI, "approval.approve", "同意")
    with pytest.raises(errors.WithdrawTooLate) as late:
        await service.withdraw(company, LILEI, case.id)
    words = RENDERER.refusal(late.value).text
    assert words == "您的年假 1 天已经通过，不能撤回。不休了或者提前回来，直接说“销假”。"
