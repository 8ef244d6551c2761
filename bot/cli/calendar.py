"""`hrbot calendar load FILE`: take over a year's notice of holidays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.fail import fail
from bot.cli.letters import DataDir, on_database
from bot.database import Database
from bot.outbox import TransactionalOutbox
from bot.registry import Registry
from cards.render import Renderer
from config.settings import Settings
from config.statutory.calendar import YearNotice
from domain.calendar import notice as notices
from domain.calendar import queries, service


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The State Council's holiday calendar.", no_args_is_help=True)
    group.command("load")(load)
    app.add_typer(group, name="calendar")


def load(
    file: Annotated[
        Path, typer.Argument(help="The notice, as config/statutory/cn/calendar/2026.yaml.", exists=True, dir_okay=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Load it; without, only what would change is shown.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Check a year's notice, show what it changes, load it. Leave counted without it is counted again."""
    try:
        notice = notices.read(file.read_bytes())
    except notices.NoticeFaulty as wrong:
        fail(f"{file}: {wrong}")
    show(notice)
    loaded, changes = on_database(lambda database: _load(database, notice, yes=yes), data_dir)
    for change in changes:
        typer.echo(f"  {change.day} {change.day:%a}  {change.before} -> {change.after}")
    typer.echo(f"{len(changes)} days {'changed' if loaded else 'would change' if changes else 'change'}")
    if loaded:
        typer.echo(f"{notice.year} is loaded; leave that was counted without it is counted again and people are told")
    elif loaded is None:
        fail("nothing was loaded; to load it run this again with --yes")
    else:
        typer.echo(f"{notice.year} was loaded before; nothing to do")


def show(notice: YearNotice) -> None:
    """What was read, and what looks like a typing error."""
    typer.echo(f"{notice.year}: {notice.source}, {len(notice.statutory)} statutory days")
    for doubt in notices.doubts(notice):
        typer.echo(f"  look again: {doubt}", err=True)


async def _load(database: Database, notice: YearNotice, *, yes: bool) -> tuple[bool | None, list[queries.DayChange]]:
    """Whether it was loaded (None: not asked to, though it is new) and the days that differ."""
    outbox = TransactionalOutbox(Renderer(), Registry.collect().reactions, Settings().messengers, datetime.now(UTC))
    async with database.transaction(outbox, "operator") as tx:
        changes = await queries.year_changes(tx, notice)
        if not yes and not await queries.holds(tx, notice):
            return None, changes
        return await service.load_year(tx, notice), changes
