"""`hrbot kiosk add|list|remove`: the shared devices. `hrbot people badge`: who has which badge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.fail import fail
from bot.cli.letters import DataDir, on_database
from bot.cli.opening import opening
from bot.database import Database
from bot.web import kiosk_devices
from bot.web.kiosk_devices import NewKiosk
from config.settings import Settings
from domain.kernel.clock import SHANGHAI
from domain.people import errors, queries, service

LONGEST_NAME = 60


@dataclass(frozen=True)
class Line:
    """A device as the list shows it."""

    id: str
    name: str
    state: str


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Shared devices where people log on with badge and PIN.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_kiosks)
    group.command("remove")(remove)
    app.add_typer(group, name="kiosk")


def add(name: Annotated[str, typer.Argument(help="Where it stands; people see it.")], data_dir: DataDir = None) -> None:
    """Add a device and print its one-time registration code, to be typed on the device within ten minutes."""
    called = " ".join(name.split())
    if not 0 < len(called) <= LONGEST_NAME:
        fail(f"a name has 1 to {LONGEST_NAME} characters")
    new = on_database(lambda database: _added(database, called), data_dir)
    settings, shown = Settings(), kiosk_devices.shown(new.code)
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    typer.echo(f"{new.id}\t{called}\t{shown}")
    typer.echo(f"open on the device: {address}/kiosk#{shown}")
    until = new.until.astimezone(SHANGHAI)
    typer.echo(
        f"good once, until {until:%H:%M} (Shanghai); later: hrbot kiosk remove {new.id}, and add it anew", err=True
    )


def list_kiosks(data_dir: DataDir = None) -> None:
    """Every device: id, name, since when it is registered and when somebody last logged on (Shanghai)."""
    lines = on_database(_lines, data_dir)
    for line in lines:
        typer.echo(f"{line.id}\t{line.name}\t{line.state}")
    typer.echo(f"{len(lines)} devices", err=True)


def remove(device: Annotated[str, typer.Argument(help="Its id in the list.")], data_dir: DataDir = None) -> None:
    """A device is lost or moved away: nobody logs on there any more, whoever is logged on is logged off."""
    name = on_database(lambda database: _removed(database, device), data_dir)
    if name is None:
        fail(f"there is no device {device}; `hrbot kiosk list` shows them")
    typer.echo(f"{device} {name} is removed")


def badge(
    number: Annotated[str, typer.Argument(help="The person's employee number.")],
    badge_number: Annotated[str | None, typer.Argument(metavar="BADGE", help="As the reader types it.")] = None,
    end: Annotated[bool, typer.Option("--end", help="The badge is lost or handed in.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Give somebody a badge for shared devices; the one they had ends."""
    if (badge_number is None) is not end:
        fail("say the badge number, or --end")
    who, done = on_database(lambda database: _badged(database, number, badge_number), data_dir)
    if end:
        typer.echo(f"{number} {who} {'has no badge any more' if done else 'had no badge'}")
    else:
        typer.echo(f"{number} {who} {'has this badge' if done else 'had this badge already'}")


async def _added(database: Database, name: str) -> NewKiosk:
    async with opening(database)() as tx:
        return await kiosk_devices.add(tx, name, datetime.now(UTC))


async def _lines(database: Database) -> list[Line]:
    async with opening(database)() as tx:
        now = datetime.now(UTC)
        found = []
        for kiosk in await kiosk_devices.listed(tx):
            if kiosk.registered_at is None:
                state = "waits for its code" if await kiosk_devices.waits(tx, kiosk.id, now) else "its code is too old"
            else:
                used = f"last used {_day(kiosk.seen_at)}" if kiosk.seen_at else "never used"
                state = f"registered {_day(kiosk.registered_at)}, {used}"
            found.append(Line(kiosk.id, kiosk.name, state))
        return found


def _day(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


async def _removed(database: Database, device: str) -> str | None:
    async with opening(database)() as tx:
        return await kiosk_devices.remove(tx, device, datetime.now(UTC))


async def _badged(database: Database, number: str, badge_number: str | None) -> tuple[str, bool]:
    """The person's name, and whether anything changed."""
    async with opening(database)() as tx:
        person = await queries.by_number(tx, number)
        if person is None:
            fail(f"nobody has the number {number}; `hrbot people list` shows them")
        try:
            if badge_number is None:
                return person.name, await service.end_badge(tx, person.id)
            return person.name, await service.give_badge(tx, person.id, badge_number)
        except errors.BadgeInvalid:
            fail("no badge number looks like this: 3 to 40 letters, digits, - _ . /")
        except errors.BadgeTaken:
            fail("this badge is somebody else's, or spelt like somebody's employee number")
