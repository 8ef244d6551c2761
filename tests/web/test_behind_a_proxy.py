"""A company's own installation: reached over TLS through a proxy, without anything of the demo."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.web.entrance import PUBLIC, Entrance, company_entrance
from tests.web.visitor import CHROME, WECOM, Visitor, visitor

PROXY = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


@pytest.fixture
async def door(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Entrance]:
    async with company_entrance(await company(NOW), tmp_path / "data", shanghai(NOW)) as entrance:
        yield entrance


@pytest.fixture
async def phone(door: Entrance) -> AsyncIterator[Visitor]:
    async with visitor(door.base, WECOM, PUBLIC) as browser:
        yield browser


async def test_one_logs_in_and_out(door: Entrance, phone: Visitor) -> None:
    page = await door.log_in(phone, "lilei")
    assert (page.status, page.location) == (302, "/h5/")
    cookie = next(value for value in page.headers.getall("Set-Cookie") if value.startswith("__Host-hrbot_session="))
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "李雷，您好" in (await phone.get("/h5/", **PROXY)).words
    assert (await phone.post("/h5/logout", Origin=door.base)).status == 403
    assert (await phone.post("/h5/logout", **PROXY)).status == 200


async def test_the_way_back_is_never_taken_from_the_request(door: Entrance, phone: Visitor) -> None:
    sent = await phone.get("/h5/login", Host="evil.example", **{"X-Forwarded-Host": "evil.example"})
    assert "redirect_uri=https%3A%2F%2Fhr.example.com%2Fh5%2Flogin%2Fwecom&" in sent.location
    assert "evil" not in sent.location


async def test_nobody_is_anybody(door: Entrance) -> None:
    async with visitor(door.base, CHROME, PUBLIC) as browser:
        page = await browser.get("/h5/login")
        assert "演示" not in page.words
        assert (await browser.log_in_to_demo("lilei")).status == 404


async def test_every_answer_is_kept_from_frames_caches_and_guesses(door: Entrance, phone: Visitor) -> None:
    await door.log_in(phone, "lilei")
    for path in ("/h5/", "/h5/login/wecom", "/h5/card/none", "/h5/nowhere"):
        headers = (await phone.get(path)).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")
        assert headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_the_address_that_tries_is_the_proxys_word_for_it(door: Entrance, phone: Visitor) -> None:
    for _ in range(60):
        await phone.get(f"/h5/login/wecom?code=x&state={'0' * 64}", **PROXY)
    shut = await phone.get(f"/h5/login/wecom?code=x&state={'0' * 64}", **PROXY)
    assert shut.status == 429
    # what the other side claims about itself stands before what the proxy says
    spoofed = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7"}
    assert (await phone.get(f"/h5/login/wecom?code=x&state={'0' * 64}", **spoofed)).status == 429
    assert (await door.log_in(phone, "lilei")).status == 302


async def test_pages_hold_neither_inline_script_nor_style(door: Entrance, phone: Visitor) -> None:
    await door.log_in(phone, "lilei")
    for path in ("/h5/", "/h5/login", "/h5/card/none", "/h5/login/wecom"):
        text = (await phone.get(path)).text
        assert "style=" not in text
        assert "<style" not in text
        assert " on" not in text.replace(" only", "").partition("<body")[2].partition(">")[0]
        assert text.count("<script") == text.count("<script src=")


async def test_without_a_public_address_nobody_is_sent_anywhere(company: CompanyFactory, tmp_path: Path) -> None:
    async with (
        company_entrance(await company(NOW), tmp_path / "d", shanghai(NOW), public_url=None) as door,
        visitor(door.base, WECOM) as browser,
    ):
        page = await browser.get("/h5/login", Host="evil.example")
        assert page.status == 503
        assert "HRBOT_PUBLIC_URL" in page.words


async def test_styles_and_scripts_are_kept_by_browsers_for_a_while(door: Entrance, phone: Visitor) -> None:
    page = await phone.get("/h5/assets/weui.min.css")
    assert page.status == 200
    assert page.headers["Cache-Control"] == "public, max-age=3600"
    again = await phone.get("/h5/assets/weui.min.css", **{"If-None-Match": page.headers["ETag"]})
    assert again.status == 304
    for path in ("manifest.yaml", "..%2fguard.py", "fetch.py", "weui.LICENSE.txt"):
        assert (await phone.get(f"/h5/assets/{path}")).status == 404
