"""The strict fake, processes that send through it, and the ways in that lead to a shelf."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.dingtalk.connection import Times
from bot.platforms.dingtalk.stream import Stream
from tests.dingtalk.sending import Sending, sending
from tests.dingtalk.shelf import GROUP, Connect, Door, Shelf, real_now, settings
from tests.fakes.dingtalk import FakeDingTalk


@pytest.fixture
async def out(engine: AsyncEngine) -> AsyncIterator[Sending]:
    async with sending(engine) as running:
        yield running


@pytest.fixture
async def dingtalk() -> AsyncIterator[FakeDingTalk]:
    async with FakeDingTalk(members={"lilei", "hanmeimei", "xuli"}, groups={GROUP: ["lilei", "xuli"]}) as fake:
        yield fake


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def streams(dingtalk: FakeDingTalk, shelf: Shelf) -> AsyncIterator[Connect]:
    """Starts streams to the fake, connected; they are stopped at the end."""
    async with AsyncExitStack() as stack:

        async def make(connections: int = 2, times: Times | None = None) -> Stream:
            own = settings(dingtalk.account, dingtalk.base, connections)
            stream = Stream(own, shelf.store, real_now, shelf.hooks, times)
            await stream.start()
            stack.push_async_callback(stream.stop)
            await dingtalk.connected(connections)
            return stream

        yield make


@pytest.fixture
async def stream(streams: Connect) -> Stream:
    return await streams()


@pytest.fixture
async def door(dingtalk: FakeDingTalk, shelf: Shelf) -> AsyncIterator[Door]:
    async with Door(dingtalk, shelf) as running:
        yield running
