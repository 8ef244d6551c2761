"""Words and buttons, as the router hands them over; every answer is rendered, for a missing fact is an error there."""

from __future__ import annotations

import inspect
from datetime import time, timedelta
from typing import Any

import pytest

from cards.card import Card
from cards.render import Renderer
from domain.approvals import errors, queries, service
from domain.kernel.clock import FixedClock
from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people
from handlers import approvals as handler
from handlers import approvals_batch as batch
from handlers.chat import Ask, Chat, OpenCard, Reply
from tests.approvals.conftest import BOSS, HANMEIMEI, LILEI, WANGFANG, XULI, away, leave
from tests.conftest import RecordingOutbox

RENDERER = Renderer()


async def said(
    tx: Tx, who: PersonId, intent: str, text: str = "", correcting: str | None = None, /, **slots: Any
) -> Card:
    actor = await people.person(tx, who)
    wish = intent.partition("#")[0]
    chat = Chat(tx, actor, "direct", text=text, intent=wish, slots=slots, correcting=correcting)
    reply = await handler.router.intents[intent].handler(chat)
    return shown(reply)


async def pressed(
    tx: Tx, person: PersonId, do: str, key: str, *, value: str | None = None, **inputs: str
) -> tuple[Reply, Card]:
    card = OpenCard("cd_1", key, "leave.approve", "waiting")
    actor = await people.person(tx, person)
    chat = Chat(tx, actor, "direct", card=card, action_value=value, inputs=inputs)
    presses = {**handler.router.presses, **batch.router.presses}
    reply = await presses[do].handler(chat)
    assert reply is not None
    return reply, shown(reply)


def shown(reply: Reply | None) -> Card:
    assert reply is not None
    return RENDERER.card(reply.template, {"intent": "", **reply.data})


def asked(question: Ask) -> Card:
    return RENDERER.card(question.template, {"intent": "", **question.data})


@pytest.mark.parametrize("key", ["task", "lv_lilei1", "case"])
async def test_agreeing_by_button_whatever_the_card_is_about(company: Tx, key: str) -> None:
    case = await leave(company)
    (task,) = await queries.waiting(company, XULI)
    about = {"task": task.id, "case": case.id}.get(key, key)
    _, card = await pressed(company, XULI, "approvals.agree", about)
    assert card.text == "已同意李雷 年假 1 天（LV-7F1）。"
    with pytest.raises(errors.AlreadyAgreed) as again:
        await pressed(company, XULI, "approvals.agree", about)
    assert "已由您同意" in RENDERER.refusal(again.value).text


async def test_rejecting_by_button_asks_why(company: Tx) -> None:
    await leave(company)
    (task,) = await queries.waiting(company, XULI)
    reply, card = await pressed(company, XULI, "approvals.reject", task.id)
    assert [action.label for action in card.actions] == ["人手不足", "时间冲突", "材料不全", "其他", "取消"]
    assert (reply.ask, reply.data["intent"]) == ("reason", "approval.reject")
    other, _ = await pressed(company, XULI, "approvals.reject_reason", str(reply.key), value=card.actions[3].value)
    assert other.ask == "reason"
    _, kept = await pressed(company, XULI, "approvals.keep", str(reply.key), value=card.actions[4].value)
    assert kept.text == "没有驳回李雷 年假 1 天，它还在等您审批。"
    done, card = await pressed(company, XULI, "approvals.reject_reason", str(reply.key), value=card.actions[1].value)
    assert done.key == reply.key
    assert card.text == "已驳回李雷 年假 1 天（LV-7F1），理由：时间冲突。"
    with pytest.raises(errors.AlreadyRejected):
        await pressed(company, XULI, "approvals.reject", task.id)


async def test_a_typed_answer_is_the_reason(company: Tx) -> None:
    case = await leave(company)
    (task,) = await queries.waiting(company, XULI)
    reply, _ = await pressed(company, XULI, "approvals.reject", task.id)
    await said(company, XULI, "approval.reject", "这周要盘点", reply.key, reason="这周要盘点")
    assert (await queries.case(company, case.id)).reason == "这周要盘点"


async def test_a_reason_on_the_card_rejects_at_once(company: Tx) -> None:
    await leave(company)
    (task,) = await queries.waiting(company, XULI)
    _, card = await pressed(company, XULI, "approvals.reject", task.id, reason="材料不全")
    assert "已驳回李雷 年假 1 天（LV-7F1），理由：材料不全" in card.text


async def test_saying_agree_with_one_waiting_names_it(company: Tx) -> None:
    await leave(company, days="4")
    card = await said(company, XULI, "approval.approve", "同意")
    assert card.text == "已同意李雷 年假 4 天（LV-7F1）。下一步由王建国审批。"
    assert (await said(company, XULI, "approval.approve", "同意")).text == "没有等您审批的申请。"


async def test_with_several_it_asks_which(company: Tx, clock: FixedClock) -> None:
    await leave(company)
    clock.advance(timedelta(minutes=1))
    await leave(company, HANMEIMEI, number=2)
    with pytest.raises(Ask) as question:
        await said(company, XULI, "approval.approve", "同意")
    card = asked(question.value)
    assert "1. 李雷 年假 1 天（LV-7F1，已等 1 分钟）" in card.text
    assert [action.label for action in card.actions] == ["LV-7F1", "LV-7F2"]
    assert "韩梅梅" in (await said(company, XULI, "approval.approve", "2", task="2")).text
    assert "李雷" in (await said(company, XULI, "approval.approve", "", task=card.actions[0].value)).text


async def test_by_name_by_code_and_all(company: Tx) -> None:
    await leave(company)
    await leave(company, number=2)
    await leave(company, HANMEIMEI, number=3)
    await leave(company, HANMEIMEI, number=4)
    assert "没有王芳提交" in (await said(company, XULI, "approval.approve", person="王芳")).text
    assert "LV-7F2" in (await said(company, XULI, "approval.approve", "同意LV-7F2")).text
    assert "LV-7F1" in (await said(company, XULI, "approval.approve", person="李雷", kind="leave")).text
    with pytest.raises(errors.AlreadyAgreed):
        await said(company, XULI, "approval.reject", "驳回 lv-7f2", reason="时间冲突")
    with pytest.raises(errors.NotYourTask):
        await said(company, WANGFANG, "approval.approve", "同意LV-7F3")
    with pytest.raises(errors.CaseUnknown):
        await said(company, XULI, "approval.approve", "同意LV-000")
    assert "将同意 2 件" in (await said(company, XULI, "approval.approve", "全部同意", all=True)).text


async def test_what_waits_for_me(company: Tx, clock: FixedClock) -> None:
    assert "没有等您审批的申请" in (await said(company, XULI, "approval.list")).text
    await leave(company)
    clock.advance(timedelta(hours=3))
    card = await said(company, XULI, "approval.list")
    assert [(field.label, field.value) for field in card.fields] == [("1", "李雷 年假 1 天 LV-7F1")]
    assert "1. 李雷 年假 1 天（LV-7F1，已等 3 小时）" in card.text
    assert "您有 1 件待审批" in card.text
    assert "李雷" not in card.preview
    assert "您提交的 1 件还在审批中" in (await said(company, LILEI, "todo.list")).text
    assert "没有等您审批" in (await said(company, XULI, "approval.list", kind="overtime")).text


async def test_how_far_it_is(company: Tx, clock: FixedClock) -> None:
    assert "没有在审批中" in (await said(company, LILEI, "approval.progress")).text
    await away(company, XULI)
    await leave(company)
    clock.advance(timedelta(minutes=50))
    card = await said(company, LILEI, "approval.progress")
    assert card.fields[0].value == "您的年假 1 天 · 审批中"
    assert card.fields[1].label == "上级代批"
    assert card.fields[1].value == "等 王建国 处理，已等 50 分钟（徐丽 休假，由上级代批）"
    _, more = await pressed(company, BOSS, "approvals.more", "lv_lilei1")
    assert more.fields[1:] == card.fields[1:]
    await said(company, BOSS, "approval.reject", reason="人手不足")
    assert "驳回：人手不足" in (await said(company, LILEI, "approval.progress")).fields[1].value
    assert (await said(company, WANGFANG, "approval.progress", "LV-7F1 到哪了")).fields
    with pytest.raises(errors.CaseUnknown):
        await said(company, HANMEIMEI, "approval.progress", "LV-7F1 到哪了")


async def test_taking_back_and_urging(company: Tx, outbox: RecordingOutbox) -> None:
    assert "没有在审批中" in (await said(company, LILEI, "approval.withdraw")).text
    assert "没有在审批中" in (await said(company, LILEI, "approval.urge")).text
    await leave(company)
    assert (await said(company, LILEI, "approval.urge")).text == "已提醒徐丽处理您的年假 1 天（LV-7F1）。"
    (notice,) = outbox.notices
    assert "李雷催您审批" in RENDERER.card(notice.template, notice.data).text
    with pytest.raises(errors.UrgedTooSoon) as soon:
        await pressed(company, LILEI, "approvals.urge", "lv_lilei1")
    assert "2 小时内只能催一次。3月11日(周三) 12:30 以后可以再催" in RENDERER.refusal(soon.value).text
    await leave(company, number=2)
    with pytest.raises(Ask):
        await said(company, LILEI, "approval.withdraw")
    assert "已撤回" in (await said(company, LILEI, "approval.withdraw", "撤回 LV-7F2")).text
    _, card = await pressed(company, LILEI, "approvals.withdraw", "lv_lilei1")
    assert "已撤回您的年假 1 天（LV-7F1）" in card.text


async def test_notices_can_be_rendered(company: Tx, clock: FixedClock, outbox: RecordingOutbox) -> None:
    await leave(company)
    clock.advance(timedelta(days=1))
    await service.remind_waiting(company, company.today)
    (notice,) = outbox.notices
    card = RENDERER.card(notice.template, notice.data)
    assert "1. 李雷 年假 1 天（LV-7F1，已等 24 小时）" in card.text
    row = notice.data["tasks"][0]
    assert "已催" in RENDERER.card("approvals.urged_leader", {"task": row}).text


FACTS = {
    "what": "word",
    "where": "领导",
    "definition": "月饼",
    "field": "请假天数",
    "code": "LV-7F3",
    "node": "总监",
    "label": "李雷 年假 1 天",
    "whose": "other",
    "kind": "leave",
    "name": "徐丽",
    "names": ["徐丽"],
    "mine": False,
    "outcome": "agreed",
    "state": "approved",
    "hours": 2,
    "quiet_from": time(20),
    "quiet_to": time(8),
    "why": "span",
    "times": 3,
}


@pytest.mark.parametrize(
    "kind", [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]
)
def test_every_refusal_has_words(kind: type[DomainError], clock: FixedClock) -> None:
    card = RENDERER.refusal(kind(**FACTS, at=clock.now(), again_at=clock.now()))
    assert card.text
    assert "None" not in card.text
    assert card.text.endswith("。")
