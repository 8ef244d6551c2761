"""`hrbot people template|import|role|list|code|sync|badge`: the people of a company, from before anybody can chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import accounts, kiosk
from bot.cli.fail import fail
from bot.cli.letters import DataDir, on_database
from bot.cli.opening import opening
from bot.database import Database
from cards.render import Renderer
from domain.kernel.errors import DomainError
from domain.org import errors, service
from domain.org import queries as org
from domain.org.importing import run, sheet
from domain.org.importing.apply import apply
from domain.org.importing.plan import Outcome, RowVerdict, plan
from domain.org.importing.sheet import RawRow
from domain.org.rules import Role
from domain.people import queries
from domain.people.rules import Messenger

UNREADABLE: dict[type[DomainError], str] = {
    errors.FileUnreadable: "it is no Excel workbook (.xlsx), or damaged, or locked with a password",
    errors.FileTooLarge: "it is too large; split it",
    errors.NotRoster: "no sheet has the header of a roster; `hrbot people template FILE` writes one",
    errors.ColumnsMissing: "required columns are missing: {columns}",
    errors.RosterEmpty: "there is nobody below the header",
}


@dataclass(frozen=True)
class Told:
    """What an import does or did. `units` are departments that it creates."""

    verdicts: tuple[RowVerdict, ...]
    units: Sequence[str]

    def of(self, outcome: Outcome) -> list[RowVerdict]:
        return [one for one in self.verdicts if one.outcome == outcome]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="People, their roles and accounts.", no_args_is_help=True)
    group.command("template")(template)
    group.command("import")(import_roster)
    group.command("role")(role)
    group.command("list")(list_people)
    group.command("code")(accounts.code)
    group.command("sync")(accounts.sync)
    group.command("badge")(kiosk.badge)
    app.add_typer(group, name="people")


def template(file: Annotated[Path, typer.Argument(help="Where to write it (.xlsx); it must not exist.")]) -> None:
    """Write an empty roster with its explanations."""
    try:
        with file.open("xb") as new:
            new.write(sheet.template())
    except OSError as wrong:
        fail(f"{file}: {wrong.strerror}")
    typer.echo(f"{file} is written; fill it in, then: hrbot people import {file}")


def import_roster(
    file: Annotated[Path, typer.Argument(help="The roster (.xlsx).", exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Import it; without, only what would change is shown.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Check a roster, show what it changes, import it. Rows that are wrong are left out; exit status 1 when any is."""
    try:
        raws = sheet.read(file.read_bytes())
    except tuple(UNREADABLE) as wrong:
        facts = {name: ", ".join(map(str, value)) for name, value in wrong.facts.items() if isinstance(value, list)}
        fail(f"{file}: {UNREADABLE[type(wrong)].format(**facts)}")
    told = on_database(lambda database: _imported(database, raws, yes=yes), data_dir)
    _show(told)
    if wrong_rows := len(told.of(Outcome.ERROR)):
        fail(f"{wrong_rows} of {len(told.verdicts)} rows are wrong and {'were' if yes else 'would be'} left out")
    if not yes:
        typer.echo("nothing was imported yet; to import it run this again with --yes")


def role(
    number: Annotated[str, typer.Argument(help="The person's employee number.")],
    name: Annotated[str, typer.Argument(metavar="ROLE", help=f"One of: {', '.join(Role)}.")],
    end: Annotated[bool, typer.Option("--end", help="Take the role back, from today on.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Give somebody a role from today on, such as hr to the first HR person."""
    if name not in set(Role):
        fail(f"there is no role {name}; choose one of: {', '.join(Role)}")
    who, done = on_database(lambda database: _role(database, number, name, end=end), data_dir)
    if end:
        typer.echo(f"{number} {who} {'no longer has' if done else 'did not have'} the role {name}")
    else:
        typer.echo(f"{number} {who} {'has' if done else 'had already'} the role {name}")


def list_people(
    platform: Annotated[Messenger, typer.Option(help="Whose accounts are shown.")] = Messenger.WECOM,
    data_dir: DataDir = None,
) -> None:
    """Everybody who is employed or still to come: number, name, department, account; - where nobody is meant."""
    lines = on_database(lambda database: _listed(database, platform), data_dir)
    for line in lines:
        typer.echo("\t".join(line))
    typer.echo(f"{len(lines)} people", err=True)


def _show(told: Told) -> None:
    words = Renderer().words
    for one in told.of(Outcome.CHANGED):
        changes = "; ".join(f"{change.column} {change.before} -> {change.after}" for change in one.changes)
        typer.echo(f"row {one.line} {one.name}: {changes}")
    for one in told.of(Outcome.ERROR):
        assert one.problem is not None
        typer.echo(f"row {one.line} {one.name}: {words('people._problems', one.problem.code, p=one.problem.facts)}")
    if told.units:
        typer.echo(f"new departments: {', '.join(told.units)}")
    typer.echo("rows: " + ", ".join(f"{len(told.of(outcome))} {outcome}" for outcome in Outcome))


async def _imported(database: Database, raws: Sequence[RawRow], *, yes: bool) -> Told:
    """Part by part, so that an import that is broken off goes on when it is asked for again."""
    opened = opening(database)
    async with opened() as tx:
        if not yes:
            made = await plan(tx, raws)
            return Told(made.verdicts, made.new_units)
        made, units, rows = await run.prepare(tx, raws)
        await tx.audit("org.import", tx.principal, rows=len(raws), changes=len(rows), units=units)
    done: dict[int, RowVerdict] = {}
    for at in range(0, len(rows), run.PART):
        async with opened() as tx:
            applied = await apply(tx, rows[at : at + run.PART])
        done |= {one.line: one for one in applied.plan.verdicts if one.outcome == Outcome.ERROR}
        units = [*units, *applied.units]
    return Told(tuple(done.get(one.line, one) for one in made.verdicts), units)


async def _role(database: Database, number: str, name: str, *, end: bool) -> tuple[str, bool]:
    """The person's name, and whether anything changed."""
    async with opening(database)() as tx:
        person = await queries.by_number(tx, number)
        if person is None:
            fail(f"nobody has the number {number}; `hrbot people list` shows them")
        if end:
            return person.name, await service.revoke_role(tx, person.id, name, tx.today - timedelta(days=1))
        if not await queries.still_here(tx, person.id):
            fail(f"{number} {person.name} has left")
        try:
            return person.name, await service.grant_role(tx, person.id, name, tx.today)
        except errors.RoleHeldLater:
            fail(f"{number} {person.name} gets the role {name} on a later day already; take that back first with --end")


async def _listed(database: Database, platform: Messenger) -> list[tuple[str, str, str, str]]:
    async with opening(database)() as tx:
        meant = {person: account for account, person in (await queries.accounts(tx, platform)).items()}
        posts = await org.posts(tx, tx.today)
        return [
            (one.number, one.name, posts[one.id].unit_name if one.id in posts else "-", meant.get(one.id, "-"))
            for one in await queries.here(tx)
        ]
