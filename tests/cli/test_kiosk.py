"""`hrbot kiosk add|list|remove` and `hrbot people badge` on a real server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from bot import embedded, keys
from bot.app import real_now
from bot.cli.opening import opening
from bot.database import Database
from bot.web import kiosk_devices
from domain.kernel import crypto
from domain.kernel.clock import SystemClock
from domain.kernel.tx import Tx
from domain.people import queries
from tests.cli.conftest import Hrbot, Set
from tests.cli.test_people import first
from tests.org.test_import import newcomer, workbook

T = TypeVar("T")


@pytest.fixture(autouse=True)
def keys_of_its_own(unlocked: crypto.Keyring) -> Iterator[None]:
    """The command unlocks the installation's keys in this process; other tests go on with theirs."""
    yield
    crypto.unlock(unlocked)


def inside(home: Path, work: Callable[[Tx], Awaitable[T]]) -> T:
    """What the web server would do in this installation."""

    async def run() -> T:
        crypto.unlock(keys.existing(home))
        database = Database.connect(embedded.start(home).url(), SystemClock(), pool_size=1)
        async with opening(database)() as tx:
            done = await work(tx)
        await database.close()
        return done

    return asyncio.run(run())


def test_a_device_is_added_registered_listed_and_removed(home: Path, hrbot: Hrbot, setenv: Set) -> None:
    setenv({"HRBOT_PUBLIC_URL": "https://hr.example.com"})
    done = hrbot("kiosk", "add", "仓库门口", "--data-dir", home)
    assert done.exit_code == 0, done.stderr
    device, name, code = done.stdout.splitlines()[0].split("\t")
    assert (name, bool(re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}(-[2-9A-HJKMNP-TV-Z]{4}){2}", code))) == ("仓库门口", True)
    assert f"https://hr.example.com/kiosk#{code}" in done.stdout
    assert f"{device}\t仓库门口\twaits for its code" in hrbot("kiosk", "list", "--data-dir", home).stdout
    assert inside(home, lambda tx: kiosk_devices.register(tx, code, real_now())) is not None
    assert inside(home, lambda tx: kiosk_devices.register(tx, code, real_now())) is None
    listed = hrbot("kiosk", "list", "--data-dir", home)
    assert "registered 20" in listed.stdout
    assert "never used" in listed.stdout
    assert code not in listed.output
    assert "仓库门口 is removed" in hrbot("kiosk", "remove", device, "--data-dir", home).stdout
    again = hrbot("kiosk", "remove", device, "--data-dir", home)
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)
    assert hrbot("kiosk", "list", "--data-dir", home).stdout == ""
    assert hrbot("kiosk", "add", "  ", "--data-dir", home).exit_code == 1


def test_a_badge_is_given_and_ended(home: Path, hrbot: Hrbot, tmp_path: Path) -> None:
    roster = tmp_path / "roster.xlsx"
    roster.write_bytes(workbook(first(), newcomer(直接上级工号="HR-1", 工牌号="B-1")))
    assert hrbot("people", "import", roster, "--yes", "--data-dir", home).exit_code == 0
    given = [hrbot("people", "badge", "HR-1", "0004711", "--data-dir", home).stdout.strip() for _ in range(2)]
    assert given == ["HR-1 王芳 has this badge", "HR-1 王芳 had this badge already"]
    assert inside(home, lambda tx: queries.by_badge_or_number(tx, "0004711")) is not None
    for words, said in (
        (("3001", "0004711"), "somebody else's"),
        (("3001", "?"), "looks like this"),
        (("9999", "X-1"), "nobody has the number"),
        (("3001",), "say the badge number"),
        (("3001", "X-1", "--end"), "say the badge number"),
    ):
        refused = hrbot("people", "badge", *words, "--data-dir", home)
        assert (refused.exit_code, said in refused.stderr) == (1, True), refused.output
    assert "no badge any more" in hrbot("people", "badge", "HR-1", "--end", "--data-dir", home).stdout
    assert "had no badge" in hrbot("people", "badge", "HR-1", "--end", "--data-dir", home).stdout
