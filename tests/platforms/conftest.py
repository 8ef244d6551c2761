"""One demo on both messengers, and a server inside our own network that nobody may be led to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.conftest import NOW, CompanyFactory
from tests.platforms.both import Both, both


@pytest.fixture
async def on_both(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Both]:
    async with both(await company(NOW), tmp_path / "data", template=True) as running_on_both:
        yield running_on_both


@dataclass
class Inside:
    """Stands for whatever listens inside: `asked` is what came, and must stay empty."""

    base: str = ""
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path_qs}")
        return web.json_response({"errcode": 0, "secret": "inside"})


@pytest.fixture
async def inside() -> AsyncIterator[Inside]:
    found = Inside()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.answer)
    async with TestServer(app) as server:
        found.base = str(server.make_url("/")).rstrip("/")
        yield found
        assert found.asked == []
