"""Row S1 through the whole stack: messages go out and are counted with Redis there, killed meanwhile, and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import diagnosis
from bot.platforms.shared.pool import FIRST
from config.settings import Settings
from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.path.redis_server import RedisServer
from tests.wecom.later import Later, movable
from tests.wecom.stage import WeComStage, wecom_stage


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    server = RedisServer(tmp_path)
    await server.start()
    yield server
    server.end()


@pytest.fixture
async def phones(
    company: CompanyFactory, tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[WeComStage, Later]]:
    monkeypatch.setenv("HRBOT_REDIS_URL", redis.url)
    with movable() as later:
        async with wecom_stage(await company(NOW), tmp_path / "data", shanghai(NOW)) as stage:
            later.watch(stage)
            yield stage, later


async def asked(stage: WeComStage) -> None:
    await stage.say("lilei", "帮助")
    await stage.expect("lilei", "请假")
    await stage.settle()


async def test_killed_and_back_nothing_is_lost_or_doubled(phones: tuple[WeComStage, Later], redis: RedisServer) -> None:
    stage, _ = phones
    assert stage.bot is not None
    pool = stage.bot.pool
    assert pool is not None
    await asked(stage)
    assert pool.up
    redis.kill()
    for _ in range(25):
        await asked(stage)
    assert len(stage.fake.seen["lilei"]) == 26
    assert not stage.fake.duplicates
    await redis.start()
    pool._away_until -= FIRST
    await asked(stage)
    assert pool.up


def test_the_doctor_says_how_it_stands(redis: RedisServer) -> None:
    settings = Settings(redis_url=SecretStr(redis.url))
    assert [one.code for one in diagnosis.shared_buckets(settings)] == ["redis_ok"]
    redis.kill()
    (found,) = diagnosis.shared_buckets(settings)
    assert (found.code, found.wrong) == ("redis_away", False)
    assert list(diagnosis.shared_buckets(Settings())) == []
