"""Connections come and go: replaced before they leave, healed when cut, cleanly stopped, and nothing is lost."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from bot.platforms.dingtalk.connection import Times
from bot.platforms.dingtalk.stream import Stream
from tests.dingtalk.shelf import Connect, Shelf, real_now, settings
from tests.fakes.dingtalk import Call, FakeDingTalk
from tests.platforms.metrics import incoming

CUTS = 50 if os.environ.get("HRBOT_LONG") == "1" else 5


async def healed(dingtalk: FakeDingTalk, opened: int) -> float:
    """Seconds until so many connections were made in all and as many as before take pushes."""
    started = time.monotonic()
    async with asyncio.timeout(10):
        while dingtalk.opened < opened:
            await asyncio.sleep(0.005)
    await dingtalk.connected(1)
    return time.monotonic() - started


async def test_told_to_disconnect_it_replaces_first(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    old = list(dingtalk.connections)
    dingtalk.inject("gateway/connections/open", "slow", times=1, seconds=0.4)
    await dingtalk.disconnect(1)
    await asyncio.sleep(0.2)
    assert old[0] in dingtalk.connections  # it stays until its successor is there
    async with asyncio.timeout(3):
        while old[0] in dingtalk.connections:
            await asyncio.sleep(0.01)
    assert (dingtalk.opened, stream.up) == (3, 2)
    assert (await dingtalk.say("lilei", "查年假")).in_time


async def test_an_answer_that_is_due_is_sent_before_the_goodbye(
    streams: Connect, dingtalk: FakeDingTalk, shelf: Shelf
) -> None:
    await streams(1)
    shelf.slow = 0.3
    saying = asyncio.create_task(dingtalk.say("lilei", "查年假"))
    await asyncio.sleep(0.05)
    await dingtalk.disconnect()
    assert (await saying).in_time
    assert shelf.texts == ["查年假"]


@dataclass
class Load:
    """People who write and press, and events, until it is over."""

    dingtalk: FakeDingTalk
    said: list[asyncio.Task[object]] = field(default_factory=list)
    over: bool = False

    async def run(self) -> None:
        for number in itertools.count(1):
            if self.over:
                return
            self.push(self.dingtalk.say("lilei", f"{number}"))
            if number % 5 == 0:
                self.push(self.dingtalk.event("user_modify_org", {"userId": [f"u{number}"]}))
                self.push(self.dingtalk.press("xuli", f"cd_{number}@1", "agree", force=True))
            await asyncio.sleep(0.004)

    def push(self, what: Coroutine[None, None, object]) -> None:
        self.said.append(asyncio.create_task(what))


async def test_cut_under_load(stream: Stream, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    """All connections cut again and again while people write, press and events come."""
    load, given_up = Load(dingtalk), {kind: incoming("dingtalk", kind, "lost") for kind in ("text", "card")}
    loading = asyncio.create_task(load.run())
    slowest = 0.0
    for _ in range(CUTS):
        await asyncio.sleep(0.15)
        opened = dingtalk.opened
        cut = dingtalk.cut()
        assert cut >= 1
        slowest = max(slowest, await healed(dingtalk, opened + cut))
    await asyncio.sleep(0.1)
    load.over = True
    await loading
    await asyncio.gather(*load.said)
    await dingtalk.settled()
    assert slowest < 10
    assert [frame for frame in dingtalk.unacked() if not frame.cut] == []
    assert not [line for line in dingtalk.warnings if "stream" in line]
    assert {kind: incoming("dingtalk", kind, "lost") for kind in given_up} == given_up, "also what was cut is kept"
    nothing_is_lost(dingtalk, shelf)


def nothing_is_lost(dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    """What was acknowledged is kept; of events all that ever happened."""
    acked = [frame for frame in dingtalk.frames if frame.acked]
    said = {frame.data["msgId"] for frame in acked if frame.kind == "robot"}
    pressed = {f"c:{frame.message_id}" for frame in acked if frame.kind == "card"}
    assert len(said) > 20 * CUTS
    assert pressed
    assert said | pressed <= set(shelf.kept)
    events = {frame.data["userId"][0] for frame in dingtalk.frames if frame.kind == "event"}
    assert {event.users[0] for event in shelf.events.values()} == events


async def test_half_open_connections_are_noticed(streams: Connect, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    await streams(2, Times(ping=0.1, silence=0.4, goodbye=0.1))
    dingtalk.freeze(1)
    await dingtalk.connected(2, patience=3.0)
    assert (await dingtalk.say("lilei", "查年假")).in_time


async def test_pings_keep_a_silent_connection(streams: Connect, dingtalk: FakeDingTalk) -> None:
    await streams(1, Times(ping=0.05, silence=0.2))
    await asyncio.sleep(0.6)
    assert dingtalk.opened == 1
    assert dingtalk.connections[0].pings > 5


async def test_a_gateway_that_is_away_is_tried_again(streams: Connect, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    stream = await streams(1)
    dingtalk.inject("gateway/connections/open", "status", times=2, status=503)
    dingtalk.cut()
    assert 2.0 < await healed(dingtalk, 2) < 5.0  # at once, after about 1 s, after about 2 s
    assert stream.degraded() is None


async def test_each_connection_has_a_ticket_of_its_own(stream: Stream, dingtalk: FakeDingTalk) -> None:
    dingtalk.cut()
    assert await healed(dingtalk, 4) < 2.0
    assert len(dingtalk.calls["gateway/connections/open"]) == dingtalk.opened == 4
    assert not [line for line in dingtalk.warnings if "ticket" in line]


@pytest.mark.parametrize(
    "fault", [("reset", {}), ("html", {}), ("half", {}), ("huge", {"megabytes": 2}), ("answer", {"body": {}})]
)
async def test_odd_answers_of_the_gateway(dingtalk: FakeDingTalk, shelf: Shelf, fault: tuple[str, dict]) -> None:
    dingtalk.inject("gateway/connections/open", fault[0], times=1, **fault[1])
    stream = Stream(settings(dingtalk.account, dingtalk.base, 1), shelf.store, real_now)
    await stream.start()
    await dingtalk.connected(1)
    assert len(dingtalk.calls["gateway/connections/open"]) == 2, "asked once more, and answered"
    await stream.stop()


async def test_a_wrong_secret_is_said_and_not_tried_often(dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    wrong = settings(type(dingtalk.account)(client_id=dingtalk.account.client_id), dingtalk.base)
    stream = Stream(wrong, shelf.store, real_now)
    await stream.start()
    async with asyncio.timeout(3):
        while stream.degraded() is None:
            await asyncio.sleep(0.01)
    await asyncio.sleep(1.5)
    assert len(dingtalk.calls["gateway/connections/open"]) == 2
    assert "refuses" in (stream.degraded() or "")
    await stream.stop()


# the end


async def test_on_stop_what_was_taken_is_stored_first(streams: Connect, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    stream = await streams(2)
    shelf.slow = 0.6
    saying = [asyncio.create_task(dingtalk.say("lilei", str(number))) for number in range(2)]
    await asyncio.sleep(0.05)
    shelf.slow = 0.2
    started = time.monotonic()
    await stream.stop()
    assert time.monotonic() - started < 2.0
    await asyncio.gather(*saying)
    assert shelf.texts == ["0", "1"]
    assert dingtalk.connections == []


@pytest.mark.parametrize("trouble", ["failing", "frozen", "gone"])
async def test_stop_takes_two_seconds_at_most(
    streams: Connect, dingtalk: FakeDingTalk, shelf: Shelf, trouble: str
) -> None:
    stream = await streams(2)
    if trouble == "frozen":
        dingtalk.freeze()
    elif trouble == "gone":
        await dingtalk.stop()
    else:
        shelf.fails = OSError()
        await dingtalk.say("lilei", "查年假")
    started = time.monotonic()
    await stream.stop()
    assert time.monotonic() - started < 2.1
    assert stream.up == 0
    assert not [task for task in asyncio.all_tasks() if "dingtalk" in task.get_name()]


async def test_nothing_secret_is_logged(
    dingtalk: FakeDingTalk,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Canaries: client secret, tickets, addresses and words, through faults of every kind."""
    tickets: list[str] = []
    issue = FakeDingTalk.open_connection

    def issued(fake: FakeDingTalk, call: Call) -> dict[str, str]:
        answer = issue(fake, call)
        tickets.append(answer["ticket"])
        if len(tickets) == 3:
            fake.tickets.clear()  # its handshake is refused
        return answer

    monkeypatch.setattr(FakeDingTalk, "open_connection", issued)
    stream = Stream(settings(dingtalk.account, dingtalk.base), shelf.store, real_now, shelf.hooks)
    with structlog.testing.capture_logs() as logs:
        await stream.start()
        await dingtalk.connected(2)
        for fault in ("reset", "html"):
            dingtalk.inject("gateway/connections/open", fault, times=1)
        shelf.fails = OperationalError("canary-words", {}, Exception("canary-words"))
        pushed = await dingtalk.say("lilei", "canary-words")
        await dingtalk.event("user_leave_org", {"userId": ["canary-words"]})
        dingtalk.cut()
        await healed(dingtalk, 3)
        shelf.fails = None
        await shelf.until(1)
        await stream.stop()
    written = str(logs) + caplog.text
    assert len(tickets) >= 4
    assert "handshake status 401" in written
    canaries = [dingtalk.account.client_secret, "canary-words", pushed.data["sessionWebhook"], "ticket=", *tickets]
    assert not [canary for canary in canaries if canary in written]
