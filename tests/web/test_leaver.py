"""The papers of somebody who left, fetched through real HTTP: one browser, one question, one day."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.kernel.clock import shanghai
from domain.kernel.ids import PersonId
from domain.org import service as org
from domain.people import service as people
from domain.people.rules import Detail, WorkerType
from domain.people.service import NewPerson, NewTerms
from tests.conftest import NOW, CompanyFactory
from tests.stage import Stage, demo_stage
from tests.web import pdf
from tests.web.visitor import WECOM, Page, Visitor, visitor

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/h5/leaver/[a-z0-9]+)")
CERTIFICATE = "离职证明解除（终止）劳动合同证明书"


@pytest.fixture
async def reached(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Stage]:
    """The demo, reached by people's phones."""
    async with demo_stage(await company(NOW), tmp_path / "data", shanghai(NOW), public=True) as running:
        yield running


@pytest.fixture
async def browsers(reached: Stage) -> AsyncIterator[list[Visitor]]:
    """Three browsers that know nothing of each other."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(visitor(reached.base, WECOM)) for _ in range(3)]


async def made(stage: Stage, name: str = "彭丹") -> str:
    """The path of a link that HR had made."""
    await stage.say("wangfang", f"给{name}发离职材料")
    await stage.expect("wangfang", "离职材料", name, "离职证明", "[生成链接]")
    await stage.press_label("wangfang", "生成链接")
    await stage.expect("wangfang", "链接已生成")
    shown = await stage.expect("wangfang", f"{name}的离职材料链接", "/h5/leaver/")
    found = LINK.search(shown["text"])
    assert found is not None
    return found[1]


async def tail(stage: Stage, person: str = "pengdan") -> str:
    """The last four characters of the ID number."""
    assert stage.bot is not None
    async with stage.bot.database.transaction(stage.bot.outbox(), "test") as tx:
        return str(await people.reveal(tx, PersonId(person), Detail.ID_NUMBER))[-4:]


async def passed(stage: Stage, browser: Visitor, link: str) -> Page:
    assert (await browser.post(link)).status == 303
    return await browser.follow(await browser.post(f"{link}/papers", {"answer": await tail(stage)}))


async def sql(stage: Stage, statement: str) -> list[tuple[object, ...]]:
    assert stage.bot is not None
    async with stage.bot.database.engine.begin() as connection:
        found = await connection.execute(text(statement))
        return [tuple(row) for row in found] if found.returns_rows else []


async def test_the_whole_way(reached: Stage, browsers: list[Visitor]) -> None:
    link, (browser, *_) = await made(reached), browsers
    door = await browser.get(link)
    assert (door.status, "打开" in door.words, "彭丹" in door.text) == (200, True, False)
    assert "default-src 'self'" in door.headers["Content-Security-Policy"]
    opened = await browser.post(link)
    assert (opened.status, opened.location) == (303, f"{link}/papers")
    cookie = opened.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", f"Path={link}"))
    asked = await browser.follow(opened)
    assert "身份证号码的最后4位" in asked.words
    assert "彭丹" not in asked.text
    shown = await browser.follow(await browser.post(f"{link}/papers", {"answer": (await tail(reached)).lower()}))
    assert "彭丹，您的离职材料" in shown.words
    assert await certificate(browser, link) == (
        f"{CERTIFICATE}兹证明 彭丹 与我单位的劳动合同，按下列日期解除（终止）。"
        "劳动合同期限2023年7月1日 至 2025年12月26日解除（终止）日期2025年12月26日工作岗位客服专员"
        "在本单位的工作年限2 年 5 个月特此证明。青禾科技（上海）有限公司（盖章）2026年3月11日"
        "依据《中华人民共和国劳动合同法》第五十条、《劳动合同法实施条例》第二十四条出具。"
    )
    page = await browser.get(f"{link}/papers/certificate/read")
    assert "在本单位的工作年限2年5个月" in page.words


async def certificate(browser: Visitor, link: str) -> str:
    async with browser.http.get(f"{browser.base}{link}/papers/certificate") as answer:
        assert answer.status == 200
        assert answer.content_type == "application/pdf"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "no-store"
        return pdf.words(await answer.read())


async def test_looking_at_a_link_does_not_spend_it(reached: Stage, browsers: list[Visitor]) -> None:
    link, (browser, crawler, _) = await made(reached), browsers
    pages = [await crawler.get(link) for _ in range(3)]
    unknown = await crawler.get("/h5/leaver/" + "x" * 43)
    assert {page.status for page in pages} == {unknown.status} == {200}
    assert unknown.text == pages[0].text.replace(link, "/h5/leaver/" + "x" * 43)
    assert (await crawler.get(f"{link}/papers")).status == 410
    assert (await passed(reached, browser, link)).status == 200
    assert await sql(reached, "select count(*) from kernel_audit where action = 'people.leaver_open'") == [(1,)]


async def test_another_browser_gets_nothing(reached: Stage, browsers: list[Visitor]) -> None:
    link, (browser, other, _) = await made(reached), browsers
    await passed(reached, browser, link)
    last = await tail(reached)
    for answer in (
        await other.post(link),
        await other.get(f"{link}/papers"),
        await other.post(f"{link}/papers", {"answer": last}),
        await other.get(f"{link}/papers/certificate"),
        await other.get(f"{link}/papers/certificate/read"),
    ):
        assert (answer.status, "链接已在别处打开" in answer.words, "彭丹" in answer.text) == (403, True, False)
    assert await sql(reached, "select count(*) from kernel_audit where action = 'people.leaver_fetch'") == [(0,)]


async def test_of_two_that_open_at_once_one_has_it(reached: Stage, browsers: list[Visitor]) -> None:
    link = await made(reached)
    answers = await asyncio.gather(*(browser.post(link) for browser in browsers))
    assert sorted(answer.status for answer in answers) == [303, 403, 403]


async def test_five_wrong_answers_at_once_end_it(reached: Stage, browsers: list[Visitor]) -> None:
    link, (browser, *_) = await made(reached), browsers
    await browser.post(link)
    answers = await asyncio.gather(*(browser.post(f"{link}/papers", {"answer": f"000{n}"}) for n in range(9)))
    assert sorted(answer.status for answer in answers) == [403] * 4 + [410] * 5
    assert (await browser.post(f"{link}/papers", {"answer": await tail(reached)})).status == 410
    await reached.expect("wangfang", "彭丹的离职材料链接", "输错了 5 次")
    assert await sql(reached, "select count(*) from kernel_audit where action = 'people.leaver_wrong'") == [(5,)]


async def test_a_day_later_it_is_spent(reached: Stage, browsers: list[Visitor]) -> None:
    link, (browser, *_) = await made(reached), browsers
    assert (await passed(reached, browser, link)).status == 200
    await sql(reached, "update people_leaver_link set passed_at = passed_at - interval '24 hours'")
    looks = [await browser.get(f"{link}/papers{rest}") for rest in ("", "/certificate", "/certificate/read")]
    for answer in [*looks, await browser.post(link), await browser.post(f"{link}/papers", {"answer": "1234"})]:
        assert (answer.status, "链接不能用了" in answer.words) == (410, True)


async def test_a_week_later_it_is_no_link(reached: Stage, browsers: list[Visitor]) -> None:
    link, (browser, *_) = await made(reached), browsers
    await sql(reached, "update people_leaver_link set expires_at = now() - interval '1 second'")
    assert (await browser.post(link)).status == 410


async def test_who_is_hired_again_is_no_leaver(reached: Stage, browsers: list[Visitor]) -> None:
    link, (browser, *_) = await made(reached), browsers
    assert (await passed(reached, browser, link)).status == 200
    assert reached.bot is not None
    async with reached.bot.database.transaction(reached.bot.outbox(), "test") as tx:
        terms = NewTerms(WorkerType.FULL_TIME, "青禾科技（上海）有限公司", "上海")
        await people.rehire(tx, PersonId("pengdan"), tx.today, terms)
    assert (await browser.get(f"{link}/papers/certificate")).status == 410


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_forms_of_other_pages_begin_nothing(reached: Stage, browsers: list[Visitor], origin: str) -> None:
    link, (browser, *_) = await made(reached), browsers
    assert (await browser.post(link, Origin=origin)).status == 403
    assert (await browser.post(f"{link}/papers", {"answer": "1234"}, Origin=origin)).status == 403
    assert (await browser.post(link)).status == 303


async def test_one_link_does_not_open_anothers_papers(reached: Stage, browsers: list[Visitor]) -> None:
    first, second = await made(reached), await made(reached, "曾毅")
    browser = browsers[0]
    assert "彭丹" in (await passed(reached, browser, first)).text
    assert (await browser.get(f"{second}/papers")).status == 410
    await browser.post(second)
    asked = await browser.post(f"{second}/papers", {"answer": await tail(reached)})
    assert (asked.status, "彭丹" in asked.text) == (403, False)
    assert "彭丹" in await certificate(browser, first)
    assert (await browser.get(f"{first}/papers/payslip")).location == f"{first}/papers"  # no such paper: the list


async def test_nothing_secret_is_kept_in_the_audit(reached: Stage, browsers: list[Visitor]) -> None:
    link, (browser, *_) = await made(reached), browsers
    await passed(reached, browser, link)
    rows = await sql(reached, "select action, facts, principal from kernel_audit where action like 'people.leaver%'")
    said, last = json.dumps([[str(part) for part in row] for row in rows]), await tail(reached)
    assert link.rpartition("/")[2] not in said
    assert f'"{last}"' not in said
    assert {row[0] for row in rows} == {"people.leaver_link", "people.leaver_open", "people.leaver_answer"}


async def test_the_button_works_once(reached: Stage) -> None:
    await reached.say("wangfang", "离职链接 彭丹")
    card = (await reached.expect("wangfang", "[生成链接]"))["card"]
    assert await reached.press("wangfang", card["id"], "make") == 202
    await reached.expect("wangfang", "/h5/leaver/")
    assert await reached.press("wangfang", card["id"], "make") == 202
    await reached.expect("wangfang", "只显示一次")
    assert await sql(reached, "select count(*) from people_leaver_link where token is not null") == [(1,)]


async def test_hr_who_lost_the_role_cannot_make_it(reached: Stage) -> None:
    await reached.say("wangfang", "离职链接 彭丹")
    await reached.expect("wangfang", "[生成链接]")
    assert reached.bot is not None
    async with reached.bot.database.transaction(reached.bot.outbox(), "test") as tx:
        await org.revoke_role(tx, PersonId("wangfang"), "hr", tx.today - timedelta(days=1))
    await reached.press_label("wangfang", "生成链接")
    await reached.expect("wangfang", "离职材料只能由 HR 发")
    assert await sql(reached, "select count(*) from people_leaver_link where token is not null") == [(0,)]


async def test_without_an_id_number_the_code_is_asked(reached: Stage, browsers: list[Visitor]) -> None:
    assert reached.bot is not None
    async with reached.bot.database.transaction(reached.bot.outbox(), "test") as tx:
        new = NewPerson(name="钱多", hired_on=date(2025, 1, 2), legal_entity="青禾科技（上海）有限公司", city="上海")
        person = await people.hire(tx, new)
        await org.assign(tx, org.NewPost(person=person, unit_id="service", title="客服专员", since=date(2025, 1, 2)))
        await people.leave_company(tx, person, date(2026, 3, 31))
    await reached.say("wangfang", "给钱多发离职材料")
    await reached.expect("wangfang", "[生成链接]")
    await reached.press_label("wangfang", "生成链接")
    shown = (await reached.expect("wangfang", "/h5/leaver/", "核对码"))["text"]
    link, code = LINK.search(shown), re.search(r"核对码 (\d{6})", shown)
    assert link is not None
    assert code is not None
    browser = browsers[0]
    asked = await browser.follow(await browser.post(link[1]))
    assert "6位核对码" in asked.words
    found = await browser.follow(await browser.post(f"{link[1]}/papers", {"answer": code[1]}))
    assert "钱多，您的离职材料" in found.words


async def test_without_a_font_there_is_a_page_to_print(company: CompanyFactory, tmp_path: Path) -> None:
    settings = {"public": True, "font": tmp_path / "none.ttf"}
    url = await company(NOW)
    async with demo_stage(url, tmp_path / "data", shanghai(NOW), **settings) as stage, visitor(stage.base) as browser:
        link = await made(stage)
        await passed(stage, browser, link)
        page = await browser.get(f"{link}/papers/certificate")
        assert page.headers["Content-Type"].startswith("text/html")
        assert "在本单位的工作年限2年5个月" in page.words


async def test_an_address_that_tries_too_often_waits(reached: Stage, browsers: list[Visitor]) -> None:
    browser = browsers[0]
    for _ in range(120):
        assert (await browser.post("/h5/leaver/" + "x" * 43)).status == 410
    answer = await browser.post("/h5/leaver/" + "x" * 43)
    assert (answer.status, "请过15分钟再试" in answer.words) == (429, True)
    assert (await browser.get("/h5/leaver/" + "x" * 43)).status == 200
