"""`hrbot outbox list|replay` and `hrbot audit verify`: what an operator looks at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from bot import deadletters, keys, process
from bot.cli.fail import fail, known
from bot.database import Database, require_current
from config.settings import Settings
from domain.kernel import audit, crypto
from domain.kernel.clock import SystemClock

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    outbox = typer.Typer(help="Dead letters.", no_args_is_help=True)
    outbox.command("list")(list_dead)
    outbox.command("replay")(replay)
    app.add_typer(outbox, name="outbox")
    trail = typer.Typer(help="The audit trail.", no_args_is_help=True)
    trail.command("verify")(verify)
    app.add_typer(trail, name="audit")


DataDir = Annotated[str | None, typer.Option("--data-dir", help="As given to demo.")]


def list_dead(data_dir: DataDir = None) -> None:
    """What could not be handled, sent or run: one line each with id, time and reason."""
    letters = on_database(deadletters.found, data_dir)
    for letter in letters:
        typer.echo(f"{letter.id}\t{letter.kind}\t{letter.at:%Y-%m-%d %H:%M:%S}\t{letter.what}\t{letter.reason}")
    typer.echo(f"{len(letters)} dead letters", err=True)


def replay(
    letter: Annotated[str, typer.Argument(help="An id of the list, or `all`.")], data_dir: DataDir = None
) -> None:
    """Put dead letters back; they run as if they had just come, once."""
    count = on_database(lambda database: deadletters.replay(database, letter), data_dir)
    if not count:
        fail(f"there is no dead letter {letter}; `hrbot outbox list` shows them")
    typer.echo(f"{count} put back")


def verify(data_dir: DataDir = None) -> None:
    """Seal what is not yet sealed, then check the whole chain."""
    rows, faults = on_database(_verify, data_dir)
    for fault in faults:
        typer.echo(f"row {fault.row}: {fault.what}", err=True)
    if faults:
        fail(f"the audit chain is broken in {len(faults)} places")
    typer.echo(f"the audit chain is whole: {rows} rows")


async def _verify(database: Database) -> tuple[int, list[audit.Fault]]:
    async with database.sessions() as session, session.begin():
        return await audit.verify(session)


def on_database(work: Callable[[Database], Awaitable[T]], data_dir: str | None) -> T:
    """Run `work` on this installation's database, starting the embedded server if it does not run."""
    settings = Settings.model_validate({"data_dir": data_dir}) if data_dir else Settings()

    async def run() -> T:
        crypto.unlock(keys.existing(settings.data_dir))
        async with process.database_url(settings) as url:
            database = Database.connect(url, SystemClock(), pool_size=2)
            try:
                await require_current(database.engine)
                return await work(database)
            finally:
                await database.close()

    try:
        return asyncio.run(run())
    except known() as error:
        fail(str(error))
