"""The migrations make exactly what the models describe, and the guards of the tables hold."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot import database, embedded
from domain.kernel import audit
from domain.kernel.clock import FixedClock
from domain.kernel.tables import Base
from tests.conftest import RecordingOutbox


@pytest.fixture
async def migrated(server: embedded.Embedded, clock: FixedClock, request: pytest.FixtureRequest) -> database.Database:
    name = f"migrations_{abs(hash(request.node.name)) % 10**8}"
    embedded.ensure_database(server, name)
    reached = database.Database.connect(server.url(name), clock, pool_size=4)
    await database.upgrade(reached.engine)
    yield reached
    await reached.close()


def ours(_thing: object, name: str | None, *_: object) -> bool:
    return not (name or "").startswith("procrastinate_")


async def test_models_and_migrations_agree(migrated: database.Database) -> None:
    database.import_models()

    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with migrated.engine.connect() as connection:
        assert await connection.run_sync(compare) == []


async def test_two_upgrades_at_once_run_once(server: embedded.Embedded, clock: FixedClock) -> None:
    embedded.ensure_database(server, "upgrade_race")
    both = [database.Database.connect(server.url("upgrade_race"), clock, pool_size=3) for _ in range(2)]
    done = await asyncio.gather(*(database.upgrade(one.engine) for one in both))
    assert sorted(done) == [False, True]
    for one in both:
        await one.close()


async def test_an_audit_row_can_be_sealed_and_nothing_else(migrated: database.Database) -> None:
    async with migrated.transaction(RecordingOutbox(), "xuli") as tx:
        await tx.audit("leave.approved", "lv_1")
    async with migrated.transaction(RecordingOutbox(), "sealer") as tx:
        assert await audit.seal(tx.session) == 1
    for statement in (
        "update kernel_audit set principal = 'lilei'",
        "delete from kernel_audit",
        "truncate kernel_audit",
        "update kernel_audit set position = null",
    ):
        with pytest.raises(DBAPIError, match="never changed"):
            async with migrated.engine.begin() as connection:
                await connection.execute(text(statement))


async def test_pending_migrations_are_named(server: embedded.Embedded, clock: FixedClock) -> None:
    embedded.ensure_database(server, "pending")
    empty = database.Database.connect(server.url("pending"), clock, pool_size=2)
    with pytest.raises(database.PendingMigration, match="hrbot db upgrade"):
        await database.require_current(empty.engine)
    await empty.close()
