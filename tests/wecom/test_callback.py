"""The door over TCP: what is stored, what is acknowledged, and one answer for all that is forged."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import structlog
from prometheus_client import REGISTRY
from sqlalchemy.exc import OperationalError

from bot.inbox import InboxFull
from bot.platforms.shared.crypto import Crypto
from bot.platforms.wecom.callback import NONE, VERIFY, signed
from bot.platforms.wecom.messages import KINDS
from tests.platforms.metrics import incoming
from tests.platforms.wire import talk
from tests.wecom.door import Door, opened
from tests.wecom.sealed import AGENT, CORP, KEY, NOW, TEXT, TOKEN, Post, crypto, event, post

PATH = "/callback/wecom"


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with opened() as running:
        yield running


async def test_a_text_is_stored_and_acknowledged(door: Door) -> None:
    before = incoming("wecom", "text", "stored")
    answer = await door.send(post())
    assert (answer.status, answer.body) == (200, b"")
    [(update, person)] = door.shelf.kept.values()
    assert (update.message_id, update.sender, update.text, person) == (
        "1000002:900000000000000001",
        "zhangsan",
        "查年假",
        "zhangsan",
    )
    assert incoming("wecom", "text", "stored") == before + 1


async def test_sent_again_it_is_one(door: Door) -> None:
    """D1: four at once, each sealed anew as WeCom does; the answers are the same."""
    before = incoming("wecom", "text", "duplicate")
    answers = await asyncio.gather(*(door.send(post(nonce=str(number))) for number in range(4)))
    assert [answer.status for answer in answers] == [200] * 4
    assert len(door.shelf.kept) == 1
    assert incoming("wecom", "text", "duplicate") == before + 3


async def test_two_events_of_one_second_are_both_stored(door: Door) -> None:
    """D2."""
    for key in ("say:查年假", "say:请假"):
        assert (await door.send(post(event("click", f"<EventKey>{key}</EventKey>")))).status == 200
    assert sorted(update.text for update, _ in door.shelf.kept.values()) == ["查年假", "请假"]


@pytest.mark.parametrize(
    ("xml", "kind"),
    [
        (TEXT.replace("[text]", "[hologram]"), "unknown"),
        (event("never_heard_of"), "unknown"),
        (event("view", "<EventKey>https://a.example/</EventKey>"), "view"),
        (event("change_contact", "<ChangeType>delete_user</ChangeType>", sender="sys", agent=None), "change_contact"),
        (event("sys_approval_change", sender="sys"), "sys_approval_change"),
    ],
)
async def test_what_needs_no_handling_is_acknowledged_and_counted(door: Door, xml: str, kind: str) -> None:
    before = incoming("wecom", kind, "ignored")
    assert (await door.send(post(xml))).status == 200
    assert door.shelf.kept == {}
    assert incoming("wecom", kind, "ignored") == before + 1


async def test_labels_come_from_a_closed_set(door: Door) -> None:
    await door.send(post(event("evil_label_1")))
    await door.send(post(TEXT.replace("[text]", "[evil_label_2]")))
    kinds = {
        sample.labels["kind"]
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "hrbot_platform_incoming_total" and sample.labels["platform"] == "wecom"
    }
    assert kinds <= KINDS | {NONE, VERIFY}


# the address check


def check(echo: bytes, *, by: Crypto | None = None, encode: bool = True) -> str:
    """A GET of the admin page whose ciphertext holds a `+`, the sign that a careless parser loses."""
    while True:
        encrypted, signature = (by or crypto()).seal(echo, str(NOW), "263014780")
        if "+" in encrypted:
            break
    sent = quote(encrypted, safe="") if encode else encrypted
    return f"{PATH}?msg_signature={signature}&timestamp={NOW}&nonce=263014780&echostr={sent}"


@pytest.mark.parametrize("encode", [True, False])
async def test_the_address_check_answers_the_bare_echo(door: Door, encode: bool) -> None:
    answer = await door.ask("GET", check(b"1616140317555161061", encode=encode))
    assert (answer.status, answer.body) == (200, b"1616140317555161061")
    assert dict(answer.headers)["Content-Type"] == "text/plain"


async def test_a_forged_address_check_is_refused(door: Door) -> None:
    good = check(b"1616140317555161061")
    for path in (good.replace("nonce=2", "nonce=3"), good[:-8], PATH, check(b"1", by=crypto("ww00other"))):
        answer = await door.ask("GET", path)
        assert (answer.status, answer.body) == (403, b""), path
    door.now += 301
    assert (await door.ask("GET", good)).status == 403


def test_the_raw_query_is_read_as_it_was_written() -> None:
    assert signed("/x?echostr=a+b%2Bc/d%3D%3D&nonce=&junk&timestamp=1").echo == "a+b+c/d=="


async def test_other_methods_are_not_answered(door: Door) -> None:
    for method in ("HEAD", "PUT", "DELETE", "OPTIONS"):
        answer = await talk(door.port, f"{method} {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 405")


# X3: replay


async def test_a_replay_inside_the_window_has_no_second_effect(door: Door) -> None:
    captured = post()
    for after in (0, 1, 299, -299):
        door.now = NOW + after
        assert (await door.send(captured)).status == 200
    assert len(door.shelf.kept) == 1


@pytest.mark.parametrize("after", [301, -301, 86_400, 10**9])
async def test_a_replay_outside_the_window_is_refused(door: Door, after: int) -> None:
    before = incoming("wecom", "none", "stale")
    door.now = NOW + after
    assert (await door.send(post())).status == 403
    assert (door.shelf.kept, incoming("wecom", "none", "stale")) == ({}, before + 1)


async def test_messages_of_another_app_or_company_are_refused(door: Door) -> None:
    others = [
        post(by=crypto("ww00other")),
        post(TEXT.replace(CORP, "ww00other")),
        post(TEXT.replace(str(AGENT), "1000003")),
        post(by=Crypto("another", KEY, CORP)),
        post(by=Crypto(TOKEN, "b" * 43, CORP)),
    ]
    assert [(await door.send(other)).status for other in others] == [403] * 5
    assert door.shelf.kept == {}


# X4: one answer for all that is forged


def forgeries() -> list[tuple[str, bytes]]:
    """Path and body: unsigned, misread, spoiled at random places, sealed by others, and empty."""
    chance = random.Random(4)
    good = post()
    found = [
        (PATH, good.body),
        (good.path, b""),
        (good.path, b"{}"),
        (good.path, b"<!DOCTYPE x>" + good.body),
        (good.path, good.body.replace(b"</xml>", b"<Encrypt>QUJD</Encrypt></xml>")),
        (good.path.replace("timestamp=1", "timestamp=2"), good.body),
        (good.path.replace("timestamp=1", "timestamp=x"), good.body),
        (good.path.replace("nonce=", "nonce=%ff%00"), good.body),
    ]
    inner = [b"", b"hello", b"<!DOCTYPE xml>" + TEXT.encode(), TEXT.encode("utf-16"), TEXT[:-3].encode(), b"<xml/>"]
    sealed = [post(xml) for xml in inner] + [post(by=crypto("ww00other")), post(TEXT.replace(str(AGENT), "7"))]
    found += [(item.path, item.body) for item in sealed]
    for _ in range(60):
        spoiled = post()
        place = chance.randrange(len(spoiled.encrypted))
        spoiled.encrypted = spoiled.encrypted[:place] + chance.choice("-_é \n") + spoiled.encrypted[place + 1 :]
        found.append((spoiled.path, spoiled.body))
        signed_badly = Post(post().encrypted[: place // 4 * 4], {"timestamp": str(NOW), "nonce": "1"})
        signed_badly.query["msg_signature"] = crypto().signature(str(NOW), "1", signed_badly.encrypted)
        found.append((signed_badly.path, signed_badly.body))
    return found


async def test_every_forgery_gets_the_same_answer(door: Door) -> None:
    answers = {await door.ask("POST", path, body) for path, body in forgeries()}
    answers.add(await door.send(post(at=NOW - 1_000)))
    assert len(answers) == 1
    [answer] = answers
    assert (answer.status, answer.body, dict(answer.headers)["Content-Length"]) == (403, b"", "0")
    assert door.shelf.kept == {}


async def test_nothing_of_a_message_is_logged(door: Door) -> None:
    door.shelf.fails = OperationalError("insert", {"text": "查年假"}, Exception("查年假"))
    with structlog.testing.capture_logs() as logs:
        await door.send(post())
        await door.send(post(by=crypto("ww00other")))
    assert [entry["error"] for entry in logs] == ["OperationalError"]
    assert not any(secret in str(logs) for secret in ("查年假", "zhangsan", TOKEN, KEY))


# 503: it cannot be stored now


@pytest.mark.parametrize("error", [InboxFull(), OperationalError("insert", {}, Exception()), OSError("no disk")])
async def test_what_cannot_be_stored_is_not_acknowledged(door: Door, error: Exception) -> None:
    before = incoming("wecom", "text", "busy")
    door.shelf.fails = error
    answer = await door.send(post())
    assert (answer.status, answer.body, incoming("wecom", "text", "busy")) == (503, b"", before + 1)
    door.shelf.fails = None
    assert (await door.send(post())).status == 200
    assert len(door.shelf.kept) == 1
