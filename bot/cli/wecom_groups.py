"""`hrbot wecom group create|list|sync`: group chats of departments, made and kept by the company's app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from bot.cli.fail import fail
from bot.cli.letters import DataDir, on_database
from bot.cli.opening import opening
from bot.database import Database
from bot.platforms.port import TryLater, Undeliverable
from bot.platforms.shared.breaker import Peer
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.gate import Gate
from bot.platforms.wecom import groups
from bot.platforms.wecom.api import WeComApi
from bot.platforms.wecom.groups import Changed, GroupRefused, Groups, GroupView
from config.settings import Settings, WeCom
from domain.kernel.clock import SHANGHAI
from domain.kernel.tx import Tx
from domain.org import queries as org

T = TypeVar("T")
Unit = Annotated[str, typer.Option("--unit", help="The department's name.")]


def create(
    unit: Unit,
    name: Annotated[str | None, typer.Option("--name", help="Of the group; else the department's.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Make a group of a department: its head owns it, everybody there whom the app sees on WeCom is in it."""

    async def made(tx: Tx, keeper: Groups) -> GroupView:
        return await keeper.create(tx, await _unit(tx, unit), name)

    group = _kept(made, data_dir)
    typer.echo(_line(group))


def listed(data_dir: DataDir = None) -> None:
    """The groups that were made, with their members and when they were last brought up to date."""

    async def found(database: Database) -> list[GroupView]:
        async with opening(database)() as tx:
            return await groups.all_groups(tx)

    for group in on_database(found, data_dir):
        at = group.synced_at.astimezone(SHANGHAI)
        typer.echo(f"{_line(group)}\t{at:%Y-%m-%d %H:%M}")


def sync(
    unit: Annotated[str | None, typer.Option("--unit", help="Only this department; else all that have one.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Who joined a department joins its group, who left it leaves it. Exit status 1 when a group could not be kept."""

    async def kept(tx: Tx, keeper: Groups) -> tuple[list[Changed], list[str]]:
        return await _synced(tx, keeper, unit)

    changes, problems = _kept(kept, data_dir)
    for change in changes:
        typer.echo(f"{change.group.name}\t{change.added} added\t{change.removed} removed")
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)


def _line(group: GroupView) -> str:
    return f"{group.chat}\t{group.name}\towner {group.owner}\t{len(group.members)} members"


async def _synced(tx: Tx, keeper: Groups, name: str | None) -> tuple[list[Changed], list[str]]:
    """Each group for itself: what is wrong with one does not keep the others back."""
    there = {one.id: one for one in await org.units(tx, tx.today)}
    wanted = [(await _unit(tx, name)).id] if name else [group.unit for group in await groups.all_groups(tx)]
    changes: list[Changed] = []
    problems: list[str] = []
    for id in wanted:
        try:
            if id not in there:
                raise GroupRefused(f"the department of a group is closed ({id}); the group stays as it is")
            async with tx.session.begin_nested():
                changes.append(await keeper.sync(tx, there[id]))
        except (GroupRefused, Undeliverable) as refused:
            problems.append(str(refused))
    return changes, problems


async def _unit(tx: Tx, name: str) -> org.UnitView:
    found = await org.unit_named(tx, name, tx.today)
    if len(found) != 1:
        raise GroupRefused(f"{'several departments are' if found else 'no department is'} called {name}")
    return found[0]


def _kept(work: Callable[[Tx, Groups], Awaitable[T]], data_dir: str | None) -> T:
    own = Settings().wecom
    if own is None:
        fail("WeCom is not configured (HRBOT_WECOM__…); docs/connect-wecom.md says how")

    async def run(database: Database) -> T | str:
        try:
            async with calling(database, own) as api, opening(database)() as tx:
                return await work(tx, Groups(api, own.corp_id, lambda: datetime.now(UTC)))
        except TryLater as wait:
            return wait.reason
        except (GroupRefused, Undeliverable) as refused:
            return str(refused)

    done = on_database(run, data_dir)
    if isinstance(done, str):
        fail(done)
    return done


@asynccontextmanager
async def calling(database: Database, settings: WeCom) -> AsyncIterator[WeComApi]:
    """The API, for one command."""
    clocks = Clocks(lambda: datetime.now(UTC))
    api = WeComApi(settings, Gate(Peer("WeCom"), database.engine, settings.api_per_minute, clocks), clocks.real_now)
    await api.open()
    try:
        yield api
    finally:
        await api.close()
