"""What a stranger typed and sent: junk is refused without a trace in the log, people read Chinese, scripts JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.web import tries
from tests.stage import Stage
from tests.web.visitor import visitor

LEAVER = "/h5/leaver/" + "a" * 26


@pytest.mark.parametrize("path", ["/h5/nowhere", "/h5/card/'or1=1", "/h5/announcements/" + "x" * 300, "/kiosk/nowhere"])
async def test_who_mistypes_an_address_reads_where_to_go(stage: Stage, path: str) -> None:
    async with visitor(stage.base) as browser:
        page = await browser.get(path)
        assert page.status == 404
        assert "没有找到这一页" in page.words
        assert (await browser.get(path, Accept="application/json")).text.startswith('{"error"')


@pytest.mark.parametrize(
    ("typed", "meant"), [("/h5", "/h5/"), ("/h5/announcements/", "/h5/announcements"), ("/kiosk/", "/kiosk")]
)
async def test_an_address_with_or_without_its_last_slash_leads_there(stage: Stage, typed: str, meant: str) -> None:
    async with visitor(stage.base) as browser:
        page = await browser.get(typed)
        assert (page.status, page.location) == (302, meant)


async def test_a_refused_form_says_what_to_do_next(stage: Stage) -> None:
    async with visitor(stage.base) as browser:
        page = await browser.post(LEAVER, Origin="")
        assert page.status == 403
        assert "没有办成" in page.words
        assert "刷新后再试" in page.words


@pytest.mark.parametrize(
    ("path", "kind", "sent"),
    [
        (f"{LEAVER}/papers", "multipart/form-data", b"answer=1"),
        (f"{LEAVER}/papers", "application/x-www-form-urlencoded; charset=nonsense", b"answer=1"),
        ("/h5/login/demo", "application/x-www-form-urlencoded; charset=nonsense", b"person=lilei"),
        ("/kiosk/api/register", "application/json; charset=nonsense", b"{}"),
    ],
)
async def test_a_body_that_is_no_form_is_refused_quietly(stage: Stage, path: str, kind: str, sent: bytes) -> None:
    headers = {"Origin": stage.base, "Content-Type": kind}
    with capture_logs() as logs:
        async with stage.http.post(f"{stage.base}{path}", data=sent, headers=headers) as answer:
            assert answer.status == 400
    assert not [entry for entry in logs if entry["event"] == "web.failed"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("messages", {"from": "li\0", "text": "你好"}),
        ("messages", {"from": "lilei", "text": "你好", "message_id": "\0"}),
        ("actions", {"from": "lilei", "card_id": "\0", "action": "submit"}),
        ("actions", {"from": "lilei", "card_id": "cd_1", "action": "\0"}),
    ],
)
async def test_an_id_with_nul_is_none(stage: Stage, path: str, body: dict[str, Any]) -> None:
    async with stage.http.post(
        f"{stage.base}/console/api/{path}", data=json.dumps(body), headers={"Content-Type": "application/json"}
    ) as answer:
        assert answer.status == 422


async def test_an_address_with_nul_is_refused(stage: Stage) -> None:
    async with visitor(stage.base) as browser:
        for path in ("/console/api/files/%00?person=lilei", "/console/api/inbox?person=%00"):
            assert (await browser.get(path)).status == 400


async def test_one_message_brings_nine_files_at_most(stage: Stage) -> None:
    async def sent(files: int) -> int:
        parts = [b'--b\r\nContent-Disposition: form-data; name="from"\r\n\r\nlilei\r\n']
        parts += [b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'] * files
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        address = f"{stage.base}/console/api/messages"
        async with stage.http.post(address, data=b"".join(parts) + b"--b--\r\n", headers=headers) as answer:
            return answer.status

    assert (await sent(9), await sent(10)) == (202, 422)


def test_addresses_of_both_protocols_are_counted_one_by_one() -> None:
    """A proxy that listens for IPv6 and IPv4 says ::ffff:…; a /64 of those is all of IPv4."""
    counted = {tries._network(said) for said in ("::ffff:203.0.113.7", "::ffff:203.0.113.8", "203.0.113.7")}
    assert counted == {"203.0.113.7", "203.0.113.8"}
    assert tries._network("2001:db8::1") == tries._network("2001:db8::2") == "2001:db8::/64"


async def test_home_leads_to_the_announcements(stage: Stage) -> None:
    async with visitor(stage.base) as lilei:
        await lilei.log_in_to_demo("lilei")
        assert 'href="/h5/announcements"' in (await lilei.get("/h5/")).text
