"""`hrbot wecom menu push` and `hrbot wecom group …`: the app's menu, and the group chats that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import wecom_groups
from bot.cli.fail import fail
from bot.cli.letters import DataDir, on_database
from bot.database import Database
from bot.platforms.port import TryLater, Undeliverable
from bot.platforms.wecom import menu
from config.settings import Settings, WeCom


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The company's WeCom app.", no_args_is_help=True)
    bottom = typer.Typer(help="Its menu.", no_args_is_help=True)
    bottom.command("push")(push)
    group.add_typer(bottom, name="menu")
    chats = typer.Typer(help="Its group chats of departments.", no_args_is_help=True)
    chats.command("create")(wecom_groups.create)
    chats.command("list")(wecom_groups.listed)
    chats.command("sync")(wecom_groups.sync)
    group.add_typer(chats, name="group")
    app.add_typer(group, name="wecom")


def push(
    show: Annotated[bool, typer.Option("--show", help="Check and show it, send nothing.")] = False,
    file: Annotated[Path, typer.Option("--file", help="Another file than the company's.")] = menu.FILE,
    data_dir: DataDir = None,
) -> None:
    """Check the menu of config/company/wecom_menu.yaml and give it to WeCom in place of the one that is there."""
    try:
        document = menu.read(file)
    except menu.MenuRefused as refused:
        fail(str(refused))
    for line in _lines(document):
        typer.echo(line)
    if show:
        typer.echo("nothing was sent; without --show it is")
        return
    settings = Settings().wecom
    if settings is None:
        fail("WeCom is not configured (HRBOT_WECOM__…); docs/connect-wecom.md says how")
    problem = on_database(lambda database: _pushed(database, settings, document), data_dir)
    if problem:
        fail(f"WeCom did not take the menu: {problem}")
    typer.echo("the menu is set; phones show it when the chat is opened anew")


def _lines(document: Mapping[str, Any]) -> list[str]:
    lines = []
    for button in document["button"]:
        lines.append(f"{button['name']}\t{button.get('key', '')}".rstrip())
        lines += [f"  {below['name']}\t{below['key']}" for below in button.get("sub_button", ())]
    return lines


async def _pushed(database: Database, settings: WeCom, document: Mapping[str, Any]) -> str | None:
    """Why it was not taken; None when it was."""
    try:
        async with wecom_groups.calling(database, settings) as api:
            await api.create_menu(document)
    except TryLater as wait:
        return wait.reason
    except Undeliverable as refusal:
        return str(refusal)
    return None
