"""Our client when things go wrong: limits, an administrator's matters, no answers, refusals, the month (P2 to P7)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.platforms.dingtalk.api import DingTalkApi
from bot.platforms.dingtalk.errors import Kind, meaning
from bot.platforms.dingtalk.pace import Turns
from bot.platforms.dingtalk.tables import Usage
from bot.platforms.port import TryLater, Undeliverable
from tests.dingtalk.sending import LI, SEND, UPDATE, WEBHOOK, Sending, later, read, said

PARAMS = {"title": "请假审批", "status": "waiting"}

# ---- P2: limits; and what an administrator must mend


@pytest.mark.parametrize(
    ("code", "status", "least", "most"),
    [
        ("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", 403, 1, 3),
        ("Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", 403, 40, 42),
        ("Forbidden.AccessDenied.QpsLimitForApi", 403, 1, 3),
    ],
)
async def test_a_limit_pauses_all_processes(out: Sending, code: str, status: int, least: int, most: int) -> None:
    one, other = await out.api(), await out.api()
    await said(other)
    out.fake.inject(SEND, "code", code=code, status=status)
    after = (await later(one)).after
    assert after is not None
    assert least <= after <= most
    before = out.calls()
    await later(one)
    if after > 1.5:
        out.pass_by(1.1)
        await later(other)
    assert out.calls() == before
    out.pass_by(after)
    await said(one)


async def test_an_overloaded_api_is_given_more_time_each_time(out: Sending) -> None:
    api, waits = await out.api(), []
    for _ in range(4):
        out.fake.inject(SEND, "code", code="Forbidden.AccessDenied.QpsLimitForApi", status=403)
        waits.append((await later(api)).after or 0)
        out.pass_by(waits[-1] + 0.1)
    assert waits == [1, 2, 4, 8]


async def test_the_used_up_month_is_an_alarm(out: Sending) -> None:
    api = await out.api()
    out.fake.exhaust_calls()
    with capture_logs() as logs:
        assert (await later(api)).after == 3600
        with pytest.raises(TryLater):
            await api.update_card("cd_1@1", PARAMS)
    assert [entry["code"] for entry in logs if entry["event"] == "dingtalk.misconfigured"] == ["ApiCountLimitForOrg"]
    assert api.degraded()
    assert (await api.usage()).calls == 0
    assert (out.calls(), out.calls(UPDATE)) == (1, 0)
    out.fake.quotas.calls = 10
    out.pass_by(3601)
    await said(api)
    assert api.degraded() is None


async def test_a_new_month_is_not_waited_beyond(out: Sending) -> None:
    api = await out.api()
    out.pass_by(20 * 86400 + 13 * 3600 + 29 * 60 + 30 - 600)  # 31 March, 23:59:50 less ten minutes
    out.fake.inject(SEND, "code", code="Forbidden.AccessDenied.ApiCountLimitForOrg", status=403)
    assert (await later(api)).after == pytest.approx(611)


async def test_a_shut_out_address_calls_nobody_for_five_minutes(out: Sending) -> None:
    api = await out.api()
    out.fake.inject(SEND, "banned")
    assert ((await later(api)).after or 0) >= 300
    await later(api)
    with pytest.raises(TryLater):
        await api.update_card("cd_1@1", PARAMS)
    assert (out.calls(), out.calls(UPDATE)) == (1, 0)
    out.pass_by(301)
    await said(api)


@pytest.mark.parametrize("trouble", ["address", "permission", "robot"])
async def test_what_an_administrator_must_mend_waits_and_is_said_once_a_minute(out: Sending, trouble: str) -> None:
    api = await out.api(**({"robot_code": "another"} if trouble == "robot" else {}))
    out.fake.ip_allowed = trouble != "address"
    out.fake.missing_permissions = {SEND} if trouble == "permission" else set()
    with capture_logs() as logs:
        found = await later(api)
        out.pass_by(30)
        await later(api)
    assert found.after is not None
    assert len([entry for entry in logs if entry["event"] == "dingtalk.misconfigured"]) == 1


# ---- P4, P5, P7: no answer, or none that says anything


@pytest.mark.parametrize("fault", ["reset", "html", "half", "huge", "status"])
async def test_what_is_no_answer_waits(out: Sending, fault: str) -> None:
    api = await out.api()
    await said(api)
    out.fake.inject(SEND, fault)
    assert SEND in (await later(api)).reason
    await said(api, "again")
    assert read(out.fake)[-1] == "again"


async def test_a_network_that_is_away_opens_the_circuit(out: Sending) -> None:
    api = await out.api()
    await said(api)
    out.fake.inject(SEND, "reset", times=None)
    for _ in range(5):
        await later(api)
    before = out.calls()
    assert "DingTalk cannot be reached" in (await later(api)).reason
    assert out.calls() == before
    assert api.degraded() == "DingTalk cannot be reached"
    out.fake.faults.clear()
    out.pass_by(7)
    await said(api)
    assert api.degraded() is None


async def test_a_busy_platform_and_a_silent_one_wait(out: Sending) -> None:
    api = await out.api(patience=0.3)
    await said(api)
    out.fake.inject(SEND, "busy")
    assert (await later(api)).after is None
    out.fake.inject(SEND, "stall_after_accept")
    assert "timeout" in (await later(api)).reason


# ---- P6: 200 is not yet sent


async def test_a_person_who_is_not_there_and_one_who_gets_too_much(out: Sending) -> None:
    api = await out.api()
    with pytest.raises(Undeliverable, match="no such person"):
        await said(api, to="nobody")
    out.fake.flow_controlled = {LI}
    assert "too many" in (await later(api)).reason


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("60121", 200, Kind.GONE),
        ("staffId.notExisted", 400, Kind.GONE),
        ("invalidParameter.robotCode.notExsit", 400, Kind.CONFIGURATION),
        ("invalidParameter.userIds.empty", 400, Kind.BAD),
        ("param.whatever", 400, Kind.BAD),
        ("param.cardNotExist", 404, Kind.MISSING),
        ("Forbidden.AccessDenied.IpNotInWhiteList", 403, Kind.CONFIGURATION),
        ("Contact.PermissionDenied", 403, Kind.CONFIGURATION),
        ("something.new", 400, Kind.BAD),
        ("something.new", 500, Kind.BUSY),
        ("something.new", 403, Kind.CONFIGURATION),
        ("", 200, Kind.BAD),
    ],
)
def test_the_table(code: str, status: int, kind: Kind) -> None:
    assert meaning(code, status).kind is kind


async def test_both_styles_of_refusal_mean_the_same(out: Sending) -> None:
    api = await out.api()
    for code, error in (("90018", TryLater), ("60020", TryLater), ("33012", Undeliverable), ("400002", Undeliverable)):
        out.fake.inject("media/upload", "errcode", code=int(code))
        with pytest.raises(error):
            await api.upload("file", "a.pdf", b"1")
        out.pass_by(2)
    body = {"errcode": 88, "errmsg": "x", "sub_code": "60121", "sub_msg": "gone"}
    out.fake.inject("media/upload", "answer", body=body)
    with pytest.raises(Undeliverable):
        await api.upload("file", "a.pdf", b"1")


# ---- P3: the pace, and the month


async def test_no_second_holds_more_than_its_share(out: Sending) -> None:
    api = await out.api()
    started = []

    for number in range(40):
        await said(api, str(number))
        started.append(out.time.ticks)
    for at in started:
        assert len([other for other in started if at <= other < at + 0.999]) <= 15
    assert started[-1] - started[0] < 4


def test_turns_are_not_saved_up() -> None:
    now = [0.0]
    turns = Turns(4, lambda: now[0])
    now[0] = 100.0
    assert [round(turns.take(), 2) for _ in range(4)] == [0, 0.33, 0.67, 1]
    assert [round(turns.take(), 2) for _ in range(1)] == [1.33]
    with pytest.raises(TryLater):
        turns.take()


async def test_the_month_is_counted_by_all_processes(out: Sending) -> None:
    one, other = await out.api(monthly_calls=10), await out.api(monthly_calls=10)
    with capture_logs() as logs:
        for _ in range(4):
            await said(one)
            await said(other)
        out.fake.block(SEND)
        await later(one)
        await one.usage()
        used = await other.usage()
    assert (used.month, used.calls, used.pushes, used.percent) == ("2026-03", 8, 0, 80)
    assert out.fake.quotas.called["2026-03"] == 8
    assert [entry["percent"] for entry in logs if entry["event"] == "dingtalk.quota"] == [80]
    out.time.pass_by(31 * 86400)
    assert (await other.usage()).calls == 0


async def test_pushes_are_counted_too(out: Sending) -> None:
    await out.api(monthly_pushes=2)
    meter = out.clients[0].meter
    await meter.pushed()
    await meter.pushed()
    assert (await meter.usage()).pushes == 2


async def test_a_burst_is_written_once_a_second(out: Sending) -> None:
    await out.api()
    meter = out.clients[0].meter

    async def written() -> int:
        async with out.engine.connect() as connection:
            return await connection.scalar(select(func.coalesce(func.sum(Usage.pushes), 0))) or 0

    for _ in range(100):
        await meter.pushed()
    assert await written() == 1
    out.pass_by(1.1)
    await meter.pushed()
    assert await written() == 101


async def test_nothing_secret_is_logged_or_raised(out: Sending) -> None:
    api = await out.api()
    await said(api)
    secrets = [out.fake.account.client_secret, out.fake.tokens.current or "-"]
    url, _ = out.fake.webhook(LI, None)
    raised = []
    with capture_logs() as logs:
        for fault in ("reset", "html", "status"):
            out.fake.inject(SEND, fault)
            raised.append(repr((await later(api)).__context__) + str(await _reason(api, url, out)))
            await said(api)
    for secret in (*secrets, url):
        assert secret not in str(logs) + str(raised)


async def _reason(api: DingTalkApi, url: str, out: Sending) -> str:
    out.fake.inject(WEBHOOK, "reset")
    with pytest.raises(TryLater) as told:
        await api.send_webhook(url, {"msgtype": "text", "text": {"content": "x"}})
    return told.value.reason + repr(told.value.__context__)
