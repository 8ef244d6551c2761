"""The strict fake, clients of it with gates on the real database, and the whole demo behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.wecom.api import WeComApi
from config.settings import WeCom
from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.fakes.wecom import Account, FakeWeCom
from tests.wecom.gates import Time, emptied, gate
from tests.wecom.later import Later, movable
from tests.wecom.sending import Connect
from tests.wecom.stage import WeComStage, wecom_stage


def settings(account: Account, base: str) -> WeCom:
    return WeCom(
        corp_id=account.corp_id,
        agent_id=account.agent_id,
        secret=SecretStr(account.secret),
        token=SecretStr(account.token),
        aes_key=SecretStr(account.aes_key),
        api_base=base,
    )


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def wecom() -> AsyncIterator[FakeWeCom]:
    async with FakeWeCom(members={"ZhangSan", "lisi"}) as fake:
        yield fake


@pytest.fixture
async def connect(engine: AsyncEngine, time: Time) -> AsyncIterator[Connect]:
    """Makes clients, each with a gate of its own, as processes have."""
    await emptied(engine)
    async with AsyncExitStack() as stack:

        async def make(base: str, account: Account | None = None, patience: float = 2.0) -> WeComApi:
            api = WeComApi(settings(account or Account(), base), gate(engine, time), time, patience=patience)
            await api.open()
            stack.push_async_callback(api.close)
            return api

        yield make


@pytest.fixture
async def api(connect: Connect, wecom: FakeWeCom) -> WeComApi:
    return await connect(wecom.base, wecom.account)


@pytest.fixture
def later() -> Iterator[Later]:
    with movable() as later:
        yield later


@pytest.fixture
async def phones(company: CompanyFactory, tmp_path: Path, later: Later) -> AsyncIterator[WeComStage]:
    """The whole demo at the reference time, its people on the fake's phones."""
    async with wecom_stage(await company(NOW), tmp_path / "data", shanghai(NOW)) as stage:
        stage.fake.retry_delay = 0.01
        later.watch(stage)
        yield stage
