"""Where data keys come from, and which are refused."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path

import pytest

from bot import keys


def b64(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
def environ() -> dict[str, str]:
    return {
        "HRBOT_KEYS": f"1:{b64(secrets.token_bytes(32))}, 2:{b64(secrets.token_bytes(32))}",
        "HRBOT_INDEX_KEY": b64(secrets.token_bytes(32)),
    }


def test_made_once_and_read_back(tmp_path: Path) -> None:
    file = keys.make(tmp_path)
    assert file == tmp_path / "keys" / "ring.json"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    ring = keys.load(tmp_path, environ={})
    assert ring == keys.load(tmp_path, environ={})
    assert ring.decrypt(ring.encrypt(b"x", "a.b"), "a.b") == b"x"


def test_an_existing_ring_is_never_overwritten(tmp_path: Path) -> None:
    before = keys.make(tmp_path).read_text()
    with pytest.raises(keys.KeysRefused, match="exists already"):
        keys.make(tmp_path)
    assert keys.ring_file(tmp_path).read_text() == before
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["ring.json"]


def test_a_start_without_keys_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(keys.KeysRefused, match="hrbot keys new") as refused:
        keys.load(tmp_path, environ={})
    assert "\n" not in str(refused.value)


def test_the_demo_makes_its_own_and_nobody_else_uses_them(tmp_path: Path) -> None:
    made = keys.load(tmp_path, demo=True, environ={})
    assert keys.load(tmp_path, demo=True, environ={}) == made
    with pytest.raises(keys.KeysRefused, match="made by the demo"):
        keys.load(tmp_path, environ={})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_keys_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    keys.make(tmp_path).chmod(mode)
    with pytest.raises(keys.KeysRefused, match="chmod 600"):
        keys.load(tmp_path, environ={})


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"keys": {"1": "AAAA"}, "current": 1, "index_key": ""}'])
def test_a_damaged_ring_is_refused(tmp_path: Path, text: str) -> None:
    keys.make(tmp_path).write_text(text)
    with pytest.raises(keys.KeysRefused):
        keys.load(tmp_path, environ={})


def test_from_the_environment_the_newest_key_writes(tmp_path: Path, environ: dict[str, str]) -> None:
    assert keys.load(tmp_path, environ=environ).current == 2
    assert keys.load(tmp_path, environ={**environ, "HRBOT_KEY_CURRENT": "1"}).current == 1
    assert not keys.ring_file(tmp_path).exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HRBOT_KEYS", "1"),
        ("HRBOT_KEYS", "one:AAAA"),
        ("HRBOT_KEYS", "256:" + b64(b"enough bytes for a key, all 32!!")),
        ("HRBOT_KEYS", "1:" + b64(b"short")),
        ("HRBOT_KEYS", "1:" + b64(bytes(32))),
        ("HRBOT_KEYS", "1:" + b64(bytes(range(32)))),
        ("HRBOT_KEYS", "1:" + b64(b"change-me-change-me-change-me-32")),
        ("HRBOT_INDEX_KEY", ""),
        ("HRBOT_INDEX_KEY", "%%%"),
        ("HRBOT_INDEX_KEY", b64(bytes(32))),
        ("HRBOT_KEY_CURRENT", "3"),
        ("HRBOT_KEY_CURRENT", "x"),
    ],
)
def test_weak_or_wrong_environments_are_refused(tmp_path: Path, environ: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(keys.KeysRefused) as refused:
        keys.load(tmp_path, environ={**environ, name: value})
    assert value not in str(refused.value) or len(value) < 4  # a key never stands in a message


def test_one_key_for_two_purposes_is_refused(tmp_path: Path, environ: dict[str, str]) -> None:
    first = environ["HRBOT_KEYS"].split(",")[0].removeprefix("1:")
    with pytest.raises(keys.KeysRefused, match="used twice"):
        keys.load(tmp_path, environ={**environ, "HRBOT_INDEX_KEY": first})


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    ring = json.loads(keys.make(tmp_path).read_text())
    assert sorted(ring) == ["current", "index_key", "keys", "made_by", "version"]
