"""The command line on a data directory of its own, with a real server."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot import database, embedded, keys
from bot.cli import backup, calendar, doctor, people, platform
from bot.cli import dingtalk as dingtalk_commands
from bot.cli import keys as key_commands
from bot.cli import kiosk as kiosk_commands
from bot.cli import wecom as wecom_commands
from domain.kernel.clock import SystemClock
from tests.fakes.dingtalk import FakeDingTalk
from tests.fakes.wecom import FakeWeCom


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("HRBOT_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def nowhere() -> Iterator[Path]:
    """A data directory that does not exist yet."""
    with tempfile.TemporaryDirectory(prefix="hrbot-cli-") as folder:
        yield Path(folder) / "data"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """An installation with keys and this release's schema; its server runs while the module's tests do."""
    with tempfile.TemporaryDirectory(prefix="hrbot-cli-") as folder:
        path = Path(folder) / "data"
        keys.make(path)
        server = embedded.start(path)
        embedded.ensure_database(server)
        asyncio.run(migrate(server.url()))
        yield path
        server.stop()


Set = Callable[[dict[str, str]], None]
OTHERS = (dingtalk_commands, key_commands, kiosk_commands, wecom_commands)


@pytest.fixture
async def wecom(setenv: Set) -> AsyncIterator[FakeWeCom]:
    async with FakeWeCom(members={"lilei"}) as fake:
        setenv(fake.environment())
        yield fake


@pytest.fixture
async def dingtalk(setenv: Set) -> AsyncIterator[FakeDingTalk]:
    async with FakeDingTalk(members={"lilei"}) as fake:
        setenv(fake.environment())
        yield fake


@pytest.fixture
def setenv(monkeypatch: pytest.MonkeyPatch) -> Set:
    def put(environment: dict[str, str]) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    return put


class Hrbot:
    """Runs `hrbot …` in this process."""

    def __init__(self) -> None:
        self.app = typer.Typer()
        for group in (*OTHERS, backup, calendar, doctor, people, platform):
            group.register(self.app)

    def __call__(self, *words: object) -> Result:
        return CliRunner().invoke(self.app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def hrbot() -> Hrbot:
    return Hrbot()


async def migrate(url: str) -> None:
    reached = database.Database.connect(url, SystemClock(), pool_size=2)
    try:
        await database.upgrade(reached.engine)
    finally:
        await reached.close()


def keep(home: Path, *rows: str) -> None:
    """Have exactly these rows in a table of the test's own."""
    server = embedded.start(home)
    with server.connect("hrbot") as connection:
        connection.execute("create table if not exists kept (word text)")
        connection.execute("delete from kept")
        for row in rows:
            connection.execute("insert into kept values (%s)", [row])
    server.stop()


def kept(home: Path) -> list[str]:
    server = embedded.start(home)
    with server.connect("hrbot") as connection:
        found = [str(row[0]) for row in connection.execute("select word from kept order by word").fetchall()]
    server.stop()
    return found
