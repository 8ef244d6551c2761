"""Write the next migration: `python -m bot.migrations.new "what changes"`. Read it before you commit it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection

from bot import database, embedded
from domain.kernel.clock import SystemClock


async def write(message: str, url: str) -> None:
    """Upgrade an empty database to head, compare it with the models, write the difference."""
    empty = database.Database.connect(url, SystemClock(), pool_size=2)
    await database.upgrade(empty.engine)

    def compare(connection: Connection) -> None:
        config = database.alembic_config()
        config.attributes["connection"] = connection
        number = len(list((database.MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")

    async with empty.engine.begin() as connection:
        await connection.run_sync(compare)
    await empty.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="hrbot-migration-") as folder:
        server = embedded.start(Path(folder))
        embedded.ensure_database(server)
        try:
            asyncio.run(write(sys.argv[1], server.url()))
        finally:
            server.stop()
