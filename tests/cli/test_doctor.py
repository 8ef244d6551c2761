"""`hrbot doctor` on real servers: it names what is wrong and what to do."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from bot import diagnosis, embedded, platform_diagnosis
from bot.cli import doctor as command
from tests.cli.conftest import Hrbot


def wrong(home: Path, port: int = 0) -> list[str]:
    """The codes of what is wrong; the machine's own font and disk left out."""
    found = diagnosis.everything(home, port)
    return [one.code for one in found if one.wrong and not one.code.startswith(("font", "disk"))]


def test_nothing_wrong(home: Path) -> None:
    assert wrong(home) == []


def test_a_fresh_machine_is_told_what_will_be_made(nowhere: Path, hrbot: Hrbot) -> None:
    done = hrbot("doctor", "--data-dir", nowhere, "--port", 0)
    assert done.exit_code == 1
    assert "hrbot keys new" in done.output
    assert "首次启动时会自动建立" in done.output
    assert not nowhere.exists()  # it changes nothing


def test_open_modes(home: Path) -> None:
    (home / "keys" / "ring.json").chmod(0o644)
    (home / "files").chmod(0o755)
    assert wrong(home) == ["dir_open", "keys_bad"]
    (home / "keys" / "ring.json").chmod(0o600)
    (home / "files").chmod(0o700)


def test_a_taken_port(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert wrong(home, taken.getsockname()[1]) == ["port_taken"]


def test_a_pending_migration(home: Path) -> None:
    server = embedded.start(home)
    with server.connect("hrbot") as connection:
        row = connection.execute("delete from alembic_version returning version_num").fetchone()
    assert wrong(home) == ["schema_pending"]
    with server.connect("hrbot") as connection:
        connection.execute("insert into alembic_version values ('9999')")
    assert wrong(home) == ["schema_later"]
    with server.connect("hrbot") as connection:
        connection.execute("update alembic_version set version_num = %s", row)
    server.stop()


def test_a_database_under_the_wrong_locale(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = embedded.start(home)
    with server.connect() as connection:
        connection.execute(
            "create database wrong template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C' locale_provider libc"
        )
    monkeypatch.setenv("HRBOT_DATABASE_URL", server.url("wrong"))
    assert wrong(home) == ["locale_bad"]
    server.stop()


def test_an_unreachable_database_and_a_wrong_url(home: Path, monkeypatch: pytest.MonkeyPatch, hrbot: Hrbot) -> None:
    monkeypatch.setenv("HRBOT_DATABASE_URL", "postgresql+asyncpg://hr:geheim@127.0.0.1:1/hrbot")
    assert wrong(home) == ["database_down"]
    assert "geheim" not in hrbot("doctor", "--data-dir", home).output
    monkeypatch.setenv("HRBOT_DATABASE_URL", "geheim")
    assert wrong(home) == ["database_down"]


def test_a_server_too_old(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "OLDEST_SERVER", 99)
    assert wrong(home) == ["version_old"]


def test_a_setting_that_cannot_be_read(home: Path, monkeypatch: pytest.MonkeyPatch, hrbot: Hrbot) -> None:
    monkeypatch.setenv("HRBOT_STOP_SECONDS", "soon")
    done = hrbot("doctor", "--data-dir", home)
    assert done.exit_code == 1
    assert "HRBOT_STOP_SECONDS" in done.output


def test_a_clock_set_back(home: Path) -> None:
    later = time.time() + 86_400
    os.utime(home / "pg" / "global" / "pg_control", (later, later))
    assert [one.code for one in diagnosis.clock(home)] == ["clock_back"]
    os.utime(home / "pg" / "global" / "pg_control")


def test_font_and_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert diagnosis.font(home / "no.ttf").code == "font_setting"
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.setattr(diagnosis, "FONT_FOLDERS", (str(home),))
    assert diagnosis.font(None).code == "font_missing"
    monkeypatch.setattr(diagnosis, "WANTED_GB", 1e9)
    assert [one.code for one in diagnosis.disk(home)] == ["disk_low"]


def test_a_path_that_cannot_hold_the_socket(home: Path) -> None:
    assert "dir_refused" in wrong(home / ("长" * 40))


def test_every_finding_has_words() -> None:
    source = Path(diagnosis.__file__).read_text() + Path(platform_diagnosis.__file__).read_text()
    asked = {"好": ("ok",), "提示": ("silent",), "坏": ("other", "bad")}
    for kind, maker in (("好", "well("), ("提示", "hint("), ("坏", "wrong(")):
        said = command.words()[kind]
        made = {part.split('"')[1] for part in source.split(maker)[1:] if part.lstrip().startswith('"')}
        made |= {f"{callback}_{end}" for callback in platform_diagnosis.ASKED for end in asked[kind]}
        assert made == said.keys()
