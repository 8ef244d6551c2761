"""`hrbot doctor` asks the callbacks as the messengers do: on this machine, and at the public address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.cli import doctor
from bot.platforms.dingtalk.callback import Callback as DingTalkCallback
from bot.platforms.port import Update
from bot.platforms.wecom.callback import Callback
from config.settings import Settings
from tests.cli.conftest import Set
from tests.cli.doctoring import codes, found
from tests.fakes.dingtalk import FakeDingTalk
from tests.fakes.wecom import FakeWeCom


async def nothing(update: Update, account: str) -> bool:
    raise AssertionError(f"{account} said {update.message_id}: nothing is to be stored")


async def test_our_own_callback_is_asked(home: Path, wecom: FakeWeCom, setenv: Set) -> None:
    settings = Settings().wecom
    assert settings
    async with serving(Callback(settings, nothing, lambda: datetime.now(UTC)).routes()) as port:
        assert (await codes(home, port))[-1] == "wecom_callback_ok"
        setenv({"HRBOT_WECOM__TOKEN": "another"})
        assert (await codes(home, port))[-1] == "wecom_callback_bad"


async def test_our_public_address_is_asked(home: Path, wecom: FakeWeCom, setenv: Set) -> None:
    settings = Settings().wecom
    assert settings
    async with serving(Callback(settings, nothing, lambda: datetime.now(UTC)).routes()) as port:
        setenv({"HRBOT_PUBLIC_URL": f"http://127.0.0.1:{port}"})
        assert (await codes(home))[-2:] == ["wecom_callback_silent", "wecom_public_ok"]
        setenv({"HRBOT_WECOM__TOKEN": "another"})
        assert (await codes(home))[-1] == "wecom_public_bad"
    last = (await found(home))[-1]
    assert (last.code, last.wrong) == ("wecom_public_silent", False)
    assert f"127.0.0.1:{port}" in doctor.line(last)


async def test_a_proxy_that_answers_by_itself(home: Path, wecom: FakeWeCom, setenv: Set) -> None:
    async def redirect(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "https://login.example.com/"})

    async with serving([web.get("/{path:.*}", redirect)]) as port:
        setenv({"HRBOT_PUBLIC_URL": f"http://127.0.0.1:{port}"})
        last = (await found(home))[-1]
    assert (last.code, last.facts["status"]) == ("wecom_public_bad", 302)


async def test_somebody_else_listens_there(home: Path, wecom: FakeWeCom) -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    async with serving([web.get("/{path:.*}", hello)]) as port:
        assert (await codes(home, port))[-1] == "wecom_callback_other"
    async with serving([web.get("/healthz", hello)]) as port:
        last = (await found(home, port))[-1]
    assert last.code == "wecom_callback_bad"
    assert "404" in doctor.line(last)


@pytest.mark.parametrize("keys", [True, False])
async def test_dingtalks_callback_is_asked(home: Path, dingtalk: FakeDingTalk, setenv: Set, keys: bool) -> None:
    setenv({"HRBOT_DINGTALK__MODE": "http"})
    if not keys:
        setenv({"HRBOT_DINGTALK__EVENT_TOKEN": "", "HRBOT_DINGTALK__EVENT_AES_KEY": ""})
    settings = Settings().dingtalk
    assert settings
    async with serving(DingTalkCallback(settings, nothing, lambda: datetime.now(UTC)).routes()) as port:
        setenv({"HRBOT_PUBLIC_URL": f"http://127.0.0.1:{port}"})
        assert (await codes(home, port))[-2:] == ["dingtalk_callback_ok", "dingtalk_public_ok"]
        setenv({"HRBOT_DINGTALK__EVENT_TOKEN": "another", "HRBOT_DINGTALK__EVENT_AES_KEY": "x" * 43})
        assert (await codes(home, port))[-2:] == ["dingtalk_callback_bad", "dingtalk_public_bad"]
    assert (await codes(home))[-1] == "dingtalk_public_silent"


async def test_somebody_else_answers_dingtalk(home: Path, dingtalk: FakeDingTalk, setenv: Set) -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    setenv({"HRBOT_DINGTALK__MODE": "http"})
    async with serving([web.post("/{path:.*}", hello)]) as port:
        assert (await codes(home, port))[-1] == "dingtalk_callback_other"
        setenv({"HRBOT_DINGTALK__EVENT_TOKEN": "", "HRBOT_DINGTALK__EVENT_AES_KEY": ""})
        assert (await codes(home, port))[-1] == "dingtalk_callback_other"


@asynccontextmanager
async def serving(routes: Sequence[web.AbstractRouteDef]) -> AsyncIterator[int]:
    """An HTTP server on loopback; its port."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()
