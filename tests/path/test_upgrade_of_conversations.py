"""The migration to one conversation a person: what waits longest is the newest, and stays."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot import embedded
from bot.database import alembic_config

ROWS = (
    ("wecom", "lilei", "direct", "leave.request", "10:00"),
    ("dingtalk", "lilei", "direct", "leave.cancel", "10:20"),
    ("console", "lilei", "direct", "leave.balance", "10:10"),
    ("wecom", "xuli", "direct", "approval.reject", "10:00"),
    ("dingtalk", "xuli", "direct", "approval.approve", "10:00"),
    ("console", "lilei", "dept_1", "help", "09:00"),
)
INSERT = text(
    "insert into bot_dialogue (platform, person, conversation, kind, intent, slots, version, expires_at)"
    " values (:platform, :person, :conversation, 'form', :intent, 'x', 1, cast('2026-03-11 ' || :at as timestamptz))"
)
KEPT = text("select person, conversation, intent from bot_dialogue order by person, conversation")


@pytest.fixture
async def engine(server: embedded.Embedded) -> AsyncIterator[AsyncEngine]:
    embedded.ensure_database(server, "one_conversation")
    engine = create_async_engine(server.url("one_conversation"), poolclass=NullPool)
    yield engine
    await engine.dispose()


async def moved(engine: AsyncEngine, revision: str, *, down: bool = False) -> None:
    def run(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)

    async with engine.begin() as connection:
        await connection.run_sync(run)


async def test_the_newest_conversation_of_each_person_is_kept(engine: AsyncEngine) -> None:
    await moved(engine, "0013")
    names = ("platform", "person", "conversation", "intent", "at")
    async with engine.begin() as connection:
        await connection.execute(INSERT, [dict(zip(names, row, strict=True)) for row in ROWS])
    await moved(engine, "0014")
    async with engine.begin() as connection:
        kept = [tuple(row) for row in await connection.execute(KEPT)]
    assert kept == [
        ("lilei", "dept_1", "help"),
        ("lilei", "direct", "leave.cancel"),
        ("xuli", "direct", "approval.reject"),
    ]
    await moved(engine, "0013", down=True)
    async with engine.begin() as connection:
        assert len((await connection.execute(KEPT)).all()) == len(kept)
    await moved(engine, "0014")
