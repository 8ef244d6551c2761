"""The fake with the smallest app behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.fakes.smallest_app import App
from tests.fakes.wecom import FakeWeCom


@pytest.fixture
async def app() -> AsyncIterator[App]:
    async with FakeWeCom(members=["LiLei", "hanmeimei"]) as fake, aiohttp.ClientSession() as http:
        app = App(fake, http)
        server = web.Application()
        server.router.add_route("*", "/callback/wecom", app.callback)
        runner = web.AppRunner(server)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        fake.callback_url = f"http://127.0.0.1:{runner.addresses[0][1]}/callback/wecom"
        fake.retry_delay = 0.01
        yield app
        await runner.cleanup()
