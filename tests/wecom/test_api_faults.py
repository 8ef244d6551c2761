"""Our client when WeCom limits (P2), cannot be reached (P4), takes and falls silent (P5), or talks nonsense (P7)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.platforms.port import TryLater
from bot.platforms.wecom.api import WeComApi
from tests.fakes.wecom import FakeWeCom
from tests.platforms.answers import NO_ANSWERS
from tests.wecom.certificates import self_signed
from tests.wecom.gates import SEND, Time
from tests.wecom.sending import Connect, later, read, text

# ---- P2: called too often


@pytest.mark.parametrize(
    ("how", "options", "pause"),
    [
        ("errcode", {"code": 45009}, 60),
        ("errcode", {"code": 45033}, 10),
        ("status", {"status": 429}, 60),
        ("status", {"status": 429, "retry_after": 17}, 17),
        ("status", {"status": 429, "retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60),
    ],
)
async def test_a_limit_pauses_this_api_for_all_processes(
    connect: Connect, wecom: FakeWeCom, time: Time, how: str, options: dict[str, Any], pause: int
) -> None:
    first, second = [await connect(wecom.base, wecom.account) for _ in range(2)]
    wecom.inject(SEND, how, times=None, **options)
    assert (await later(first)).after == pause
    time.pass_by(1)
    for one in (first, second):
        assert {(await later(one)).after for _ in range(20)} == {pause - 1}
    assert len(wecom.calls[SEND]) == 1

    wecom.faults.clear()
    assert await first.upload("file", "a.txt", b"0123456789"), "other APIs go on"
    time.pass_by(pause)
    await asyncio.gather(first.send(text("一")), second.send(text("二")))
    assert sorted(read(wecom)) == ["一", "二"]


async def test_a_burst_into_the_limit_makes_few_calls_too_many(api: WeComApi, wecom: FakeWeCom, time: Time) -> None:
    wecom.limits.per_minute[SEND] = 10
    sent = [await results(api, 8) for _ in range(10)]
    assert sum(sent) == 10
    assert wecom.limits.blocked_calls[SEND] <= 8, "only those that were already on their way"
    wecom.advance(61)
    time.pass_by(61)
    assert await results(api, 8) == 8


async def results(api: WeComApi, at_once: int) -> int:
    told = await asyncio.gather(*(api.send(text(f"第 {n} 条")) for n in range(at_once)), return_exceptions=True)
    assert all(isinstance(one, TryLater) for one in told if isinstance(one, BaseException))
    return sum(not isinstance(one, BaseException) for one in told)


# ---- P4: not to be reached


@pytest.mark.parametrize(("how", "options"), [("reset", {}), ("status", {"status": 502}), ("html", {})])
async def test_an_outage_opens_the_circuit_and_a_probe_ends_it(
    api: WeComApi, wecom: FakeWeCom, time: Time, how: str, options: dict[str, Any]
) -> None:
    await api.send(text("前"))
    wecom.inject(SEND, how, times=None, **options)
    for _ in range(50):
        await later(api)
    assert len(wecom.calls[SEND]) == 1 + 5
    assert api.degraded() == "WeCom cannot be reached"

    time.pass_by(5)
    await asyncio.gather(*(later(api) for _ in range(10)))
    assert len(wecom.calls[SEND]) == 1 + 6, "one probe"
    time.pass_by(5)
    await later(api)
    assert len(wecom.calls[SEND]) == 1 + 6, "twice as long"

    wecom.faults.clear()
    time.pass_by(5)
    await api.send(text("后"))
    assert api.degraded() is None
    assert read(wecom) == ["前", "后"]


async def test_no_such_host_nobody_there_and_no_tls(connect: Connect, wecom: FakeWeCom) -> None:
    plain = wecom.base.replace("http:", "https:")
    kinds = {
        "http://wecom.invalid/cgi-bin": "gettoken: dns",
        "http://127.0.0.1:9/cgi-bin": "gettoken: ClientConnectorError",
        plain: "gettoken: tls",
    }
    for base, kind in kinds.items():
        assert (await later(await connect(base))).reason == kind


async def test_a_certificate_that_nobody_vouches_for_is_refused(connect: Connect) -> None:
    asked = 0

    async def granted(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.json_response({"errcode": 0, "access_token": "at", "expires_in": 7200})

    async with answering(granted, self_signed()) as base:
        assert (await later(await connect(base))).reason == "gettoken: tls"
    assert asked == 0


# ---- P5: taken, but no answer


async def test_a_repeat_after_silence_is_the_same_request(connect: Connect, wecom: FakeWeCom) -> None:
    api = await connect(wecom.base, wecom.account, patience=0.3)
    wecom.inject(SEND, "stall_after_accept")
    assert (await later(api, "只看到一次")).reason == "message/send: timeout"
    wecom.revoke_token()  # the repeat goes out with another token, its body is the same
    await api.send(text("只看到一次"))
    assert read(wecom) == ["只看到一次"]
    assert {call.raw for call in wecom.calls[SEND]} == {wecom.calls[SEND][0].raw}
    assert len(wecom.duplicates) == 1


async def test_a_cancelled_send_leaves_the_token_to_the_others(connect: Connect, wecom: FakeWeCom) -> None:
    api = await connect(wecom.base, wecom.account)
    wecom.inject("gettoken", "slow", seconds=0.3)
    first = asyncio.create_task(api.send(text("一")))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(api.send(text("二")))
    await asyncio.sleep(0.05)
    first.cancel()
    await second
    assert read(wecom) == ["二"]
    assert len(wecom.calls["gettoken"]) == 1


# ---- P7: answers that are none


async def test_half_and_endless_answers_are_given_up(api: WeComApi, wecom: FakeWeCom) -> None:
    await api.send(text("先"))
    wecom.inject(SEND, "half")
    assert (await later(api, "一")).reason == "message/send: ClientPayloadError"
    wecom.inject(SEND, "huge", megabytes=2)
    assert (await later(api, "二")).reason == "message/send: answer too long"
    await api.send(text("一"))
    await api.send(text("二"))
    assert read(wecom) == ["先", "一", "二"], "both had been taken; the repeats were hidden"


@pytest.mark.parametrize("body", NO_ANSWERS, ids=range(len(NO_ANSWERS)))
async def test_whatever_is_not_understood_waits(connect: Connect, body: bytes) -> None:
    async with answering(granting(lambda: web.Response(body=body, content_type="application/json"))) as base:
        assert (await later(await connect(base))).reason == "message/send: answer not understood"


async def test_odd_lists_of_people_do_not_undo_a_send(connect: Connect) -> None:
    odd = {"errcode": 0, "invaliduser": ["a"], "unlicenseduser": " |B||", "msgid": 7, "response_code": ""}
    async with answering(granting(lambda: web.json_response(odd))) as base:
        sent = await (await connect(base)).send(text("你好"))
    assert (sent.message_id, sent.response_code, sent.invalid) == ("", None, {"b"})


async def test_a_redirect_is_not_followed_and_a_cookie_not_kept(connect: Connect, wecom: FakeWeCom) -> None:
    cookies = []

    async def elsewhere(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("Cookie"))
        answer = web.Response(status=307, headers={"Location": f"{wecom.base}/gettoken?{request.query_string}"})
        answer.set_cookie("who", "you")
        return answer

    async with answering(elsewhere) as base:
        api = await connect(base, wecom.account)
        assert [(await later(api)).reason for _ in range(2)] == ["gettoken: http 307"] * 2
    assert wecom.calls["gettoken"] == []
    assert cookies == [None, None]


async def test_a_request_that_a_proxy_finds_too_large_counts_against_it(api: WeComApi, wecom: FakeWeCom) -> None:
    wecom.inject(SEND, "status", status=413)
    with pytest.raises(TryLater, match="413") as told:
        await api.send(text("你好"))
    assert told.value.fault is True


def granting(answer: Callable[[], web.Response]) -> Callable[[web.Request], Any]:
    """Gives a token; answers everything else as told."""

    async def handle(request: web.Request) -> web.Response:
        if request.path.endswith("gettoken"):
            return web.json_response({"errcode": 0, "access_token": "at", "expires_in": 7200})
        return answer()

    return handle


@asynccontextmanager
async def answering(handle: Callable[[web.Request], Any], tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server of the test's own; its base address."""
    app = web.Application()
    app.router.add_route("*", "/cgi-bin/{api:.+}", handle)
    async with TestServer(app, scheme="https" if tls else "http") as server:
        yield str(server.make_url("/cgi-bin"))
