"""What the client says when something is wrong holds no token, secret, response code or body; and what it does say."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.platforms.port import TryLater, Undeliverable
from bot.platforms.shared.answered import Raw
from bot.platforms.shared.token import Grant
from bot.platforms.wecom.answers import Sent
from bot.platforms.wecom.api import CardFrozen, WeComApi
from tests.fakes.wecom import FakeWeCom
from tests.wecom.gates import SEND, Time
from tests.wecom.sending import UPDATE, Connect, later, read, text

BODY, CODE = "canary-salary-31415", "canary-response-code"
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("errcode", {"code": 40058}),
    ("errcode", {"code": 45009}),
    ("errcode", {"code": 60020}),
    ("errcode", {"code": 40014}),
    ("errcode", {"code": 40001}),
    ("status", {"status": 500}),
    ("status", {"status": 413}),
    ("reset", {}),
    ("half", {}),
    ("html", {}),
    ("huge", {"megabytes": 2}),
    ("stall_after_accept", {}),
    ("answer", {"body": {"errcode": "canary", "said": BODY}}),
]


def chained(error: BaseException | None) -> str:
    """Everything that a log or a crash report could make of an exception, its causes and contexts too."""
    said = []
    while error is not None:
        said += [str(error), repr(error), repr(error.args), *traceback.format_exception_only(error)]
        error = error.__cause__ or error.__context__
    return "\n".join(said)


@pytest.mark.parametrize(("how", "options"), FAULTS, ids=[f"{how}-{next(iter(o.values()), '')}" for how, o in FAULTS])
async def test_nothing_secret_is_said(
    connect: Connect, wecom: FakeWeCom, caplog: pytest.LogCaptureFixture, how: str, options: dict[str, Any]
) -> None:
    caplog.set_level("DEBUG")
    api = await connect(wecom.base, wecom.account, patience=0.3)
    await api.send(text("先"))
    token = wecom.tokens.current
    assert token
    for name in ("errmsg",) if how == "errcode" else ():
        options = {**options, name: f"{token} {wecom.account.secret} {BODY}, hint: [1770000000_1]"}
    said = []
    with capture_logs() as logs:
        for target in (SEND, UPDATE, "gettoken"):
            wecom.inject(target, how, times=2, **options)
        for again in (api, await connect(wecom.base, wecom.account, patience=0.3)):
            said += [await failure(again.send(text(BODY)))]
            said += [await failure(again.update_card(["lisi"], CODE, {"button": {"replace_name": BODY}}))]
    everything = "\n".join([*said, caplog.text, str(logs)])
    assert [one for one in (token, wecom.account.secret, BODY, CODE) if one in everything] == []
    assert said[0], "it failed as was ordered"


async def failure(call: Any) -> str:
    try:
        await call
    except (TryLater, Undeliverable, CardFrozen) as error:
        return chained(error)
    return ""


def test_what_is_passed_on_has_no_secret_in_its_repr() -> None:
    said = repr([Sent("m", CODE, frozenset()), Grant(CODE, 7200), Raw(200, "text/plain", None, None, b"canary", True)])
    assert "canary" not in said


async def test_a_wrong_configuration_is_said_once_a_minute(api: WeComApi, wecom: FakeWeCom, time: Time) -> None:
    wecom.inject(SEND, "errcode", times=7, code=60020, errmsg="not allow, hint: [177_ab], from ip: 10.1.2.3, more")
    with capture_logs() as logs:
        assert {(await later(api)).after for _ in range(5)} == {300.0}
        time.pass_by(61)
        await later(api)
    alarms = [line for line in logs if line["event"] == "wecom.misconfigured"]
    assert len(alarms) == 2
    assert alarms[0] == {
        "event": "wecom.misconfigured",
        "log_level": "error",
        "api": SEND,
        "errcode": 60020,
        "meaning": "this server's address is not a trusted one",
        "hint": "177_ab",
        "address": "10.1.2.3",
    }
    assert api.degraded() == "WeCom refuses our configuration: [60020]"
    await later(api)
    await api.send(text("好了"))
    assert api.degraded() is None
    assert read(wecom) == ["好了"]


@pytest.mark.parametrize("code", [60020, 60011, 48002, 50001, 80001, 85005, 301002, 301005, 40056, 41001])
async def test_configuration_makes_messages_wait(api: WeComApi, wecom: FakeWeCom, code: int) -> None:
    wecom.inject(SEND, "errcode", code=code)
    assert (await later(api)).after == 300.0


@pytest.mark.parametrize("code", [60020, 40058, 40003, 42001, 12345])
async def test_whatever_gettoken_refuses_is_configuration(api: WeComApi, wecom: FakeWeCom, code: int) -> None:
    wecom.inject("gettoken", "errcode", times=None, code=code)
    assert [(await later(api)).after for _ in range(5)] == [300.0] * 5
    assert len(wecom.calls["gettoken"]) == 1
