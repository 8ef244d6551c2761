"""The web chat of a logged-in person, as `serve` has it: nobody speaks as anybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text

from bot.app import real_now
from bot.web import sessions
from domain.kernel.clock import shanghai
from domain.kernel.ids import PersonId
from domain.people import service
from tests.conftest import NOW, CompanyFactory
from tests.stage import Stage, demo_stage
from tests.web.kiosks import Browser, browser, device, log_on, with_pin


@pytest.fixture
async def served(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Stage]:
    async with demo_stage(await company(NOW), tmp_path / "data", shanghai(NOW), console=False) as running:
        yield running


async def logged_in(stage: Stage, found: Browser, person: str, kind: str = "chat") -> Browser:
    assert stage.bot is not None
    async with stage.bot.database.transaction(stage.bot.outbox(), person) as tx:
        found.take(sessions.COOKIE, await sessions.begin(tx, PersonId(person), kind, real_now()))
    return found


async def said_to(found: Browser, stage: Stage) -> list[str]:
    await stage.settle()
    status, body = await found.get("/console/api/inbox?after=0")
    assert status == 200
    return [message["text"] for message in body["messages"]]


async def test_without_a_login_there_is_nothing(served: Stage) -> None:
    async with browser(served) as found:
        assert await found.goes_to("/console") == "/h5/login"
        assert await found.goes_to("/") == "/h5/login"
        for path in ("status", "people", "groups", "inbox?person=lilei", "events?person=lilei", "trace?person=lilei"):
            assert (await found.get(f"/console/api/{path}"))[0] == 401, path
        assert (await found.post("/console/api/messages", {"from": "lilei", "text": "撤回"}))[0] == 401
        assert (await found.post("/console/api/actions", {"from": "lilei", "card_id": "x", "action": "y"}))[0] == 401
        assert (await found.get("/console/api/files/fl_1?person=lilei"))[0] == 401
        large = aiohttp.FormData({"text": "x"})
        large.add_field("file", b"x" * 1_000_000, filename="x.png")
        async with found.http.post(f"{found.base}/console/api/messages", data=large, headers=found.headers) as answer:
            assert answer.status == 401


async def test_a_person_speaks_for_themselves_only(served: Stage) -> None:
    async with browser(served) as hers, browser(served) as his:
        await logged_in(served, hers, "hanmeimei")
        await logged_in(served, his, "lilei")
        assert await his.goes_to("/console") == "/console"
        assert (await his.post("/console/api/messages", {"text": "我还有几天年假"}))[0] == 202
        assert (await his.post("/console/api/messages", {"from": "lilei", "text": "你好"}))[0] == 202
        assert (await his.post("/console/api/messages", {"from": "hanmeimei", "text": "你好"}))[0] == 403
        assert any("年假可用 5 天" in one for one in await said_to(his, served))
        assert await said_to(hers, served) == []
        assert (await his.get("/console/api/inbox?person=hanmeimei"))[0] == 403
        [own] = (await his.get("/console/api/people"))[1]
        assert (own["id"], own["name"], own["department"], own["manager"]) == ("lilei", "李雷", "客服部", None)
        status = (await his.get("/console/api/status"))[1]
        assert (status["demo"], (await his.get("/console/api/trace"))[0]) == (False, 404)


async def test_cards_and_files_are_ones_own(served: Stage) -> None:
    assert served.bot is not None
    async with browser(served) as hers, browser(served) as his:
        await logged_in(served, hers, "hanmeimei")
        await logged_in(served, his, "lilei")
        await hers.post("/console/api/messages", {"text": "明天请一天年假"})
        await said_to(hers, served)
        form = aiohttp.FormData({"text": ""})
        form.add_field("file", b"\x89PNG" + bytes(64), filename="病假条.png", content_type="image/png")
        async with hers.http.post(f"{hers.base}/console/api/messages", data=form, headers=hers.headers) as answer:
            assert answer.status == 202
        await served.settle()
        async with served.bot.database.engine.connect() as connection:
            card = (await connection.execute(text("select id from bot_card where person = 'hanmeimei'"))).scalar_one()
            file = (await connection.execute(text("select id from bot_file"))).scalar_one()
        assert (await his.post("/console/api/actions", {"card_id": card, "action": "submit"}))[0] == 404
        assert (await his.get(f"/console/api/files/{file}"))[0] == 404
        assert (await hers.get(f"/console/api/files/{file}"))[0] == 200
        assert (await hers.post("/console/api/actions", {"card_id": card, "action": "submit"}))[0] == 202


async def test_the_demos_speaking_as_anybody_is_nowhere_else(served: Stage) -> None:
    async with browser(served) as his:
        await logged_in(served, his, "lilei", kind="h5")
        assert (await his.get("/console/api/people"))[0] == 401, "an H5 session is not one for the web chat"
        assert (await his.post("/h5/login/demo", {"person": "lilei"}))[0] == 404


async def test_another_origin_changes_nothing(served: Stage) -> None:
    async with browser(served) as his:
        await logged_in(served, his, "lilei")
        for origin in ("http://evil.example", "null", ""):
            assert (await his.post("/console/api/messages", {"text": "你好"}, Origin=origin))[0] == 403
        assert await said_to(his, served) == []


async def test_a_leavers_session_ends(served: Stage) -> None:
    assert served.bot is not None
    assert served.clock is not None
    async with browser(served) as his:
        await logged_in(served, his, "lilei")
        async with served.bot.database.transaction(served.bot.outbox(), "wangfang") as tx:
            await service.leave_company(tx, PersonId("lilei"), tx.today)
        served.clock.set(served.clock.now() + timedelta(days=1))
        assert (await his.get("/console/api/inbox?after=0"))[0] == 401
        assert (await his.post("/console/api/messages", {"text": "你好"}))[0] == 401


async def test_a_kiosk_of_a_real_company_leads_to_its_own_page(served: Stage) -> None:
    number = await with_pin(served, "lilei")
    async with device(served) as found:
        assert await found.goes_to("/console") == "/kiosk"
        assert (await log_on(found, number))[0] == 200
        assert await found.goes_to("/console") == "/kiosk/chat"
        assert (await found.get("/console/api/people"))[1][0]["id"] == "lilei"


async def test_names_are_words_and_never_markup(served: Stage) -> None:
    assert served.bot is not None
    async with served.bot.database.transaction(served.bot.outbox(), "wangfang") as tx:
        await service.correct_person(tx, PersonId("lilei"), name="<img src=x onerror=alert(1)>")
    async with browser(served) as his:
        await logged_in(served, his, "lilei")
        async with his.http.get(f"{his.base}/console/api/people") as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.content_type == "application/json"
        assert "<img" not in (await his.get("/console"))[1]
