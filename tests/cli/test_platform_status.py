"""`hrbot platform status`: one table, and an exit status that a monitor can use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from typer.testing import Result

from bot import embedded
from bot.platforms.dingtalk.meter import month_of
from tests.cli.conftest import Hrbot
from tests.fakes.dingtalk import FakeDingTalk
from tests.fakes.wecom import FakeWeCom

TABLES = ("wecom_pause", "wecom_code", "bot_outbox", "dingtalk_usage")


@pytest.fixture
async def fakes(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[FakeWeCom, FakeDingTalk]]:
    async with FakeWeCom() as wecom, FakeDingTalk() as dingtalk:
        for name, value in (wecom.environment() | dingtalk.environment()).items():
            monkeypatch.setenv(name, value)
        yield wecom, dingtalk


@pytest.fixture(autouse=True)
def emptied(home: Path) -> Iterator[None]:
    yield
    for table in TABLES:
        execute(home, f"delete from {table}")


def execute(home: Path, query: str, *given: Any) -> None:
    server = embedded.start(home)
    with server.connect("hrbot") as connection:
        connection.execute(query.encode(), given)
    server.stop()


def later(**delay: float) -> datetime:
    return datetime.now(UTC) + timedelta(**delay)


def pause(home: Path, api: str, **delay: float) -> None:
    execute(home, "insert into wecom_pause (api, until) values (%s, %s)", api, later(**delay))


def message(home: Path, number: int, platform: str, state: str) -> None:
    columns = "id, platform, recipient, conversation, template, updates, document, state, attempts, created_at"
    row = (f"out_{number}", platform, "lilei", "direct", "leave.said", False, "x", state, 0, later())
    execute(home, f"insert into bot_outbox ({columns}) values ({', '.join(['%s'] * len(row))})", *row)


def code(home: Path, used: bool, **delay: float) -> None:
    execute(
        home, "insert into wecom_code (task, code, until, used) values ('cd_1@1', 'x', %s, %s)", later(**delay), used
    )


async def status(hrbot: Hrbot, home: Path) -> Result:
    """The fakes go on answering meanwhile."""
    return await asyncio.to_thread(hrbot, "platform", "status", "--data-dir", home)


def rows(done: Result) -> dict[str, list[str]]:
    return {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}


async def test_nothing_is_configured(hrbot: Hrbot, home: Path) -> None:
    done = await status(hrbot, home)
    assert done.exit_code == 0, done.output
    assert rows(done)["wecom"] == ["no", "-", "-", "0", "0", "0", "-", "-", "-"]
    assert rows(done)["dingtalk"] == ["no", "-", "-", "0", "0", "-", "-", "-", "-"]
    assert rows(done)["console"] == ["yes", "-", "-", "0", "0", "-", "-", "-", "-"]


@asynccontextmanager
async def serving(told: dict[str, str | None]) -> AsyncIterator[int]:
    """`serve` on this machine, as far as it tells how the messengers are."""

    async def ready(request: web.Request) -> web.Response:
        return web.json_response({"ready": True, "reason": None, "platforms": told})

    app = web.Application()
    app.router.add_get("/readyz", ready)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()


async def test_what_waits_and_what_serve_says(
    hrbot: Hrbot, home: Path, fakes: tuple[FakeWeCom, FakeDingTalk], monkeypatch: pytest.MonkeyPatch
) -> None:
    month = month_of(datetime.now(UTC))
    execute(home, "insert into dingtalk_usage (month, calls, pushes) values (%s, 1200, 77)", month)
    for used, hours in ((False, 1), (False, 2), (True, 1), (False, -1)):
        code(home, used, hours=hours)
    message(home, 1, "wecom", "waiting")
    message(home, 2, "wecom", "sent")
    async with serving({"wecom": None, "dingtalk": "no Stream connection to DingTalk"}) as port:
        monkeypatch.setenv("HRBOT_PORT", str(port))
        done = await status(hrbot, home)
    assert done.exit_code == 1, done.output
    assert done.stderr == "dingtalk: no Stream connection to DingTalk\n"
    assert rows(done)["wecom"] == ["yes", "ok", "-", "1", "0", "2", "-", "-", "ok"]
    assert rows(done)["dingtalk"] == ["yes", "ok", "-", "0", "0", "-", "1200/5000", "77/3000", "ill"]


async def test_what_is_dead_is_counted_and_told(hrbot: Hrbot, home: Path) -> None:
    for number, platform in enumerate(("wecom", "dingtalk", "dingtalk")):
        message(home, number, platform, "dead")
    done = await status(hrbot, home)
    assert done.exit_code == 1
    assert (rows(done)["wecom"][4], rows(done)["dingtalk"][4]) == ("1", "2")
    assert "dingtalk: 2 dead; hrbot outbox list" in done.stderr


async def test_a_short_pause_passes_and_a_long_one_does_not(hrbot: Hrbot, home: Path) -> None:
    pause(home, "message/send", seconds=-5)
    assert rows(await status(hrbot, home))["wecom"][2] == "-"
    pause(home, "media/upload", seconds=60)
    done = await status(hrbot, home)
    assert (done.exit_code, rows(done)["wecom"][2]) == (0, "1")
    pause(home, "dingtalk:card/instances", minutes=30)
    done = await status(hrbot, home)
    assert (done.exit_code, rows(done)["wecom"][2], rows(done)["dingtalk"][2]) == (1, "1", "1")
    assert "dingtalk: card/instances rests for" in done.stderr


async def test_a_token_that_is_not_given(
    hrbot: Hrbot, home: Path, fakes: tuple[FakeWeCom, FakeDingTalk], monkeypatch: pytest.MonkeyPatch
) -> None:
    wecom, dingtalk = fakes
    wecom.inject("gettoken", "errcode", code=40001)
    monkeypatch.setenv("HRBOT_DINGTALK__CLIENT_SECRET", "geheim")
    found = rows(await status(hrbot, home))
    assert (found["wecom"][1], found["dingtalk"][1]) == ("40001", "invalidClientIdOrSecret")
    await wecom.stop()
    await dingtalk.stop()
    done = await status(hrbot, home)
    assert rows(done)["wecom"][1] == rows(done)["dingtalk"][1] == "ClientConnectorError"
    assert "Traceback" not in done.output


# ---- the menu, whose command needs the same things


async def test_the_menu_is_shown_and_pushed(
    hrbot: Hrbot, home: Path, fakes: tuple[FakeWeCom, FakeDingTalk], tmp_path: Path
) -> None:
    wecom, _ = fakes
    shown = await asyncio.to_thread(hrbot, "wecom", "menu", "push", "--show")
    assert (shown.exit_code, wecom.menu) == (0, None)
    assert "say:帮助" in shown.stdout
    done = await asyncio.to_thread(hrbot, "wecom", "menu", "push", "--data-dir", home)
    assert done.exit_code == 0, done.output
    assert wecom.menu
    wecom.inject("menu/create", "errcode", code=60020)
    refused = await asyncio.to_thread(hrbot, "wecom", "menu", "push", "--data-dir", home)
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "not a trusted one" in refused.stderr
    file = tmp_path / "menu.yaml"
    file.write_text("[]")
    assert hrbot("wecom", "menu", "push", "--file", file).exit_code == 1


def test_the_menu_of_no_app(hrbot: Hrbot) -> None:
    done = hrbot("wecom", "menu", "push")
    assert done.exit_code == 1
    assert "not configured" in done.stderr
