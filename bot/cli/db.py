"""`hrbot db upgrade`: bring the schema to this release."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot import database, logs, process
from bot.cli.backup import back_up
from bot.cli.fail import fail, known
from config.settings import Settings
from domain.kernel.clock import SystemClock


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The database's schema.", no_args_is_help=True)
    group.command("upgrade")(upgrade)
    app.add_typer(group, name="db")


def upgrade() -> None:
    """Run pending migrations, once for all who try; an embedded database is backed up first."""
    logs.configure()
    try:
        done = asyncio.run(_upgrade(Settings()))
    except known() as error:
        fail(str(error))
    typer.echo("upgraded" if done else "nothing to do")


async def _upgrade(settings: Settings) -> bool:
    async with process.database_url(settings) as url:
        reached = database.Database.connect(url, SystemClock(), pool_size=2)
        try:
            current = await database.current_revision(reached.engine)
            if current == database.head_revision():
                return False
            if current is not None and settings.database_url is None:
                stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
                back_up(settings, Path(settings.data_dir) / f"before-upgrade-{stamp}.tar")
            return await database.upgrade(reached.engine)
        finally:
            await reached.close()
