"""Where the data keys come from: the environment, or `DIR/keys/ring.json`.

Environment: `HRBOT_KEYS=1:<base64>,2:<base64>` (32 bytes each), `HRBOT_KEY_CURRENT=2`, `HRBOT_INDEX_KEY=<base64>`.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from domain.kernel.crypto import Keyring

HOW = "make them with: hrbot keys new"
DEMO = "demo"


class KeysRefused(Exception):
    """No usable keys; the message is one line: what is wrong, and what to do."""


def load(data_dir: Path, *, demo: bool = False, environ: Mapping[str, str] = os.environ) -> Keyring:
    """The keyring of this installation. The demo makes one of its own at its first start.

    Raises KeysRefused without keys, with keys that others can read, and outside the demo with the demo's.
    """
    if environ.get("HRBOT_KEYS"):
        return from_environment(environ)
    file = ring_file(data_dir)
    if not _present(file):
        if not demo:
            raise KeysRefused(f"there are no data keys in {file} and HRBOT_KEYS is not set; {HOW}")
        make(data_dir, made_by=DEMO)
    return from_file(file, demo=demo)


def existing(data_dir: Path, *, environ: Mapping[str, str] = os.environ) -> Keyring:
    """The keyring that is there, the demo's too; for tools that only need to read. Raises KeysRefused."""
    return load(data_dir, demo=_present(ring_file(data_dir)), environ=environ)


def ring_file(data_dir: Path) -> Path:
    """Where the keys of a data directory lie."""
    return data_dir.expanduser().resolve() / "keys" / "ring.json"


def from_environment(environ: Mapping[str, str]) -> Keyring:
    """The keyring that the environment describes. Raises KeysRefused."""
    keys: dict[int, bytes] = {}
    for part in environ["HRBOT_KEYS"].split(","):
        number, colon, text = part.strip().partition(":")
        if not colon or not number.isdecimal() or int(number) > 255 or int(number) in keys:
            raise KeysRefused("HRBOT_KEYS reads 1:<base64>,2:<base64> with different numbers up to 255")
        keys[int(number)] = _bytes(text, f"HRBOT_KEYS, key {number}")
    current = environ.get("HRBOT_KEY_CURRENT") or str(max(keys))
    if not environ.get("HRBOT_INDEX_KEY"):
        raise KeysRefused(f"HRBOT_KEYS is set, HRBOT_INDEX_KEY is not; {HOW}")
    if not current.isdecimal() or int(current) not in keys:
        raise KeysRefused(f"HRBOT_KEY_CURRENT={current} is none of the keys in HRBOT_KEYS")
    return _checked(Keyring(keys, int(current), _bytes(environ["HRBOT_INDEX_KEY"], "HRBOT_INDEX_KEY")))


def from_file(file: Path, *, demo: bool = False) -> Keyring:
    """The keyring in a file that only its owner can read. Raises KeysRefused."""
    mode = file.stat().st_mode & 0o777 if _present(file) else 0
    if mode & 0o077:
        raise KeysRefused(f"{file} can be read by others (mode {mode:04o}); run: chmod 600 {file}")
    try:
        ring: dict[str, Any] = json.loads(file.read_text())
        keys = {int(number): _bytes(text, f"key {number} in {file}") for number, text in ring["keys"].items()}
        loaded = Keyring(keys, int(ring["current"]), _bytes(ring["index_key"], f"the index key in {file}"))
    except OSError as problem:
        raise KeysRefused(f"{file}: {problem.strerror}") from problem
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise KeysRefused(f"{file} is not a keyring; restore it from where you keep the keys") from problem
    if ring.get("made_by") == DEMO and not demo:
        raise KeysRefused(f"{file} was made by the demo; use another --data-dir for real data, and {HOW}")
    return _checked(loaded)


def make(data_dir: Path, *, made_by: str = "hrbot keys new") -> Path:
    """Write a keyring of new random keys; its file. Raises KeysRefused rather than overwrite one.

    Without the old keys everything encrypted under them is lost, so there is no way to replace a ring here.
    """
    file = ring_file(data_dir)
    ring = {"version": 1, "made_by": made_by, "current": 1, "keys": {"1": _new_key()}, "index_key": _new_key()}
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.parent.chmod(0o700)
        _write_once(file, json.dumps(ring, indent=1) + "\n")
    except FileExistsError:
        raise KeysRefused(f"{file} exists already; data encrypted with it would be lost") from None
    except OSError as problem:
        raise KeysRefused(f"{file}: {problem.strerror}") from problem
    return file


def _present(file: Path) -> bool:
    try:
        return file.exists()
    except PermissionError:
        raise KeysRefused(f"{file} cannot be read by this user; run hrbot as the user who installed it") from None


def _write_once(file: Path, text: str) -> None:
    """Whole or not at all, and never over another: a killed process must not leave half a keyring."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    with open(new, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(new, file)
    finally:
        new.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _bytes(text: str, what: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise KeysRefused(f"{what} is not the base64 of 32 bytes; {HOW}")
    return key


def _checked(ring: Keyring) -> Keyring:
    """Refuse keys that anybody could guess: of few different bytes, or counted up, or one used twice."""
    every = [*ring.keys.values(), ring.index_key]
    for key in every:
        steps = {(after - before) % 256 for before, after in pairwise(key)}
        if len(set(key)) < 8 or len(steps) < 4 or key.isascii():
            raise KeysRefused(f"a data key is a known example, not random; {HOW}")
    if len(set(every)) < len(every):
        raise KeysRefused(f"one data key is used twice; {HOW}")
    return ring
