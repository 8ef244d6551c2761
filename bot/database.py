"""The database of this installation: engine, sessions, transactions, migrations."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

import domain
from domain.kernel.clock import Clock
from domain.kernel.tx import Outbox, Tx

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_304_000


TRANSIENT = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available


def transient(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when it is tried again."""
    return getattr(error.orig, "sqlstate", None) in TRANSIENT


class PendingMigration(Exception):
    """The database's schema is not this release's."""


def import_models() -> None:
    """Import every mapped table, by folder: the composition root and migrations are the only ones that may."""
    for package in pkgutil.iter_modules(domain.__path__, "domain."):
        for module in pkgutil.iter_modules(importlib.import_module(package.name).__path__, package.name + "."):
            if module.name.rsplit(".", 1)[1] in {"model", "audit"}:
                importlib.import_module(module.name)
    importlib.import_module("bot.tables")
    importlib.import_module("bot.broadcasting.tables")
    importlib.import_module("bot.web.tables")
    importlib.import_module("bot.platforms.shared.tables")
    importlib.import_module("bot.platforms.wecom.tables")
    importlib.import_module("bot.platforms.dingtalk.tables")


@dataclass(frozen=True)
class Database:
    """Opens transactions; nobody else does."""

    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    clock: Clock

    @classmethod
    def connect(cls, url: str, clock: Clock, *, pool_size: int = 16) -> Database:
        engine = create_async_engine(url, pool_size=pool_size, max_overflow=8, hide_parameters=True)
        return cls(engine, async_sessionmaker(engine, expire_on_commit=False), clock)

    @asynccontextmanager
    async def transaction(self, outbox: Outbox, principal: str) -> AsyncIterator[Tx]:
        """One unit of work: commits at the end, rolls back on any exception."""
        async with self.sessions() as session, session.begin():
            yield Tx(session=session, clock=self.clock, outbox=outbox, principal=principal)

    async def close(self) -> None:
        await self.engine.dispose()


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def head_revision() -> str | None:
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


async def current_revision(engine: AsyncEngine) -> str | None:
    """The revision of the database, or None when it is empty."""

    def read(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with engine.connect() as connection:
        return await connection.run_sync(read)


async def upgrade(engine: AsyncEngine) -> bool:
    """Bring the schema up to this release, once for all who try; whether anything was done."""

    def run(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with engine.connect() as lock:
        await lock.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        try:
            if await current_revision(engine) == head_revision():
                return False
            async with engine.begin() as connection:
                await connection.run_sync(run)
            return True
        finally:
            await lock.execute(text("select pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})


async def require_current(engine: AsyncEngine) -> None:
    """Raises PendingMigration unless the schema is this release's."""
    current, head = await current_revision(engine), head_revision()
    if current != head:
        raise PendingMigration(f"schema {current or 'empty'}, needed {head}: run `hrbot db upgrade`")
