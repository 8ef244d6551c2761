"""`hrbot backup`, `restore`, `keys new` on real servers (fault B1)."""

from __future__ import annotations

import base64
import io
import secrets
import shutil
import tarfile
from pathlib import Path

import pytest

from bot import embedded, keys
from tests.cli.conftest import Hrbot, keep, kept


@pytest.fixture(scope="module")
def tar(home: Path) -> Path:
    """A backup of an installation with a row and a file."""
    keep(home, "年假")
    (home / "files" / "fl_1").write_bytes(b"sealed")
    file = home.parent / "all.tar"
    done = Hrbot()("backup", file, "--data-dir", home)
    assert done.exit_code == 0, done.output
    assert "keys are NOT in it" in done.output
    return file


@pytest.fixture
def saved(tar: Path, home: Path) -> Path:
    keep(home, "年假")
    return tar


def test_a_backup_comes_back_elsewhere(saved: Path, home: Path, hrbot: Hrbot) -> None:
    other = home.parent / "other"
    (other / "keys").mkdir(parents=True, mode=0o700)
    shutil.copy2(keys.ring_file(home), keys.ring_file(other))
    done = hrbot("restore", saved, "--data-dir", other)
    assert done.exit_code == 0, done.output
    assert kept(other) == ["年假"]
    assert (other / "files" / "fl_1").read_bytes() == b"sealed"
    assert (other / "files" / "fl_1").stat().st_mode & 0o777 == 0o600
    assert "端口" in hrbot("doctor", "--data-dir", other).output


def test_the_keys_stay_out(saved: Path, home: Path) -> None:
    with tarfile.open(saved) as tar:
        assert sorted(tar.getnames()) == ["database.dump", "files/fl_1", "manifest.json"]
    assert saved.stat().st_mode & 0o777 == 0o600
    ring = (home / "keys" / "ring.json").read_bytes()
    assert not any(line in saved.read_bytes() for line in ring.split(b'"') if len(line) == 44)


def test_without_keys_nothing_is_restored(saved: Path, nowhere: Path, hrbot: Hrbot) -> None:
    done = hrbot("restore", saved, "--data-dir", nowhere)
    assert done.exit_code == 1
    assert "hrbot keys new" in done.output
    assert not nowhere.exists()


def test_with_other_keys_nothing_is_restored(
    saved: Path, home: Path, hrbot: Hrbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HRBOT_KEYS", "HRBOT_INDEX_KEY"):
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        monkeypatch.setenv(name, f"1:{key}" if name == "HRBOT_KEYS" else key)
    done = hrbot("restore", saved, "--data-dir", home, "--replace")
    assert done.exit_code == 1
    assert "do not open this backup" in done.output


def test_a_database_with_data_is_replaced_only_when_asked(saved: Path, home: Path, hrbot: Hrbot) -> None:
    keep(home, "年假", "后来的")
    done = hrbot("restore", saved, "--data-dir", home)
    assert done.exit_code == 1
    assert "--replace" in done.output
    assert kept(home) == ["后来的", "年假"]
    assert hrbot("restore", saved, "--data-dir", home, "--replace").exit_code == 0
    assert kept(home) == ["年假"]


def test_a_database_in_use_is_not_replaced(saved: Path, home: Path, hrbot: Hrbot) -> None:
    server = embedded.start(home)
    with server.connect("hrbot"):
        done = hrbot("restore", saved, "--data-dir", home, "--replace")
    server.stop()
    assert done.exit_code == 1
    assert "stop it first" in done.output


def test_a_failing_restore_leaves_the_database_as_it_was(saved: Path, home: Path, hrbot: Hrbot) -> None:
    cut = saved.with_name("cut.tar")
    with tarfile.open(saved) as tar, tarfile.open(cut, "w") as out:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None
            body = content.read()
            if member.name == "database.dump":
                body = body[: len(body) - 400]
                member.size = len(body)
            out.addfile(member, io.BytesIO(body))
    done = hrbot("restore", cut, "--data-dir", home, "--replace")
    assert done.exit_code == 1
    assert len(done.output.strip().splitlines()) == 1
    assert kept(home) == ["年假"]


def test_members_with_other_names_are_not_unpacked(saved: Path, home: Path, hrbot: Hrbot) -> None:
    evil = saved.with_name("evil.tar")
    with tarfile.open(saved) as tar, tarfile.open(evil, "w") as out:
        for member in tar:
            out.addfile(member, tar.extractfile(member))
        for name in ("../evil", "files/../evil", "files/a/b", "keys/ring.json"):
            info = tarfile.TarInfo(name)
            out.addfile(info, io.BytesIO(b""))
    before = (home / "keys" / "ring.json").read_text()
    assert hrbot("restore", evil, "--data-dir", home, "--replace").exit_code == 0
    assert [file.name for file in (home / "files").iterdir()] == ["fl_1"]
    assert (home / "keys" / "ring.json").read_text() == before


@pytest.mark.parametrize("content", [b"", b"no tar at all", b"\0" * 20_000])
def test_what_is_no_backup_is_refused_in_one_line(home: Path, hrbot: Hrbot, content: bytes) -> None:
    file = home.parent / "no.tar"
    file.write_bytes(content)
    done = hrbot("restore", file, "--data-dir", home)
    assert done.exit_code == 1
    assert len(done.output.strip().splitlines()) == 1


def test_backup_refuses_what_it_cannot_do(saved: Path, home: Path, hrbot: Hrbot) -> None:
    before = saved.read_bytes()
    again = hrbot("backup", saved, "--data-dir", home)
    assert (again.exit_code, saved.read_bytes() == before) == (1, True)
    assert "exists already" in again.output
    nowhere = hrbot("backup", home.parent / "no" / "such.tar", "--data-dir", home)
    assert nowhere.exit_code == 1
    nothing = hrbot("backup", home.parent / "b.tar", "--data-dir", home.parent / "empty")
    assert (nothing.exit_code, (home.parent / "empty").exists()) == (1, False)
    assert not list(home.parent.glob(".hrbot-backup-*"))


def test_a_later_releases_backup_is_refused(saved: Path, home: Path, hrbot: Hrbot) -> None:
    server = embedded.start(home)
    with server.connect("hrbot") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    server.stop()
    later = saved.with_name("later.tar")
    assert hrbot("backup", later, "--data-dir", home).exit_code == 0
    assert hrbot("restore", saved, "--data-dir", home, "--replace").exit_code == 0
    done = hrbot("restore", later, "--data-dir", home, "--replace")
    assert done.exit_code == 1
    assert "later release" in done.output


def test_keys_are_made_once(nowhere: Path, hrbot: Hrbot) -> None:
    assert hrbot("keys", "new", "--data-dir", nowhere).exit_code == 0
    again = hrbot("keys", "new", "--data-dir", nowhere)
    assert again.exit_code == 1
    assert "exists already" in again.output


def test_a_configured_server_is_backed_up_and_restored(
    saved: Path, home: Path, hrbot: Hrbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the owner of the database, who is no superuser, first into an empty one."""
    server = embedded.start(home)
    with server.connect() as connection:
        connection.execute("create role hr login")
        connection.execute("create database theirs owner hr template template0 lc_ctype 'C.UTF-8'")
    monkeypatch.setenv("HRBOT_DATABASE_URL", server.url("theirs").replace("postgres@", "hr:secret@"))
    assert hrbot("restore", saved, "--data-dir", home).exit_code == 0
    file = saved.with_name("external.tar")
    assert hrbot("backup", file, "--data-dir", home).exit_code == 0
    with server.connect("theirs") as connection:
        connection.execute("delete from kept")
    done = hrbot("restore", file, "--data-dir", home, "--replace")
    assert done.exit_code == 0, done.output
    with server.connect("theirs") as connection:
        assert connection.execute("select word from kept").fetchall() == [("年假",)]
    server.stop()
