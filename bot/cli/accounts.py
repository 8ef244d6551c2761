"""`hrbot people code|sync`: how the accounts of a messenger come to lead to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.fail import fail
from bot.cli.letters import DataDir, on_database
from bot.cli.opening import opening
from bot.database import Database
from bot.platforms.dingtalk.api import DingTalkApi
from bot.platforms.dingtalk.client import Client
from bot.platforms.port import TryLater, Undeliverable
from bot.platforms.shared.breaker import Peer
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.gate import Gate
from bot.platforms.wecom.api import WeComApi
from config.settings import DingTalk, Settings, WeCom
from domain.kernel.clock import SHANGHAI
from domain.kernel.errors import DomainError
from domain.kernel.tx import Tx
from domain.people import errors, queries, service
from domain.people.matching import Company, Comparison, Fit, Match, Member, compare
from domain.people.rules import Messenger

WORDS = {
    Fit.NUMBER: "by number",
    Fit.NAME: "by name",
    Fit.AMBIGUOUS: "ambiguous",
    Fit.LEFT: "somebody who left",
    Fit.UNKNOWN: "unknown",
}


def code(
    number: Annotated[str, typer.Argument(help="The person's employee number.")], data_dir: DataDir = None
) -> None:
    """Make a one-time code; whoever sends it to the bot from WeCom or DingTalk is that person from then on."""
    issued = on_database(lambda database: _issued(database, number), data_dir)
    until = issued.expires_at.astimezone(SHANGHAI)
    typer.echo(f"{number} {issued.name}: {issued.code[:4]}-{issued.code[4:]}")
    typer.echo(f"good once, until {until:%Y-%m-%d %H:%M} (Shanghai); codes made before are void", err=True)


def sync(
    platform: Annotated[Messenger, typer.Argument(help="Whose directory is read.")],
    yes: Annotated[bool, typer.Option("--yes", help="Link what fits; without, it is only shown.")] = False,
    by_name: Annotated[bool, typer.Option("--by-name", help="With --yes: also where only the name fits.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Compare a messenger's directory with the people here. People are neither made nor removed."""
    settings = Settings()
    own = settings.wecom if platform is Messenger.WECOM else settings.dingtalk
    if own is None:
        fail(f"{platform} is not configured (HRBOT_{platform.upper()}__…)")
    wanted = {Fit.NUMBER, Fit.NAME} if by_name else {Fit.NUMBER}
    found, done = on_database(lambda database: _synced(database, platform, own, wanted if yes else set()), data_dir)
    for line in _lines(found):
        typer.echo("\t".join(line))
    counts = {fit: sum(match.fit is fit for match in found.matches) for fit in Fit}
    typer.echo(", ".join(f"{count} {fit}" for fit, count in counts.items()) + f", {len(found.without)} without account")
    for problem in done.problems:
        typer.echo(problem, err=True)
    if yes:
        typer.echo(f"{done.linked} linked")
        if counts[Fit.NAME] and not by_name:
            typer.echo("those that only the name fits were left; look at them, then add --by-name", err=True)
    elif counts[Fit.NUMBER] or counts[Fit.NAME]:
        typer.echo("nothing was linked yet; to link them run this again with --yes (and --by-name)")


class Done:
    """What was linked, and what was refused in words."""

    def __init__(self) -> None:
        self.linked, self.problems = 0, list[str]()


def _lines(found: Comparison) -> list[Sequence[str]]:
    """What needs a look: kind, account, its name in the directory, who is meant."""
    lines: list[Sequence[str]] = [
        (WORDS[match.fit], match.member.account, match.member.name or "-", _people(match))
        for match in found.matches
        if match.fit is not Fit.LINKED
    ]
    return lines + [("no account", "-", "-", f"{view.number} {view.name}") for view in found.without]


def _people(match: Match) -> str:
    return ", ".join(f"{view.number} {view.name}" for view in match.people) or "-"


async def _issued(database: Database, number: str) -> service.Issued:
    async with opening(database)() as tx:
        person = await queries.by_number(tx, number)
        if person is None:
            fail(f"nobody has the number {number}; `hrbot people list` shows them")
        try:
            return await service.issue_code(tx, person.id)
        except errors.NotEmployed:
            fail(f"{number} {person.name} has left")


async def _synced(
    database: Database, platform: Messenger, own: WeCom | DingTalk, wanted: set[Fit]
) -> tuple[Comparison, Done]:
    """What was found before anything was linked, and what was done."""
    try:
        members = await _members(database, own)
    except TryLater as wait:
        fail(f"the directory cannot be read now: {wait.reason}")
    except Undeliverable as refusal:
        fail(f"the directory cannot be read: {refusal}")
    done = Done()
    async with opening(database)() as tx:
        company = Company(
            await queries.here(tx), await queries.accounts(tx, platform), await queries.links(tx, platform)
        )
        found = compare(members, company)
        for match in found.matches:
            if match.fit in wanted:
                await _link(tx, platform, match, done)
        await tx.audit("people.sync_accounts", platform, accounts=len(members), linked=done.linked)
    return found, done


async def _link(tx: Tx, platform: Messenger, match: Match, done: Done) -> None:
    person = match.people[0]
    try:
        async with tx.session.begin_nested():
            await service.link_account(tx, person.id, platform, match.member.account)
        done.linked += 1
    except DomainError as refusal:
        done.problems.append(f"{match.member.account}: not linked to {person.number} {person.name}: {refusal.code}")


async def _members(database: Database, own: WeCom | DingTalk) -> list[Member]:
    """Raises TryLater, Undeliverable."""
    clocks = Clocks(lambda: datetime.now(UTC))
    if isinstance(own, WeCom):
        api: WeComApi | DingTalkApi = WeComApi(
            own, Gate(Peer("WeCom"), database.engine, own.api_per_minute, clocks), clocks.real_now
        )
    else:
        api = DingTalkApi(own, Client(own, database.engine, clocks.real_now, clocks))
    await api.open()
    try:
        return [member for department in await api.departments() for member in await api.members(department)]
    finally:
        await api.close()
