"""`hrbot backup FILE` and `hrbot restore FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import archive, cluster, datadir, keys, target
from bot.cli.fail import fail
from config.settings import Settings
from domain.kernel.crypto import Keyring

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="The data directory, unless HRBOT_DATA_DIR says it.")]

EXPECTED = (
    archive.BackupRefused,
    keys.KeysRefused,
    datadir.DataDirRefused,
    cluster.ServerFailed,
    target.TargetRefused,
)


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="The tar to write; it must not exist.")], data_dir: DataDir = None
) -> None:
    """Write database and files into one tar, while hrbot runs or not. The keys are left out."""
    where = _settings(data_dir)
    try:
        size = back_up(where, file)
    except EXPECTED as error:
        fail(str(error))
    typer.echo(f"{file}: {size / 1e6:.1f} MB. It can be read by you alone; keep it safe, it holds personal data.")
    typer.echo(
        f"The data keys are NOT in it, and without them it cannot be restored: keep {keys.ring_file(where.data_dir)} "
        "(or the HRBOT_KEYS settings) in another place."
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A tar that `hrbot backup` wrote.", exists=True, dir_okay=False)],
    data_dir: DataDir = None,
    replace: Annotated[bool, typer.Option("--replace", help="Delete what the database holds now.")] = False,
) -> None:
    """Bring a backup back into an empty database. Refused without the keys that belong to it."""
    where = _settings(data_dir)
    try:
        ring = keys.existing(where.data_dir)
        with target.opened(where, make=True) as found:
            manifest = archive.load(found, where.data_dir / "files", file, ring, replace=replace)
    except EXPECTED as error:
        fail(str(error))
    typer.echo(f"restored what {file} held at {manifest.made_at}; now run: hrbot db upgrade")


def back_up(where: Settings, file: Path) -> int:
    """Write a backup of an installation; its size in bytes. Raises one of EXPECTED."""
    with target.opened(where) as found:
        return archive.save(found, where.data_dir / "files", file.absolute(), _keys_if_any(where.data_dir))


def _settings(data_dir: Path | None) -> Settings:
    return Settings(data_dir=data_dir) if data_dir else Settings()


def _keys_if_any(data_dir: Path) -> Keyring | None:
    """The keys only mark the backup as theirs; one can be made without them."""
    try:
        return keys.existing(data_dir)
    except keys.KeysRefused as refused:
        typer.echo(f"hrbot: {refused} (the backup is made all the same)", err=True)
        return None
