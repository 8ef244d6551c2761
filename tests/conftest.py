"""What every test may ask for: a real PostgreSQL, a fixed clock, a transaction that is rolled back."""

from __future__ import annotations

import asyncio
import gc
import importlib
import pkgutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

import domain
from bot import embedded
from config.settings import Settings
from domain.kernel import crypto
from domain.kernel.clock import FixedClock, shanghai
from domain.kernel.events import Event
from domain.kernel.ids import PersonId
from domain.kernel.tables import Base
from domain.kernel.tx import Tx

if TYPE_CHECKING:
    from tests.faults.rig import Victim
    from tests.stage import Stage

NOW = "2026-03-11T10:30"  # a Wednesday, the reference clock of the facts
NOT_FOR_EVER = ("fsync = off", "full_page_writes = off", "autovacuum = off")
"""This server is thrown away after its tests; what survives a crash is tested on servers of their own."""


def pytest_collection_finish() -> None:
    """What was imported and collected lives to the end: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # as bot.process.settled_in


@dataclass
class Notice:
    """One notice that a service asked to be sent."""

    to: str
    template: str
    key: str | None
    data: dict[str, Any]


@dataclass
class RecordingOutbox:
    """Keeps what would leave with the commit, for the test to look at."""

    notices: list[Notice] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def notify(self, tx: Tx, to: PersonId, template: str, key: str | None, data: dict[str, Any]) -> None:
        self.notices.append(Notice(to, template, key, data))

    async def emit(self, tx: Tx, event: Event) -> None:
        self.events.append(event)


def import_models() -> None:
    for package in pkgutil.iter_modules(domain.__path__, "domain."):
        for module in pkgutil.iter_modules(importlib.import_module(package.name).__path__, package.name + "."):
            if module.name.rsplit(".", 1)[1] in {"model", "audit"}:
                importlib.import_module(module.name)


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.Embedded]:
    """One embedded server for this test process."""
    with tempfile.TemporaryDirectory(prefix="hrbot-test-") as folder:
        running = embedded.start(Path(folder))
        with running.connect() as connection:
            for setting in NOT_FOR_EVER:
                connection.execute(f"alter system set {setting}")
            connection.execute("select pg_reload_conf()")
        yield running
        running.stop()


@pytest.fixture(autouse=True, scope="session")
def unlocked() -> crypto.Keyring:
    ring = crypto.Keyring(keys={1: bytes(range(32))}, current=1, index_key=bytes(32))
    crypto.unlock(ring)
    return ring


@pytest.fixture(scope="session")
def schema_url(server: embedded.Embedded) -> str:
    """A database that holds the tables of all models."""
    embedded.ensure_database(server, "domain_tests")
    return server.url("domain_tests")


@pytest.fixture(scope="session")
def tables_made() -> set[str]:
    """Those in the database of `schema_url`: looking for each of them costs every test more than the test."""
    return set()


@pytest.fixture
async def engine(schema_url: str, tables_made: set[str]) -> AsyncIterator[AsyncEngine]:
    import_models()
    engine = create_async_engine(schema_url, poolclass=NullPool)
    if missing := set(Base.metadata.tables) - tables_made:  # a test's module may have brought more
        async with engine.begin() as connection:
            await connection.execute(text("create extension if not exists btree_gist"))
            await connection.run_sync(Base.metadata.create_all)
        tables_made |= missing
    yield engine
    await engine.dispose()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(shanghai(NOW))


@pytest.fixture
def outbox() -> RecordingOutbox:
    return RecordingOutbox()


@pytest.fixture
async def tx(engine: AsyncEngine, clock: FixedClock, outbox: RecordingOutbox) -> AsyncIterator[Tx]:
    """A transaction on the real database, rolled back at the end of the test."""
    async with engine.connect() as connection:
        transaction = await connection.begin()
        session = AsyncSession(bind=connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        yield Tx(session=session, clock=clock, outbox=outbox)
        await session.close()
        await transaction.rollback()


CompanyFactory = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
def company_templates() -> dict[str, str]:
    return {}


@pytest.fixture
def company(server: embedded.Embedded, company_templates: dict[str, str], tmp_path: Path) -> Iterator[CompanyFactory]:
    """Makes a database with the demo company of a day: seeded once for each start, then copied for this test."""

    from bot.demo import start  # the whole application, for those tests only that ask for it

    copies: list[str] = []

    async def make(at: str) -> str:
        if at not in company_templates:
            name = f"company_{len(company_templates)}"
            embedded.ensure_database(server, name)
            settings = Settings(data_dir=tmp_path, trace=True)
            bot = await start.prepared(settings, server.url(name), FixedClock(shanghai(at.replace(" ", "T"))))
            await bot.database.close()
            company_templates[at] = name
        copy = f"copy_{uuid4().hex[:12]}"
        with server.connect() as connection:
            connection.execute(f"create database {copy} template {company_templates[at]}")
        copies.append(copy)
        return server.url(copy)

    yield make
    with server.connect() as connection:
        for copy in copies:
            connection.execute(f"drop database {copy} with (force)")


@pytest.fixture
async def stage(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Stage]:
    """The whole demo in this process at the reference time, spoken to over HTTP."""
    from tests.stage import demo_stage

    async with demo_stage(await company(NOW), tmp_path / "data", shanghai(NOW)) as running:
        yield running


@pytest.fixture(scope="session")
def company_on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company's data directory as its own process left it, for tests that start and kill processes."""
    from tests.faults.rig import Victim

    folder = tmp_path_factory.mktemp("faults") / "company"
    victim = Victim(folder)
    asyncio.run(victim.start())
    assert victim.terminate()[0] == 0
    return folder


@pytest.fixture
def victim(company_on_disk: Path, tmp_path: Path) -> Iterator[Victim]:
    """`hrbot demo` on a copy of that directory, not started yet."""
    from tests.faults.rig import Victim, copy_company

    folder = tmp_path / "d"
    copy_company(company_on_disk, folder)
    running = Victim(folder, starts=1)
    yield running
    if running.process is not None and running.process.poll() is None:
        running.terminate()
