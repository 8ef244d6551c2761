"""Leave asked for in somebody's place: who may, whose it is, who hears of it, and what nobody learns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from domain.approvals import queries as approval_queries
from domain.kernel.audit import AuditRow
from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.leave import errors, queries, service
from domain.leave.model import CertificateRow, RequestRow
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import Paper, Wish
from domain.leave.views import DraftView
from domain.org import service as org
from domain.org.service import NewPost
from domain.people import queries as people_queries
from domain.people import service as people
from domain.people.rules import Messenger
from tests.leave.conftest import RENDERER, Office
from tests.leave.saying import Shelf, refused, reply, said, sent

ANNUAL, SICK = LeaveKind.ANNUAL, LeaveKind.SICK
BOSS, WORKER = "wangjianguo", "huanglei"
"""黄磊 of the warehouse, which has no head: the general manager looks after him."""
TUESDAY = date(2026, 3, 17)


async def without_account(office: Office, who: str = WORKER) -> None:
    for platform in Messenger:
        await people.unlink_account(office.tx, PersonId(who), platform)


async def fill(office: Office, actor: str, who: str, wish: Wish | None = None) -> DraftView:
    wish = wish or Wish(ANNUAL, Period(TUESDAY))
    return await service.draft_for(office.tx, await office.person(actor), await office.person(who), wish)


async def filled(office: Office, actor: str = BOSS, who: str = WORKER, wish: Wish | None = None) -> str:
    draft = await fill(office, actor, who, wish)
    await service.submit(office.tx, await office.person(actor), draft.id)
    await office.pump()
    return draft.id


async def left(office: Office, who: str = WORKER) -> Decimal:
    return (await queries.balance(office.tx, PersonId(who), ANNUAL)).available


@pytest.fixture
async def warehouse(office: Office) -> Office:
    await without_account(office)
    return office


async def test_the_request_is_the_persons_own(warehouse: Office) -> None:
    before, own = await left(warehouse), await left(warehouse, BOSS)
    request_id = await filled(warehouse)
    shown = await queries.request(warehouse.tx, request_id)
    assert (shown.person_name, shown.filled_by) == ("黄磊", "王建国")
    assert (await left(warehouse), await left(warehouse, BOSS)) == (before - 1, own)
    case = await approval_queries.case_for(warehouse.tx, request_id)
    assert case is not None
    assert (case.applicant, case.label.split()[0]) == (WORKER, "黄磊")
    rows = await warehouse.tx.session.scalars(select(AuditRow).where(AuditRow.subject == request_id))
    assert {row.action for row in rows if '"filled_by": "wangjianguo"' in row.facts} == {"leave.draft", "leave.submit"}


async def test_who_asked_still_decides_by_a_press_of_their_own(warehouse: Office) -> None:
    request_id = await filled(warehouse)
    case = await approval_queries.case_for(warehouse.tx, request_id)
    assert case is not None
    assert case.live
    turns = await approval_queries.tasks_of(warehouse.tx, case.id)
    assert [(turn.holder, turn.state) for turn in turns] == [(BOSS, "open")]
    assert "由王建国代填" in warehouse.last(BOSS, "leave.task").text
    await warehouse.agree(request_id)
    assert (await queries.request(warehouse.tx, request_id)).state == "approved"


async def test_both_hear_of_it_each_in_their_words(warehouse: Office) -> None:
    request_id = await filled(warehouse)
    assert "由王建国代您申请" in warehouse.last(WORKER, "leave.request").text
    await warehouse.agree(request_id)
    assert warehouse.last(WORKER, "leave.decided").text.startswith("年假已批准")
    assert warehouse.last(BOSS, "leave.decided").text.startswith("黄磊的年假已批准")
    assert len(warehouse.sent(WORKER, "leave.decided")) == len(warehouse.sent(BOSS, "leave.decided")) == 1


async def test_a_draft_of_theirs_does_not_touch_the_persons_own(warehouse: Office) -> None:
    mine = await warehouse.draft(WORKER, LeaveKind.PERSONAL, Period(TUESDAY))
    theirs = await fill(warehouse, BOSS, WORKER)
    own = await warehouse.draft(BOSS, ANNUAL, Period(date(2026, 3, 20)))
    states = {id: (await queries.request(warehouse.tx, id)).state for id in (mine.id, theirs.id, own.id)}
    assert states == {mine.id: "draft", theirs.id: "expired", own.id: "draft"}
    assert warehouse.sent(WORKER, "leave.request") == []


@pytest.mark.parametrize("actor", ["sunhao", "xuli", "lilei", "zhulin"])
async def test_peers_and_other_managers_may_not(warehouse: Office, actor: str) -> None:
    with pytest.raises(errors.OnlyForYourself):
        await fill(warehouse, actor, WORKER)
    for name in ("黄磊", "王小强", "1017"):
        words = await refused(
            warehouse, actor, "leave.request", f"帮{name}请明天的年假", person=name, start_date="2026-03-12"
        )
        assert words == await refused(warehouse, actor, "leave.cancel#for_other", "撤回", person=name)
        assert words.startswith("只能替自己请假")


async def test_a_former_manager_may_not_and_what_they_filled_is_out_of_their_hands(warehouse: Office) -> None:
    await under(warehouse, "sunhao")
    request_id = await filled(warehouse, "sunhao")
    await under(warehouse, "xuli")
    sunhao = await warehouse.person("sunhao")
    with pytest.raises(errors.OnlyForYourself):
        await fill(warehouse, "sunhao", WORKER)
    with pytest.raises(errors.NotYourRequest):
        await service.withdraw(warehouse.tx, sunhao, request_id)
    with pytest.raises(errors.NotYourRequest):
        await service.attach_certificate(warehouse.tx, sunhao.id, [Paper("f", "f", "image/png")], request_id)
    assert "只有本人和 HR" in await refused(warehouse, "sunhao", "leave.balance", "黄磊还有几天年假", person="黄磊")
    warehouse.outbox.notices.clear()
    await warehouse.agree(request_id)
    assert warehouse.sent(WORKER, "leave.decided")
    assert not warehouse.sent("sunhao", "leave.decided")


async def under(office: Office, manager: str) -> None:
    post = NewPost(
        person=PersonId(WORKER), unit_id="warehouse", title="仓管员", since=office.tx.today, manager=PersonId(manager)
    )
    await org.transfer(office.tx, post)


async def test_whoever_has_an_account_asks_themselves(office: Office) -> None:
    with pytest.raises(errors.HasAccount) as no:
        await fill(office, "xuli", "lilei")
    assert "李雷有自己的账号" in (words := RENDERER.refusal(no.value).text)
    assert "企业微信" in words
    draft = await fill(office, "wangfang", "lilei")
    assert (draft.person_name, draft.filled_by, draft.whose) == ("李雷", "王芳", "李雷")


async def test_an_account_that_came_meanwhile_stops_the_draft(warehouse: Office) -> None:
    draft = await fill(warehouse, BOSS, WORKER)
    await people.link_account(warehouse.tx, PersonId(WORKER), "dingtalk", "huang.lei")
    with pytest.raises(errors.HasAccount):
        await service.submit(warehouse.tx, await warehouse.person(BOSS), draft.id)
    assert (await queries.request(warehouse.tx, draft.id)).state == "draft"


async def test_hr_who_lost_the_role_cannot_submit(office: Office) -> None:
    draft = await fill(office, "wangfang", "huanglei")
    await org.revoke_role(office.tx, PersonId("wangfang"), "hr", date(2026, 3, 10))
    with pytest.raises(DomainError) as no:
        await service.submit(office.tx, await office.person("wangfang"), draft.id)
    assert isinstance(no.value, errors.NotYourRequest | errors.OnlyForYourself)


async def test_only_days_on_which_the_person_works_here(warehouse: Office) -> None:
    await people.leave_company(warehouse.tx, PersonId(WORKER), date(2026, 3, 16))
    with pytest.raises(errors.NotHereThen) as no:
        await fill(warehouse, BOSS, WORKER)
    assert "最后工作日是 3月16日(周一)" in RENDERER.refusal(no.value).text
    across = Wish(LeaveKind.PERSONAL, Period(date(2026, 3, 16), date(2026, 3, 18)))
    with pytest.raises(errors.NotHereThen):
        await fill(warehouse, "wangfang", WORKER, across)


async def test_refusals_speak_of_the_person(warehouse: Office) -> None:
    await filled(warehouse)
    slots: dict[str, Any] = {"person": "黄磊", "leave_type": "annual", "start_date": "2026-03-17"}
    assert "黄磊已经有年假" in await refused(warehouse, BOSS, "leave.request", "帮黄磊请下周二年假", **slots)


async def test_too_little_is_said_of_the_person(warehouse: Office) -> None:
    slots: dict[str, Any] = {"person": "黄磊", "leave_type": "annual", "start_date": "2026-03-16", "duration_days": 60}
    assert "黄磊的年假不够" in await refused(warehouse, BOSS, "leave.request", "帮黄磊请60天年假", **slots)


@pytest.mark.parametrize("by", [BOSS, WORKER])
async def test_person_and_filler_may_take_it_back(warehouse: Office, by: str) -> None:
    before = await left(warehouse)
    request_id = await filled(warehouse)
    shown = await service.withdraw(warehouse.tx, await warehouse.person(by), request_id)
    await warehouse.pump()
    assert (shown.state, await left(warehouse)) == ("withdrawn", before)
    assert shown.whose == ("黄磊" if by == BOSS else None)
    for reader in (BOSS, WORKER):
        assert warehouse.last(reader, "leave.request").state == "withdrawn"


async def test_approved_leave_is_given_back_by_the_filler(warehouse: Office) -> None:
    before = await left(warehouse)
    request_id = await filled(warehouse)
    await warehouse.agree(request_id)
    card = await said(warehouse, BOSS, "leave.cancel#for_other", "帮黄磊取消下周二的年假", person="黄磊")
    assert "销假确认" in card.text
    assert "黄磊" in card.text
    answer = await reply(warehouse, BOSS, "leave.cancel#for_other", "帮黄磊取消年假", person="黄磊")
    assert answer.key is not None
    done = await warehouse.press(BOSS, "leave.cancel_confirm", answer.key)
    assert "销假已生效" in done.text
    assert await left(warehouse) == before
    assert "销假已生效" in warehouse.last(WORKER, "leave.cancellation").text
    with pytest.raises(errors.NotYourRequest):
        await service.cancel_draft(warehouse.tx, await warehouse.person("wangfang"), request_id)


async def test_what_the_person_asked_for_is_not_in_anybody_elses_hands(warehouse: Office) -> None:
    own = await warehouse.submit(WORKER, ANNUAL, Period(TUESDAY))
    for actor in (BOSS, "wangfang"):
        assert "请本人来取消" in await refused(warehouse, actor, "leave.cancel#for_other", "帮黄磊撤回", person="黄磊")
        with pytest.raises(errors.NotYourRequest):
            await service.withdraw(warehouse.tx, await warehouse.person(actor), own)


async def test_a_sick_note_that_the_filler_sends_is_the_persons(warehouse: Office) -> None:
    request_id = await filled(warehouse, wish=Wish(SICK, Period(date(2026, 3, 11), date(2026, 3, 13))))
    assert (await queries.request(warehouse.tx, request_id)).proof_due is not None
    shelf = Shelf()
    chat = await warehouse.chat(BOSS, files=sent("note.png", b"\x89PNG\r\n\x1a\n" + bytes(8), shelf), file_store=shelf)
    answer = await next(one for one in warehouse.registry.files if one.name == "leave_papers.file").handler(chat)
    assert answer is not None
    assert "附在黄磊的病假" in RENDERER.card(answer.template, answer.data).text
    kept = (await warehouse.tx.session.scalars(select(CertificateRow))).one()
    assert (kept.person, kept.request_id) == (WORKER, request_id)
    assert await service.open_certificate(warehouse.tx, PersonId(WORKER), shown_code(answer))


def shown_code(answer: Any) -> str:
    code: str = answer.data["request"].code
    return code


async def test_balances_are_seen_by_those_who_look_after_the_person(warehouse: Office) -> None:
    assert "黄磊的年假可用" in (await said(warehouse, BOSS, "leave.balance", "黄磊还有几天年假", person="黄磊")).text
    looks = await warehouse.tx.session.scalars(select(AuditRow).where(AuditRow.action == "leave.balance_seen"))
    assert [(row.subject, "wangjianguo" in row.facts) for row in looks] == [(WORKER, True)]
    for other in ("李雷", "徐丽", "没有这个人"):
        words = await refused(warehouse, BOSS, "leave.balance", "", person=other)
        assert words.startswith(f"{other}的假期余额只有本人和 HR 能看")


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("他", "“他”是谁"),
        (["黄磊", "孙浩"], "一次只能替一个人"),
        ("黄雷", "是不是 黄磊"),
        ("没有这个人", "请说全名或工号"),
    ],
)
async def test_hr_is_asked_whom_they_mean(office: Office, person: Any, words: str) -> None:
    assert words in await refused(office, "wangfang", "leave.request", "帮他请明天的假", person=person)


async def test_two_of_one_name_are_told_apart_by_number(warehouse: Office) -> None:
    await people.correct_person(warehouse.tx, PersonId("sunhao"), name="黄磊")
    assert "1017" in await refused(warehouse, "wangfang", "leave.request", "帮黄磊请明天的假", person="黄磊")
    slots = {"person": "1017", "leave_type": "annual", "start_date": "2026-03-17"}
    card = await said(warehouse, "wangfang", "leave.request", "帮1017请下周二年假", **slots)
    assert {field.label: field.value for field in card.fields}["申请人"] == "黄磊 · 由王芳代填"
    row = (await warehouse.tx.session.scalars(select(RequestRow))).one()
    assert (row.person, row.filled_by) == (WORKER, "wangfang")


async def test_an_ended_link_is_no_account(office: Office) -> None:
    assert await people_queries.own_messengers(office.tx, PersonId(WORKER)) == [Messenger.WECOM, Messenger.DINGTALK]
    await people.unlink_account(office.tx, PersonId(WORKER), "wecom")
    assert await people_queries.own_messengers(office.tx, PersonId(WORKER)) == [Messenger.DINGTALK]
    await people.unlink_account(office.tx, PersonId(WORKER), "dingtalk")
    assert await people_queries.own_messengers(office.tx, PersonId(WORKER)) == []
