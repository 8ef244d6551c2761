"""Pauses and circuits are shared by all messengers' clients; each says whose they are."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from bot.platforms.port import TryLater
from bot.platforms.shared.breaker import FAILURES, Peer, Unreachable
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.gate import Gate
from tests.dingtalk.sending import SEND, Sending
from tests.wecom.gates import SEND as WECOM_SEND
from tests.wecom.gates import Time, emptied, gate

HOST = "api.example"


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def shared(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    yield await emptied(engine)
    await emptied(engine)


def dingtalk(engine: AsyncEngine, time: Time) -> Gate:
    return Gate(Peer("DingTalk", HOST), engine, 900, Clocks(time, time.monotonic, lambda: 0.0))


def opened(platform: str, host: str) -> float | None:
    return REGISTRY.get_sample_value("hrbot_platform_circuit_open", {"platform": platform, "host": host})


async def fail(robot: Gate) -> None:
    with pytest.raises((Unreachable, TryLater)):
        async with robot.call(f"dingtalk:{SEND}"):
            raise Unreachable("dns")


async def test_an_outage_of_dingtalk_is_dingtalks(shared: AsyncEngine, time: Time) -> None:
    robot, app = dingtalk(shared, time), gate(shared, time)
    with capture_logs() as logs:
        for _ in range(FAILURES):
            await fail(robot)
    assert [(line["event"], line.get("host")) for line in logs] == [("dingtalk.circuit_opened", HOST)]
    assert (opened("dingtalk", HOST), opened("wecom", "")) == (1, 0)
    assert (robot.degraded(), app.degraded()) == ("DingTalk cannot be reached", None)
    with pytest.raises(TryLater, match="DingTalk cannot be reached"):
        async with robot.call(f"dingtalk:{SEND}"):
            raise AssertionError("not to be called")
    time.pass_by(60)
    async with robot.call(f"dingtalk:{SEND}"):
        assert opened("dingtalk", HOST) == 1
    assert opened("dingtalk", HOST) == 0


async def test_a_pause_is_told_by_whom_it_concerns(shared: AsyncEngine, time: Time) -> None:
    robot, app = dingtalk(shared, time), gate(shared, time)
    with capture_logs() as logs:
        await robot.pause(f"dingtalk:{SEND}", 30)
        await app.pause(WECOM_SEND, 60)
    assert [line["event"] for line in logs] == ["dingtalk.paused", "wecom.paused"]
    for one in (robot, app):  # both read the other's row
        with pytest.raises(TryLater):
            async with one.call(f"dingtalk:{SEND}"):
                raise AssertionError("not to be called")
    assert robot.degraded() == f"DingTalk asked for a pause of dingtalk:{SEND}"
    assert app.degraded() == f"WeCom asked for a pause of {WECOM_SEND}"


async def test_a_refused_call_of_the_client_says_dingtalk(out: Sending) -> None:
    api = await out.api()
    out.fake.block(SEND)
    with capture_logs() as logs, pytest.raises(TryLater):
        await api.send_direct("lilei", "sampleText", {"content": "你好"})
    assert [line["event"] for line in logs] == ["dingtalk.paused"]
