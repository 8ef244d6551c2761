"""`hrbot dingtalk callback register`: where DingTalk sends the presses of our cards in HTTP mode."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.cli.fail import fail
from bot.cli.letters import DataDir, on_database
from bot.database import Database
from bot.platforms.dingtalk.api import ROUTE, DingTalkApi
from bot.platforms.dingtalk.callback import PATH
from bot.platforms.dingtalk.client import Client
from bot.platforms.port import TryLater, Undeliverable
from config.settings import DingTalk, Settings


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The company's DingTalk app.", no_args_is_help=True)
    cards = typer.Typer(help="Presses of cards over HTTP.", no_args_is_help=True)
    cards.command("register")(tell)
    group.add_typer(cards, name="callback")
    app.add_typer(group, name="dingtalk")


def tell(
    url: Annotated[
        str | None, typer.Option("--url", help="https://HOST, as DingTalk reaches it; else HRBOT_PUBLIC_URL.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show what would be registered, send nothing.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Tell DingTalk the address for presses of cards, signed with the client secret. Once, and when it changes."""
    settings = Settings()
    own, given = settings.dingtalk, url or settings.public_url
    if own is None:
        fail("DingTalk is not configured (HRBOT_DINGTALK__…); docs/connect-dingtalk.md says how")
    if given is None:
        fail("give the address with --url https://HOST, or set HRBOT_PUBLIC_URL")
    try:
        address = callback_address(given)
    except ValueError as wrong:
        fail(str(wrong))
    typer.echo(f"route {ROUTE}\t{address}")
    if own.mode == "stream":
        typer.echo("HRBOT_DINGTALK__MODE is stream: presses come over Stream, this route is not used", err=True)
    if show:
        typer.echo("nothing was sent; without --show it is")
        return
    problem = on_database(lambda database: _told(database, own, address), data_dir)
    if problem:
        fail(f"DingTalk did not take the address: {problem}")
    typer.echo("the address is registered; cards that are sent from now on use it")


def callback_address(url: str) -> str:
    """The whole address of the callback. Raises ValueError, in words for the operator, for one that cannot be it."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("the address begins with https://: DingTalk signs the time only, not what was pressed")
    if parts.path not in ("", "/", PATH) or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"the address is https://HOST{PATH} and nothing more")
    return f"https://{parts.netloc}{PATH}"


async def _told(database: Database, own: DingTalk, address: str) -> str | None:
    """Why it was not taken; None when it was."""
    api = DingTalkApi(own, Client(own, database.engine, lambda: datetime.now(UTC)))
    await api.open()
    try:
        await api.register_callback(address, own.client_secret.get_secret_value())
    except TryLater as wait:
        return wait.reason
    except Undeliverable as refusal:
        return str(refusal)
    finally:
        await api.close()
    return None
