"""How a command fails: one clear line on stderr, exit status 1, no traceback."""

from __future__ import annotations

from typing import NoReturn

import typer

from bot import archive, cluster, database, datadir, keys, target


def fail(message: str) -> NoReturn:
    """Say why on stderr and leave with status 1."""
    typer.echo(f"hrbot: {message}", err=True)
    raise typer.Exit(1)


def known() -> tuple[type[Exception], ...]:
    """Failures whose message is meant for the operator."""
    from bot.demo import start  # loads the whole application, which doctor and backup must not need

    return (
        database.PendingMigration,
        keys.KeysRefused,
        datadir.DataDirRefused,
        cluster.ServerFailed,
        start.DemoRefused,
        target.TargetRefused,
        archive.BackupRefused,
    )
