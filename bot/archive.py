"""Backup and restore: the database and `DIR/files` in one tar; the keys never go along."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
import tempfile
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj, which

from alembic.script import ScriptDirectory
from alembic.util import CommandError

from bot.cluster import programs
from bot.database import alembic_config
from bot.keys import KeysRefused
from bot.target import Target
from domain.kernel.crypto import Damaged, KeyMissing, Keyring

MANIFEST, DUMP = "manifest.json", "database.dump"
FORMAT = 1
TLS = {"require", "verify-ca", "verify-full"}
SEAL, SEAL_PLACE = b"hrbot backup", "backup.seal"
NAME = re.compile(r"files/([\w.-]*\w)")


class BackupRefused(Exception):
    """No backup is made or brought back; the message is one line: why, and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself."""

    format: int
    release: str
    made_at: str
    schema: str | None
    """The alembic revision of the dump."""
    seal: str | None
    """A known text under the installation's current key: tells, before anything is changed, whether the keys fit."""


def save(target: Target, files: Path, out: Path, ring: Keyring | None) -> int:
    """Write the backup, whole or not at all, readable by its owner only; its size in bytes.

    The dump comes first: files are written before the rows that name them, so every row in it finds its file.
    """
    if out.exists():
        raise BackupRefused(f"{out} exists already; choose another name")
    try:
        with tempfile.TemporaryDirectory(prefix=".hrbot-backup-", dir=out.parent) as folder:
            dump, part = Path(folder) / DUMP, Path(folder) / "backup.tar"
            run(target, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
            with open(part, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as raw:
                with tarfile.open(fileobj=raw, mode="w") as tar:
                    _add_bytes(tar, MANIFEST, json.dumps(asdict(_manifest(target, ring)), indent=1).encode())
                    tar.add(dump, DUMP)
                    for file in sorted(files.iterdir()) if files.is_dir() else ():
                        if file.is_file() and NAME.fullmatch(f"files/{file.name}"):
                            tar.add(file, f"files/{file.name}")
                raw.flush()
                os.fsync(raw.fileno())
            os.link(part, out)
    except OSError as problem:
        raise BackupRefused(f"{out}: {problem.strerror}") from problem
    return out.stat().st_size


def load(target: Target, files: Path, source: Path, ring: Keyring, *, replace: bool) -> Manifest:
    """Bring a backup back. Raises BackupRefused and leaves the database as it was.

    The database is replaced in one transaction; files keep their generated names, so bringing them back early
    harms nothing.
    """
    try:
        with tarfile.open(source) as tar, tempfile.TemporaryDirectory(prefix=".hrbot-restore-") as folder:
            manifest = read_manifest(tar)
            require_fitting(manifest, ring)
            require_quiet(target, replace=replace)
            dump = Path(folder) / DUMP
            _extract(tar, DUMP, dump)
            for member in tar:
                if found := NAME.fullmatch(member.name):
                    _extract(tar, member.name, files / found.group(1))
            _replace_database(target, dump)
    except (tarfile.TarError, EOFError) as problem:
        raise BackupRefused(f"{source} is not a backup of hrbot, or it is cut short") from problem
    except OSError as problem:
        raise BackupRefused(f"{source}: {problem.strerror}") from problem
    return manifest


def read_manifest(tar: tarfile.TarFile) -> Manifest:
    """Raises BackupRefused for what is no backup, or one of a later form."""
    try:
        document = tar.extractfile(MANIFEST)
        manifest = Manifest(**json.load(document)) if document else None
    except (KeyError, ValueError, TypeError):
        manifest = None
    if manifest is None or manifest.format != FORMAT:
        raise BackupRefused("this file is not a backup that this release can read")
    return manifest


def require_fitting(manifest: Manifest, ring: Keyring) -> None:
    """The keys open it, and this release knows its schema."""
    if manifest.seal:
        try:
            ring.decrypt(b64decode(manifest.seal), SEAL_PLACE)
        except (Damaged, KeyMissing):
            raise KeysRefused("these keys do not open this backup; restore the keys that belong to it first") from None
    if manifest.schema:
        try:
            ScriptDirectory.from_config(alembic_config()).get_revision(manifest.schema)
        except CommandError:
            raise BackupRefused(f"a later release made this backup ({manifest.release}); install that one") from None


def require_quiet(target: Target, *, replace: bool) -> None:
    """Nobody works on the database, and it is empty or may be replaced."""
    with target.connect() as connection:
        others = connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            " and backend_type = 'client backend'"
        ).fetchone()
        tables = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    if others and others[0]:
        raise BackupRefused("hrbot, or somebody else, is using this database; stop it first")
    if tables and tables[0] and not replace:
        raise BackupRefused("this database is not empty; --replace deletes what is in it")


def run(target: Target, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the database. Raises BackupRefused with the first thing it complained of."""
    done = subprocess.run(  # noqa: S603 - no shell; arguments are ours
        [_program(target, program), *arguments],
        stdin=subprocess.DEVNULL,
        env=target.environment,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"]
        raise BackupRefused(f"{program}: {lines[0]}")


def _program(target: Target, program: str) -> str:
    """The wheel's, which know older servers too; the machine's own where TLS is asked for, which the wheel lacks."""
    if program == "pg_restore" or target.parameters.get("sslmode", "prefer") not in TLS:  # pg_restore only converts
        return str(programs() / program)
    installed = which(program)
    if installed is None:
        raise BackupRefused(f"the database asks for TLS: install PostgreSQL's client programs ({program})")
    return installed


def _manifest(target: Target, ring: Keyring | None) -> Manifest:
    with target.connect() as connection:
        made = connection.execute("select to_regclass('alembic_version') is not null").fetchone()
        row = connection.execute("select version_num from alembic_version").fetchone() if made and made[0] else None
    seal = b64encode(ring.encrypt(SEAL, SEAL_PLACE)).decode() if ring else None
    return Manifest(
        FORMAT, version("hrbot"), datetime.now(UTC).isoformat(timespec="seconds"), row[0] if row else None, seal
    )


def _replace_database(target: Target, dump: Path) -> None:
    """Empty and fill the public schema in one transaction: after a failure everything is as before."""
    script = dump.with_suffix(".sql")
    run(target, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump))
    whole = dump.with_suffix(".whole.sql")
    with script.open("rb") as statements, whole.open("wb") as out:
        out.write(b"set lock_timeout = '10s';\ndrop schema public cascade;\ncreate schema public;\n")
        for line in statements:
            if not line.startswith(b"SET transaction_timeout"):  # servers before 17 do not know it
                out.write(line)
    run(
        target, "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={whole}"
    )  # fmt: skip


def _extract(tar: tarfile.TarFile, member: str, to: Path) -> None:
    """One regular member, under a name of ours; links and devices are refused."""
    try:
        content = tar.extractfile(member)
    except KeyError:
        content = None
    if content is None:
        raise BackupRefused(f"the backup lacks {member}")
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(to, "wb", opener=lambda path, flags: os.open(path, flags | os.O_NOFOLLOW, 0o600)) as out:
        copyfileobj(content, out)
        out.flush()
        os.fsync(out.fileno())


def _add_bytes(tar: tarfile.TarFile, member: str, content: bytes) -> None:
    info = tarfile.TarInfo(member)
    info.size = len(content)
    info.mode = 0o600
    tar.addfile(info, BytesIO(content))
