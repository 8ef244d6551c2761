"""Links for those who leave: for whom, how long, which browser, how many tries, and what the certificate says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from cards.render import Renderer
from domain.kernel.audit import AuditRow
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import leaving
from domain.org import service as org
from domain.org.service import NewPost
from domain.people import errors, leavers, queries, service
from domain.people.model import LeaverLink
from domain.people.rules import Detail, WorkerType, complete_id, id_tail, leaver_code, length_of_service
from domain.people.service import MadeLink, NewPerson, NewTerms
from domain.people.service import leaver_visits as visits
from domain.people.service.leaver_visits import Visit
from tests.conftest import RecordingOutbox
from tests.people.test_accounts import ENTITY, LEI, MEI, hired

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "length_of_service.yaml").read_text("utf-8"))
HR = PersonId("pe_HR")
ID_NUMBER = complete_id("31019919980512007")
TAIL = ID_NUMBER[-4:]
LAST = date(2026, 3, 6)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['first']} {case['last']}")
def test_length_of_service(case: dict[str, Any]) -> None:
    assert length_of_service(case["first"], case["last"]) == (case["years"], case["months"])


@pytest.mark.parametrize(
    ("said", "tail"), [("123x", "123X"), (" 1 2 3 4 ", "1234"), ("１２３４", "1234"), ("X123", None), ("123", None)]
)
def test_what_an_answer_looks_like(said: str, tail: str | None) -> None:
    assert id_tail(said) == tail
    assert leaver_code(said) is None
    assert leaver_code("012 345") == "012345"


async def left(tx: Tx, *, id_number: str | None = ID_NUMBER, last: date = LAST) -> None:
    await hired(tx, LEI, "1001")
    if id_number:
        await service.set_detail(tx, LEI, Detail.ID_NUMBER, id_number)
    await service.leave_company(tx, LEI, last)


async def made(tx: Tx) -> MadeLink:
    return await service.make_leaver_link(tx, HR, (await service.propose_leaver_link(tx, HR, LEI)).id)


async def opened(tx: Tx, link: MadeLink, now: datetime) -> str:
    visit = await visits.open_link(tx, link.token, "", now)
    assert (visit.state, visit.browser is not None) == ("ask", True)
    return visit.browser or ""


async def passed(tx: Tx, link: MadeLink, now: datetime) -> tuple[str, Visit]:
    browser = await opened(tx, link, now)
    return browser, await visits.answer(tx, link.token, browser, TAIL, now)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize(("days", "may"), [(-400, True), (0, True), (30, True), (31, False), (None, False)])
async def test_only_for_those_who_leave(tx: Tx, days: int | None, may: bool) -> None:
    await hired(tx, LEI, "1001")
    if days is not None:
        await service.leave_company(tx, LEI, tx.today + timedelta(days=days))
    if may:
        assert (await service.propose_leaver_link(tx, HR, LEI)).state == "draft"
        return
    with pytest.raises(errors.NotLeaving) as no:
        await service.propose_leaver_link(tx, HR, LEI)
    words = Renderer().refusal(no.value).text
    assert ("最后工作日是 4月11日" if days else "没有登记最后工作日") in words


async def test_a_link_is_made_once_and_kept_as_a_hash(tx: Tx) -> None:
    await left(tx)
    link = await made(tx)
    assert len(link.token) >= 22  # 128 bits and more
    assert link.token not in repr(link)
    row = (await tx.session.scalars(select(LeaverLink))).one()
    assert (len(row.token or b""), row.code) == (32, None)
    assert timedelta(days=7) - timedelta(minutes=1) < (row.expires_at or now()) - now() <= timedelta(days=7)
    with pytest.raises(errors.LeaverLinkClosed) as twice:
        await service.make_leaver_link(tx, HR, row.id)
    assert "只显示一次" in Renderer().refusal(twice.value).text
    with pytest.raises(errors.LeaverLinkClosed):
        await service.drop_leaver_link(tx, row.id)


async def test_the_way_to_the_papers(tx: Tx) -> None:
    await left(tx)
    link, at = await made(tx), now()
    browser, visit = await passed(tx, link, at)
    assert (visit.state, visit.person and visit.person.id, visit.until) == ("open", LEI, at + timedelta(hours=24))
    await visits.note_fetched(tx, visit, "certificate")
    rows = (await tx.session.scalars(select(AuditRow).where(AuditRow.subject == LEI))).all()
    told = [row for row in rows if row.action.startswith("people.leaver")]
    assert [row.action.removeprefix("people.leaver_") for row in told] == ["link", "open", "answer", "fetch"]
    assert not any(secret in row.facts for row in told for secret in (link.token, browser, TAIL))


async def test_another_browser_only_learns_that_it_is_open_elsewhere(tx: Tx) -> None:
    await left(tx)
    link, at = await made(tx), now()
    _, visit = await passed(tx, link, at)
    assert visit.state == "open"
    for other in ("", "another"):
        assert await visits.look(tx, link.token, other, at) == Visit("elsewhere")
        assert await visits.open_link(tx, link.token, other, at) == Visit("elsewhere")
        assert await visits.answer(tx, link.token, other, TAIL, at) == Visit("elsewhere")


async def test_before_it_is_opened_no_answer_counts(tx: Tx) -> None:
    await left(tx)
    link = await made(tx)
    assert (await visits.answer(tx, link.token, "", TAIL, now())).state == "gone"
    assert (await visits.look(tx, link.token, "", now())).state == "gone"
    assert (await visits.open_link(tx, link.token, "", now())).state == "ask"


async def test_the_fifth_wrong_answer_ends_it_and_hr_hears(tx: Tx, outbox: RecordingOutbox) -> None:
    await left(tx)
    link, at = await made(tx), now()
    browser = await opened(tx, link, at)
    assert (await visits.answer(tx, link.token, browser, "12", at)).state == "unclear"
    states = [await visits.answer(tx, link.token, browser, "0000", at) for _ in range(5)]
    assert [visit.state for visit in states] == ["wrong"] * 4 + ["gone"]
    assert [visit.left for visit in states] == [4, 3, 2, 1, 0]
    assert (await visits.answer(tx, link.token, browser, TAIL, at)).state == "gone"
    (told,) = [notice for notice in outbox.notices if notice.template == "people.leaver_locked"]
    assert (told.to, "错了 5 次" in Renderer().card(told.template, told.data).text) == (HR, True)


async def test_it_expires_to_the_second(tx: Tx) -> None:
    await left(tx)
    link = await made(tx)
    over = (await tx.session.scalars(select(LeaverLink.expires_at))).one()
    assert over is not None
    assert (await visits.open_link(tx, link.token, "", over)).state == "gone"
    browser = await opened(tx, link, over - SECOND)
    assert (await visits.answer(tx, link.token, browser, TAIL, over)).state == "gone"
    assert (await visits.answer(tx, link.token, browser, TAIL, over - SECOND)).state == "open"
    day_after = over - SECOND + timedelta(hours=24)
    assert (await visits.look(tx, link.token, browser, day_after - SECOND)).state == "open"
    for step in (visits.look, visits.open_link):
        assert (await step(tx, link.token, browser, day_after)).state == "gone"


async def test_a_newer_link_ends_the_older(tx: Tx) -> None:
    await left(tx)
    first = await made(tx)
    browser = await opened(tx, first, now())
    second = await made(tx)
    assert (await visits.answer(tx, first.token, browser, TAIL, now())).state == "gone"
    assert (await visits.look(tx, second.token, browser, now())).state == "gone"  # not opened yet
    assert (await queries.leaver_link(tx, first.link.id)) is not None


@pytest.mark.parametrize("change", ["rehired", "another last day"])
async def test_an_employment_that_changed_ends_it(tx: Tx, change: str) -> None:
    await left(tx)
    draft, link = await service.propose_leaver_link(tx, HR, LEI), await made(tx)
    browser, visit = await passed(tx, link, now())
    assert visit.state == "open"
    if change == "rehired":
        await service.rehire(tx, LEI, tx.today, NewTerms(WorkerType.FULL_TIME, ENTITY, "上海"))
    else:
        await service.leave_company(tx, LEI, LAST + timedelta(days=1))
    assert (await visits.look(tx, link.token, browser, now())).state == "gone"
    with pytest.raises(errors.NotLeaving):
        await service.make_leaver_link(tx, HR, draft.id)


async def test_without_an_id_number_hr_has_a_code_to_tell(tx: Tx) -> None:
    await left(tx, id_number=None)
    link, at = await made(tx), now()
    assert link.code is not None
    assert leaver_code(link.code) == link.code
    assert link.code not in repr(link)
    browser = await opened(tx, link, at)
    assert (await visits.look(tx, link.token, browser, at)).asks_code
    await service.set_detail(tx, LEI, Detail.ID_NUMBER, ID_NUMBER)
    assert (await visits.answer(tx, link.token, browser, TAIL, at)).state == "unclear"
    wrong = f"{(int(link.code) + 1) % 10**6:06d}"
    assert (await visits.answer(tx, link.token, browser, wrong, at)).state == "wrong"
    assert (await visits.answer(tx, link.token, browser, link.code, at)).state == "open"


async def test_another_persons_number_is_wrong(tx: Tx) -> None:
    await left(tx)
    await hired(tx, MEI, "1002")
    other = complete_id("31019919990920008")
    await service.set_detail(tx, MEI, Detail.ID_NUMBER, other)
    link, at = await made(tx), now()
    browser = await opened(tx, link, at)
    assert other[-4:] != TAIL
    assert (await visits.answer(tx, link.token, browser, other[-4:], at)).state == "wrong"


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 5000])
async def test_what_is_no_token(tx: Tx, token: str) -> None:
    assert await visits.open_link(tx, token, "", now()) == visits.GONE
    assert await visits.look(tx, token, "", now()) == visits.GONE


async def test_the_certificate_says_what_the_law_wants(tx: Tx) -> None:
    unit = await org.create_unit(tx, "客服部", None, date(2020, 1, 1), "service")
    await hired(tx, LEI, "1001")
    assert await leaving.certificate(tx, await queries.person(tx, LEI)) is None
    await org.assign(tx, NewPost(person=LEI, unit_id=unit or "service", title="客服专员", since=date(2021, 7, 1)))
    await service.leave_company(tx, LEI, LAST)
    await org.end_all(tx, LEI, LAST)
    person = await queries.person(tx, LEI)
    facts = await leaving.certificate(tx, person)
    assert facts == {
        "name": "李雷",
        "legal_entity": ENTITY,
        "first": date(2021, 7, 1),
        "last": LAST,
        "post": "客服专员",
        "years": 4,
        "months": 8,
    }
    assert await leavers.available(tx, person) == ["certificate"]


@pytest.mark.parametrize("kind", [WorkerType.DISPATCHED, WorkerType.OUTSOURCED, WorkerType.INTERN])
async def test_no_certificate_for_people_of_other_employers(tx: Tx, kind: WorkerType) -> None:
    new = NewPerson(id=LEI, name="李雷", hired_on=date(2025, 1, 1), legal_entity=ENTITY, city="上海", worker_type=kind)
    await service.hire(tx, new)
    await service.leave_company(tx, LEI, LAST)
    assert await leavers.available(tx, await queries.person(tx, LEI)) == []


async def test_a_number_is_an_account_where_nobody_is_linked(tx: Tx) -> None:
    await hired(tx, LEI, "1001")
    await hired(tx, MEI, "1002")
    assert len(await queries.own_messengers(tx, LEI)) == 2
    await service.link_account(tx, MEI, "wecom", "mei")
    assert await queries.own_messengers(tx, LEI) == []
