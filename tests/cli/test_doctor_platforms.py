"""`hrbot doctor` and the messengers: it names what is wrong there, and never a secret."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import embedded
from bot.cli import doctor
from bot.platforms.dingtalk.answers import Answer as DingTalkAnswer
from bot.platforms.dingtalk.meter import month_of
from bot.platforms.shared import probing
from bot.platforms.shared.breaker import Unreachable
from bot.platforms.wecom import probe
from config.settings import Settings
from tests.cli.conftest import Set
from tests.cli.doctoring import bad, codes, found
from tests.fakes.dingtalk import FakeDingTalk
from tests.fakes.wecom import FakeWeCom

SEND, OPEN = "robot/oToMessages/batchSend", "gateway/connections/open"


async def test_nothing_is_asked_that_is_not_configured(home: Path) -> None:
    assert await found(home) == []


# ---- WeCom


async def test_wecom_is_well(home: Path, wecom: FakeWeCom) -> None:
    assert await codes(home) == ["wecom_token_ok", "wecom_app_ok", "wecom_callback_silent"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (40001, "wecom_secret"),
        (40013, "wecom_corp"),
        (60020, "wecom_address"),
        (45009, "wecom_refused"),
        (99999, "wecom_refused"),
    ],
)
async def test_wecom_gives_no_token(home: Path, wecom: FakeWeCom, code: int, said: str) -> None:
    wecom.inject("gettoken", "errcode", code=code)
    assert await bad(home) == [said]


async def test_a_wrong_secret_and_a_wrong_company(home: Path, wecom: FakeWeCom, setenv: Set) -> None:
    setenv({"HRBOT_WECOM__SECRET": "geheim"})
    assert await bad(home) == ["wecom_secret"]
    setenv({"HRBOT_WECOM__CORP_ID": "wwother"})
    assert await bad(home) == ["wecom_corp"]


async def test_an_address_that_is_not_trusted_is_named(home: Path, wecom: FakeWeCom) -> None:
    wecom.inject("agent/get", "errcode", code=60020, errmsg="not allow to access from your ip, from ip: 203.0.113.7")
    [one] = [one for one in await found(home) if one.wrong]
    assert "203.0.113.7" in doctor.line(one)


async def test_the_app_is_another_switched_off_or_seen_by_nobody(home: Path, wecom: FakeWeCom, setenv: Set) -> None:
    nobody = {"allow_userinfos": {"user": []}, "allow_partys": {"partyid": []}, "allow_tags": {"tagid": []}}
    wecom.inject("agent/get", "answer", body={"errcode": 0, "errmsg": "ok", "close": 0, **nobody})
    assert await bad(home) == ["wecom_nobody"]
    wecom.app_closed = True
    assert await bad(home) == ["wecom_closed"]
    setenv({"HRBOT_WECOM__AGENT_ID": "7"})
    assert await bad(home) == ["wecom_agent"]


@pytest.mark.parametrize(("fault", "options"), [("errcode", {"code": 404001}), ("html", {}), ("status", {})])
async def test_an_app_of_which_nothing_is_said_is_no_fault(
    home: Path, wecom: FakeWeCom, fault: str, options: dict[str, int]
) -> None:
    wecom.inject("agent/get", fault, **options)
    assert (await codes(home))[1] == "wecom_app_unknown"
    assert await bad(home) == []


@pytest.mark.parametrize("fault", ["reset", "html", "status", "half"])
async def test_wecom_is_away(home: Path, wecom: FakeWeCom, fault: str) -> None:
    wecom.inject("gettoken", fault, times=None)
    assert await bad(home) == ["wecom_offline"]


async def test_who_does_not_answer_is_not_waited_for(wecom: FakeWeCom) -> None:
    settings = Settings().wecom
    assert settings
    wecom.inject("gettoken", "slow", seconds=30)
    async with probe.probing(settings, patience=0.2) as asking:
        with pytest.raises(Unreachable, match="timeout"):
            await asking.token()


async def test_a_machine_without_a_network_gets_one_line_each(
    home: Path, wecom: FakeWeCom, dingtalk: FakeDingTalk
) -> None:
    await wecom.stop()
    await dingtalk.stop()
    assert await bad(home) == ["wecom_offline", "dingtalk_offline"]


def test_a_clock_that_is_wrong() -> None:
    now = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
    assert probing.ahead("Wed, 11 Mar 2026 02:28:30 GMT", now) == 90
    assert probing.ahead("Wed, 11 Mar 2026 02:31:00 GMT", now) == -60
    assert [probing.ahead(date, now) for date in (None, "", "soon", "Wed, 11 Mar 2026 02:28:30")] == [None] * 4


async def test_a_clock_that_is_wrong_is_told(
    home: Path, wecom: FakeWeCom, dingtalk: FakeDingTalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platform_diagnosis.ahead", lambda date, now: -75.0 if date else None)
    assert await bad(home) == ["wecom_clock", "dingtalk_clock"]


# ---- the way in


# ---- DingTalk


async def test_dingtalk_is_well(home: Path, dingtalk: FakeDingTalk) -> None:
    said = await codes(home)
    assert said == ["dingtalk_month_ok", *(f"dingtalk_{name}_ok" for name in ("token", "robot", "stream", "template"))]
    assert [len(dingtalk.calls[api]) for api in (SEND, OPEN)] == [1, 1]
    assert dingtalk.seen == {}


async def test_without_a_template_and_in_http_mode(home: Path, dingtalk: FakeDingTalk, setenv: Set) -> None:
    setenv({"HRBOT_DINGTALK__CARD_TEMPLATE_ID": "", "HRBOT_DINGTALK__MODE": "http"})
    assert (await codes(home))[-2:] == ["dingtalk_template_none", "dingtalk_callback_silent"]
    assert await bad(home) == []
    assert OPEN not in dingtalk.calls


async def test_dingtalk_refuses(home: Path, dingtalk: FakeDingTalk, setenv: Set) -> None:
    dingtalk.missing_permissions.add(SEND)
    assert await bad(home) == ["dingtalk_permission"]
    dingtalk.missing_permissions.clear()
    dingtalk.exhaust_calls()
    assert await bad(home) == ["dingtalk_quota"]
    setenv({"HRBOT_DINGTALK__CLIENT_SECRET": "geheim"})
    assert await bad(home) == ["dingtalk_secret"]
    dingtalk.ip_allowed = False
    assert await bad(home) == ["dingtalk_address"]
    assert any("203.0.113.7" in doctor.line(one) for one in await found(home))


@pytest.mark.parametrize(
    ("message", "address"),
    [
        ("request ip=203.0.113.7 not in whitelist", "203.0.113.7"),
        ("访问ip不在白名单之中,request ip：2001:db8::7", "2001:db8::7"),
        ("the address is not in the list", None),
        ("shipping: 12", None),
    ],
)
def test_the_address_in_a_refusal(message: str, address: str | None) -> None:
    assert DingTalkAnswer("60020", 403, {"message": message}).address == address


async def test_another_robot(home: Path, dingtalk: FakeDingTalk, setenv: Set) -> None:
    setenv({"HRBOT_DINGTALK__ROBOT_CODE": "dingother"})
    assert await bad(home) == ["dingtalk_robot"]


async def test_the_gateway_lets_nobody_in(home: Path, dingtalk: FakeDingTalk) -> None:
    dingtalk.inject(OPEN, "status", status=503)
    assert await bad(home) == ["dingtalk_stream_bad"]


@pytest.mark.parametrize(("calls", "pushes", "said"), [(4000, 1, "high"), (1, 2400, "high"), (5000, 1, "full")])
async def test_the_month(home: Path, dingtalk: FakeDingTalk, calls: int, pushes: int, said: str) -> None:
    use(home, calls, pushes)
    try:
        assert (await codes(home))[0] == f"dingtalk_month_{said}"
    finally:
        use(home, 0, 0)


def use(home: Path, calls: int, pushes: int) -> None:
    server = embedded.start(home)
    with server.connect("hrbot") as connection:
        connection.execute("delete from dingtalk_usage")
        connection.execute(
            "insert into dingtalk_usage values (%s, %s, %s)", [month_of(datetime.now(UTC)), calls, pushes]
        )
    server.stop()


# ---- what is said


async def test_no_secret_is_said(home: Path, wecom: FakeWeCom, dingtalk: FakeDingTalk) -> None:
    ours, theirs = wecom.account, dingtalk.account
    secret = [ours.secret, ours.token, ours.aes_key, theirs.client_secret, theirs.event_token, theirs.event_aes_key]
    for code in (0, 40001, 60020, 99999):
        wecom.inject("gettoken", "errcode", code=code, errmsg=f"{ours.secret} from ip: 127.0.0.1")
        dingtalk.inject(SEND, "status", status=503)
        said = "\n".join(map(doctor.line, await found(home)))
        assert [one for one in secret if one in said] == []
        assert wecom.tokens.current is None or wecom.tokens.current not in said
