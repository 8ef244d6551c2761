"""`hrbot keys new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import keys
from bot.cli.fail import fail
from config.settings import Settings


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The keys under which personal data is encrypted.", no_args_is_help=True)
    group.command("new")(new)
    app.add_typer(group, name="keys")


def new(
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="The data directory.")] = None,
) -> None:
    """Make random data keys for a new installation; existing ones are never replaced."""
    try:
        file = keys.make(data_dir or Settings().data_dir)
    except keys.KeysRefused as refused:
        fail(str(refused))
    typer.echo(f"{file} (only you can read it). Keep a copy in another place than your backups:")
    typer.echo("without it the encrypted data is lost, with it and a backup everything can be read.")
