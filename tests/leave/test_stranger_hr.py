"""What a stranger tripped over, HR's side: one test for each finding, by its number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text as sql

from domain.approvals import queries as approval_queries
from domain.kernel.ids import PersonId
from domain.leave import errors, service
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service.adjusting import Change
from tests.leave.conftest import Office, shown
from tests.leave.saying import ADJUST, adjustment, refused, reply, said

ANNUAL, SICK = LeaveKind.ANNUAL, LeaveKind.SICK
LILEI = PersonId("lilei")


# 3, 4, 5: adjustments


async def test_3_an_unknown_person_never_inherits_the_person_of_a_draft(office: Office) -> None:
    await adjustment(office, "给韩梅梅加1天年假,原因 甲", person="韩梅梅", duration_days=1)
    card = await adjustment(office, "给张三加3天年假,原因 乙", person="韩梅梅", duration_days=3, reason="甲")
    assert "没有找到“张三”" in card.text
    assert "张伟" in card.text
    assert not card.actions


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("给我自己加5天年假,原因 累了", "不能调整自己的假期"),
        ("给全体加1天年假,原因 周年", "一次只能调整一个人"),
        ("给张伟和杨帆各加1天年假,原因 值班", "一次只能调整一个人的假期（张伟、杨帆）"),
        ("给王芳加1天年假,原因 值班", "不能调整自己的假期"),
        ("给李雷加0.3天年假,原因 凑整", "0.5 天一档"),
        ("给李雷加8小时年假,原因 值班", "按天计算"),
        ("给李雷加1天调休,原因 值班", "按小时计算"),
        ("清零韩梅梅的调休,原因 盘点", "已经是 0"),
    ],
)
async def test_3_who_and_how_much_must_be_clear(office: Office, text: str, words: str) -> None:
    assert words in await refused(office, "wangfang", ADJUST, text)


async def test_3_a_sentence_with_its_own_person_starts_clean(office: Office) -> None:
    await adjustment(office, "给张伟加1天年假,原因 补发", person="张伟")
    old = {"person": "张伟", "duration_hours": 8, "reason": "补发", "leave_type": "annual"}
    card = await adjustment(office, "给张伟加8小时调休,原因 周末值班", **old)
    assert "张伟 调休 +8 小时" in card.text
    assert "原因：周末值班" in card.text
    question = await reply(office, "wangfang", ADJUST, "给李雷加8小时调休", **old)
    assert (question.ask, question.template) == ("reason", "leave.adjust_ask")


async def test_3_a_balance_is_cleared(office: Office) -> None:
    card = await adjustment(office, "清零李雷的年假,原因 离职结清")
    assert "-5 天" in card.text
    assert "5 天 → 0 天" in card.text


async def test_4_a_new_adjustment_closes_the_older_one(office: Office) -> None:
    first = await reply(office, "wangfang", ADJUST, "给李雷加1天年假,原因 甲")
    await adjustment(office, "给韩梅梅加1天年假,原因 乙")
    assert first.key is not None
    assert office.last("wangfang", "leave.adjustment").state == "expired"
    assert not office.last("wangfang", "leave.adjustment").actions
    with pytest.raises(errors.AdjustmentClosed):
        await office.press("wangfang", "leave.adjust_confirm", first.key)


async def test_4_a_refused_adjustment_leaves_no_older_draft(office: Office) -> None:
    first = await reply(office, "wangfang", ADJUST, "给李雷加1天年假,原因 甲")
    card = await adjustment(office, "给李雷减10天年假,原因 乙")
    assert "余额只有 5 天" in card.text
    with pytest.raises(errors.AdjustmentClosed):
        await office.press("wangfang", "leave.adjust_confirm", first.key or "")


@pytest.mark.parametrize(
    ("text", "slots", "template"),
    [
        ("3月32号请事假", {"leave_type": "personal", "invalid_date": "3月32号"}, "leave.ask_again"),
        ("周六请年假", {"leave_type": "annual", "start_date": "2026-03-14", "end_date": "2026-03-14"}, "leave.refused"),
    ],
)
async def test_4_a_failed_wish_closes_the_older_draft(
    office: Office, text: str, slots: dict[str, str], template: str
) -> None:
    draft = await office.draft("lilei", ANNUAL, Period(date(2026, 3, 18)))
    answer = await reply(office, "lilei", "leave.request", text, **slots)
    assert answer.template == template
    assert office.last("lilei", "leave.request").state == "expired"
    with pytest.raises(errors.DraftClosed):
        await office.press("lilei", "leave.submit", draft.id)
    assert "invalid_date" not in slots or shown(answer).text.startswith("没有“3月32号”这一天")


async def test_5_nobody_reviews_what_is_about_himself(office: Office) -> None:
    wangfang = await office.person("wangfang")
    draft = await service.adjust_draft(office.tx, wangfang, Change(PersonId("zhulin"), ANNUAL, Decimal(1), "补发"))
    assert not {"王芳", "朱琳"} & set(draft.reviewers)
    boss = await service.adjust_draft(office.tx, wangfang, Change(PersonId("wangjianguo"), ANNUAL, Decimal(1), "补发"))
    assert boss.reviewers
    assert not {"王芳", "王建国"} & set(boss.reviewers)
    await service.adjust_confirm(office.tx, wangfang, boss.id)
    case = await approval_queries.case_for(office.tx, boss.id)
    assert case is not None
    turns = await approval_queries.tasks_of(office.tx, case.id)
    assert not {"wangfang", "wangjianguo"} & {str(turn.holder) for turn in turns}


async def test_5_the_sign_is_kept(office: Office) -> None:
    card = await adjustment(office, "给李雷加-1天年假,原因 多发", person="李雷", duration_days=1)
    assert "-1 天，" in card.text


# 10, 12: other people


async def test_10_leave_only_for_oneself(office: Office) -> None:
    slots = {"leave_type": "sick", "start_date": "2026-03-12", "end_date": "2026-03-12"}
    words = await refused(office, "zhangwei", "leave.request", "帮杨帆明天请病假", person="杨帆", **slots)
    assert "只能替自己请假" in words
    assert "杨帆本人" in words
    assert "请假确认" in (await said(office, "zhangwei", "leave.request", person="张伟", **slots)).text


async def test_12_other_peoples_balances(office: Office) -> None:
    for who in ("xuli", "zhangwei"):
        for intent in ("leave.balance", "leave.balance#explain"):
            assert "只有本人和 HR 能看" in await refused(office, who, intent, person="李雷", leave_type="annual")
    card = await said(office, "wangfang", "leave.balance", person="李雷", leave_type="annual")
    assert card.title == "李雷的假期余额"
    assert "李雷的年假可用 5 天" in card.text
    value = card.actions[0].value
    assert "李雷的年假可用" in (await office.press("wangfang", "leave.explain", "x", value)).text
    seen = await office.tx.session.execute(sql("select count(*) from kernel_audit where action = 'leave.balance_seen'"))
    assert seen.scalar_one() == 2
    assert (await said(office, "lilei", "leave.balance", person="李雷")).title == "假期余额"
