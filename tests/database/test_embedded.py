"""Fault S5: second process, killed parent, killed postmaster, stale pid file; and what is refused at the start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import cluster, datadir, embedded
from bot.cluster import Cluster, ServerFailed
from config.settings import default_data_dir

HOLDER = """
import sys, time
from pathlib import Path
from bot import embedded
server = embedded.start(Path(sys.argv[1]))
sys.stdout.write(f"{'started' if server.started else 'attached'}\\n")
sys.stdout.flush()
sys.stdin.readline()
server.stop()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hrbot-s5-") as folder:
        yield Path(folder)
        if (Path(folder) / "pg").exists():
            Cluster.at(Path(folder) / "pg").stop()


def hold(home: Path) -> tuple[subprocess.Popen[str], str]:
    """A second process that uses the server until its input ends; and whether it started or attached."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", HOLDER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=datadir.CHECKOUT,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=15)
    assert process.returncode == 0


def postmaster(home: Path) -> int:
    return int((home / "pg" / "postmaster.pid").read_text().split()[0])


def write_row(server: embedded.Embedded) -> None:
    with server.connect() as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('还在')")


def row(server: embedded.Embedded) -> object:
    with server.connect() as connection:
        found = connection.execute("select word from kept").fetchone()
    return found and found[0]


def kill_postmaster(home: Path) -> None:
    os.kill(postmaster(home), signal.SIGKILL)


def test_a_killed_postmaster_is_started_again_with_its_rows(home: Path) -> None:
    server = embedded.start(home)
    write_row(server)
    kill_postmaster(home)
    begun = time.monotonic()
    again = embedded.start(home)
    assert again.started
    assert time.monotonic() - begun < 5
    assert row(again) == "还在"
    server.stop()
    assert again.cluster.answers()
    again.stop()
    assert not again.cluster.processes()


def test_orphans_of_a_killed_postmaster_end_before_a_new_one_starts(home: Path) -> None:
    server = embedded.start(home)
    write_row(server)
    with server.connect() as connection:
        connection.execute("set statement_timeout = 0")
        busy = subprocess.Popen(
            [server.cluster.bin / "psql", "-h", server.socket_dir, "-U", "postgres", "-c", "select pg_sleep(60)"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while connection.execute("select 1 from pg_stat_activity where query like 'select pg_sleep%'").rowcount < 1:
            time.sleep(0.05)
        kill_postmaster(home)
        again = embedded.start(home)
    assert row(again) == "还在"
    assert busy.wait(10) != 0
    again.stop()


def test_a_pid_that_belongs_to_another_process_now_does_not_hinder_the_start(home: Path) -> None:
    server = embedded.start(home)
    write_row(server)
    text = (home / "pg" / "postmaster.pid").read_text()
    server.stop()
    stranger = subprocess.Popen(["sleep", "60"], user=server.cluster.user)
    try:
        (home / "pg" / "postmaster.pid").write_text(text.replace(text.split()[0], str(stranger.pid), 1))
        again = embedded.start(home)
        assert again.started
        assert row(again) == "还在"
        assert stranger.poll() is None
        again.stop()
    finally:
        stranger.kill()
        stranger.wait()


def test_the_guard_leaves_the_pid_file_of_a_live_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = embedded.start(home)
    pid_file = home / "pg" / "postmaster.pid"
    before = pid_file.read_text()
    socket = home / "pg" / datadir.SOCKET
    socket.rename(home / "hidden")  # alive, but refuses every connection
    monkeypatch.setattr(embedded, "LOCK_SECONDS", 0.5)
    with pytest.raises(ServerFailed, match="runs but refuses connections"):
        embedded.start(home)
    assert pid_file.read_text() == before
    assert postmaster(home) in server.cluster.processes()
    server.stop()


def test_a_second_process_attaches_and_leaves_it_to_the_first(home: Path) -> None:
    server = embedded.start(home)
    second, how = hold(home)
    assert how == "attached"
    finish(second)
    assert server.cluster.answers()
    server.stop()
    assert not server.cluster.processes()


def test_the_last_one_out_stops_it_whoever_started_it(home: Path) -> None:
    first, how = hold(home)
    assert how == "started"
    second = embedded.start(home)
    assert not second.started
    finish(first)
    assert second.cluster.answers()
    second.stop()
    assert not second.cluster.processes()


def test_a_killed_starter_leaves_no_handle_behind(home: Path) -> None:
    first, _ = hold(home)
    first.kill()
    first.wait()
    server = embedded.start(home)
    assert not server.started  # it had gone on running
    server.stop()
    assert not server.cluster.processes()
    server.stop()  # twice is once


def test_a_killed_initdb_is_made_anew(home: Path) -> None:
    (home / "pg.new").mkdir()
    (home / "pg.new" / "PG_VERSION").write_text("18")
    server = embedded.start(home)
    assert server.cluster.answers()
    server.stop()


def test_modes(home: Path) -> None:
    server = embedded.start(home)
    assert (home / "pg").stat().st_mode & 0o777 == 0o700
    assert (home / "files").stat().st_mode & 0o777 == 0o700
    assert home.stat().st_mode & 0o066 == 0
    server.stop()


def test_two_at_once_make_one_server_and_one_database(home: Path) -> None:
    holders = [hold(home) for _ in range(2)]
    assert sorted(how for _, how in holders) == ["attached", "started"]
    server = embedded.start(home)
    embedded.ensure_database(server)
    embedded.ensure_database(server)
    server.stop()
    for process, _ in sorted(holders, key=lambda held: held[1]):
        finish(process)


def test_chinese_trigrams(server: embedded.Embedded) -> None:
    embedded.ensure_database(server, "trigrams")
    with server.connect("trigrams") as connection:
        connection.execute("create extension if not exists pg_trgm")
        found = connection.execute("select similarity('张三丰', '张三')").fetchone()
    assert found is not None
    assert isinstance(found[0], float)
    assert found[0] > 0


def test_a_path_too_long_for_the_socket_is_refused(home: Path) -> None:
    with pytest.raises(datadir.DataDirRefused, match="too long for a Unix socket"):
        embedded.start(home / ("长" * 40))
    assert not list(home.iterdir())


def test_a_directory_of_another_version_is_refused(home: Path) -> None:
    server = embedded.start(home)
    server.stop()
    (home / "pg" / "PG_VERSION").write_text("14\n")
    with pytest.raises(ServerFailed, match="made by PostgreSQL 14"):
        embedded.start(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root opens parent folders")
@pytest.mark.parametrize("inside", [Path.home() / "hr", datadir.CHECKOUT / "data"])
def test_root_keeps_out_of_homes_and_the_checkout(inside: Path) -> None:
    with pytest.raises(datadir.DataDirRefused, match="as root choose"):
        embedded.start(inside)
    assert not inside.exists()


def test_the_default_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_data_dir() == Path("/var/lib/hrbot")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert default_data_dir() == Path("/state/hrbot")
    monkeypatch.delenv("XDG_STATE_HOME")
    assert default_data_dir() == Path.home() / ".local/state/hrbot"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_programs_that_the_servers_user_cannot_reach_are_copied(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_reachable", lambda file: False)
    monkeypatch.setattr(cluster, "SHARED_PROGRAMS", home / "programs")
    server = embedded.start(home / "data")
    assert server.cluster.bin.is_relative_to(home / "programs")
    assert server.cluster.answers()
    assert embedded.start(home / "data").cluster.bin == server.cluster.bin
    server.cluster.stop()
