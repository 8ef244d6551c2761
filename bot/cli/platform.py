"""`hrbot platform status`: how each messenger stands, in one table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import typer

from bot import platform_status
from bot.cli.letters import DataDir, on_database
from bot.platform_status import Status
from config.settings import Settings

HEAD = (
    *("platform", "configured", "token", "paused", "waiting", "dead", "card codes"),
    *("month calls", "month pushes", "server"),
)
NOTHING = "-"


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The messengers.", no_args_is_help=True)
    group.command("status")(status)
    app.add_typer(group, name="platform")


def status(data_dir: DataDir = None) -> None:
    """One line a messenger; exit status 1 when messages are dead, an API rests for more than five minutes yet, or serve
    says that something is wrong.
    """
    settings = Settings()
    found = on_database(lambda database: platform_status.read(database.engine, settings, datetime.now(UTC)), data_dir)
    for line in table([HEAD, *map(cells, found)]):
        typer.echo(line)
    for one in found:
        if one.dead:
            typer.echo(f"{one.platform}: {one.dead} dead; hrbot outbox list tells why", err=True)
        if one.server not in (None, platform_status.OK):
            typer.echo(f"{one.platform}: {one.server}", err=True)
        for pause in one.pauses:
            typer.echo(f"{one.platform}: {pause.api} rests for {round(pause.left.total_seconds())} s", err=True)
    if any(one.ill for one in found):
        raise typer.Exit(1)


def cells(one: Status) -> tuple[str, ...]:
    month = one.month
    return (
        one.platform,
        "yes" if one.configured else "no",
        one.token or NOTHING,
        str(len(one.pauses)) if one.pauses else NOTHING,
        str(one.waiting),
        str(one.dead),
        NOTHING if one.codes is None else str(one.codes),
        f"{month.calls}/{month.calls_limit}" if month else NOTHING,
        f"{month.pushes}/{month.pushes_limit}" if month else NOTHING,
        NOTHING if one.server is None else platform_status.OK if one.server == platform_status.OK else "ill",
    )


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
