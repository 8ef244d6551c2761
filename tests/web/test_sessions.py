"""Sessions: how long they last, whose they are, and what ends them."""

from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import pytest
from aiohttp import web
from sqlalchemy import func, select

from bot.web import sessions
from bot.web.sessions import KINDS
from bot.web.tables import WebSession
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import service as people

NOW = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
LILEI = PersonId("lilei")


@pytest.fixture
async def employed(tx: Tx) -> Tx:
    hired = NOW.date() - timedelta(days=900)
    for person, number in ((LILEI, "S1001"), (PersonId("xuli"), "S1002")):
        named = people.NewPerson(
            name="李雷", hired_on=hired, id=person, number=number, legal_entity="demo", city="上海"
        )
        await people.hire(tx, named)
    return tx


async def test_a_token_finds_its_person_and_only_its_hash_is_kept(employed: Tx) -> None:
    token = await sessions.begin(employed, LILEI, "kiosk", NOW, device="kiosk-1")
    found = await sessions.find(employed, token, NOW)
    assert found is not None
    assert (found.person, found.kind, found.device) == ("lilei", "kiosk", "kiosk-1")
    row = (await employed.session.scalars(select(WebSession))).one()
    assert token.encode() not in row.token
    assert len(token) >= 43


@pytest.mark.parametrize("token", ["", "x", "a" * 5000, "\udcff", "密码"])
async def test_nobody_is_found_by_what_is_no_token(employed: Tx, token: str) -> None:
    await sessions.begin(employed, LILEI, "h5", NOW)
    assert await sessions.find(employed, token, NOW) is None


@pytest.mark.parametrize("kind", list(KINDS))
async def test_untouched_it_ends_after_its_idle_time(employed: Tx, kind: str) -> None:
    token = await sessions.begin(employed, LILEI, kind, NOW)
    just_before = NOW + KINDS[kind].idle - timedelta(seconds=1)
    assert await sessions.find(employed, token, just_before, slide=False) is not None
    assert await sessions.find(employed, token, NOW + KINDS[kind].idle) is None


@pytest.mark.parametrize("kind", list(KINDS))
async def test_touched_again_and_again_it_ends_at_its_longest(employed: Tx, kind: str) -> None:
    token, at = await sessions.begin(employed, LILEI, kind, NOW), NOW
    while at < NOW + KINDS[kind].longest:
        assert await sessions.find(employed, token, at) is not None
        at += KINDS[kind].idle * 0.9
    assert await sessions.find(employed, token, NOW + KINDS[kind].longest) is None


async def test_who_left_is_logged_out_everywhere_from_the_day_after(employed: Tx) -> None:
    token = await sessions.begin(employed, LILEI, "h5", NOW)
    other = await sessions.begin(employed, LILEI, "chat", NOW)
    await people.leave_company(employed, LILEI, employed.today)
    assert await sessions.find(employed, token, NOW) is not None
    employed.clock.advance(timedelta(days=1))
    assert await sessions.find(employed, token, NOW) is None
    left = await employed.session.scalar(select(func.count()).select_from(WebSession))
    assert left == 0
    assert await sessions.find(employed, other, NOW) is None


async def test_ending_one_leaves_the_others_and_twice_is_once(employed: Tx) -> None:
    first = await sessions.begin(employed, LILEI, "h5", NOW)
    second = await sessions.begin(employed, LILEI, "h5", NOW)
    found = await sessions.find(employed, first, NOW)
    assert found is not None
    await sessions.end(employed, found.id)
    await sessions.end(employed, found.id)
    assert await sessions.find(employed, first, NOW) is None
    assert await sessions.find(employed, second, NOW) is not None


async def test_ending_all_of_one_person_leaves_the_others(employed: Tx) -> None:
    mine = [await sessions.begin(employed, LILEI, kind, NOW) for kind in KINDS]
    hers = await sessions.begin(employed, PersonId("xuli"), "h5", NOW)
    await sessions.end_all(employed, LILEI)
    assert [await sessions.find(employed, token, NOW) for token in mine] == [None, None, None]
    assert await sessions.find(employed, hers, NOW) is not None


async def test_what_has_ended_is_forgotten(employed: Tx) -> None:
    await sessions.begin(employed, LILEI, "kiosk", NOW)
    lasting = await sessions.begin(employed, LILEI, "chat", NOW)
    await sessions.prune(employed, NOW + timedelta(minutes=5))
    kept = list(await employed.session.scalars(select(WebSession.kind)))
    assert kept == ["chat"]
    assert await sessions.find(employed, lasting, NOW + timedelta(minutes=5)) is not None


@pytest.mark.parametrize(("secure", "name"), [(True, "__Host-hrbot_session"), (False, "hrbot_session")])
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(secure: bool, name: str) -> None:
    response = web.Response()
    sessions.set_cookie(response, "token", secure=secure)
    cookie: SimpleCookie = response.cookies
    assert cookie[name].value == "token"
    assert (bool(cookie[name]["httponly"]), cookie[name]["samesite"], cookie[name]["path"]) == (True, "Lax", "/")
    assert bool(cookie[name]["secure"]) is secure
    assert "max-age" not in cookie[name]
