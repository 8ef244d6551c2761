"""What can be wrong with an installation. Each check yields findings; their words are in `bot/cli/doctor.yaml`."""

from __future__ import annotations

import os
import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from pydantic import ValidationError

from bot import datadir, fonts, keys, platform_diagnosis
from bot.cluster import ServerFailed
from bot.database import alembic_config, head_revision
from bot.findings import Finding, hint, well, wrong
from bot.target import TargetRefused, opened
from config.settings import Settings

OLDEST_SERVER = 15
WANTED_GB = 1.0
SKEW_SECONDS = 60
FONT_FOLDERS = fonts.FOLDERS

Connection = psycopg.Connection[tuple[Any, ...]]


def everything(data_dir: Path | None, port: int | None) -> Iterator[Finding]:
    """All checks, in the order in which one would repair."""
    given = {"data_dir": data_dir, "port": port}
    try:
        settings = Settings.model_validate({key: value for key, value in given.items() if value is not None})
    except ValidationError as problem:
        for error in problem.errors():
            name = "HRBOT_" + "__".join(str(part) for part in error["loc"]).upper()
            yield wrong("settings_bad", name=name, why=error["msg"])
        return
    yield well("settings_ok")
    yield listening(settings.host, settings.port)
    yield font(settings.font)
    looked = list(directory(settings.data_dir))
    yield from looked
    if any(finding.code in {"dir_refused", "dir_rights"} for finding in looked):
        return  # all further questions are about what lies in it
    yield from disk(settings.data_dir)
    yield from data_keys(settings.data_dir)
    yield from database(settings)
    yield from clock(settings.data_dir)
    yield from shared_buckets(settings)
    yield from platform_diagnosis.everything(settings)


def directory(data_dir: Path) -> Iterator[Finding]:
    """The data directory can be used, and what must be private in it is."""
    path = data_dir.expanduser().resolve()
    try:
        datadir.refuse_unfit(path)
    except datadir.DataDirRefused as refused:
        yield wrong("dir_refused", why=str(refused))
        return
    if not path.exists():
        parent = next(folder for folder in path.parents if folder.exists())
        writable = os.access(parent, os.W_OK | os.X_OK)
        yield well("dir_new", path=path) if writable else wrong("dir_rights", path=path)
        return
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield wrong("dir_rights", path=path)
        return
    yield well("dir_ok", path=path)
    for name in ("pg", "keys", "files"):
        folder = path / name
        if folder.exists() and (mode := folder.stat().st_mode & 0o777) & 0o077:
            yield wrong("dir_open", path=folder, mode=f"{mode:04o}", wanted="700")


def data_keys(data_dir: Path) -> Iterator[Finding]:
    file = keys.ring_file(data_dir)
    if not os.environ.get("HRBOT_KEYS") and not file.exists():
        yield wrong("keys_missing", path=file)
        return
    try:
        keys.existing(data_dir)
    except (keys.KeysRefused, OSError) as refused:
        yield wrong("keys_bad", why=str(refused))
        return
    yield well("keys_ok", where="HRBOT_KEYS" if os.environ.get("HRBOT_KEYS") else file)


def disk(data_dir: Path) -> Iterator[Finding]:
    folder = next(place for place in (data_dir, *data_dir.resolve().parents) if place.exists())
    free = round(shutil.disk_usage(folder).free / 1e9, 1)
    yield (
        wrong("disk_low", free=free, path=folder, wanted=WANTED_GB) if free < WANTED_GB else well("disk_ok", free=free)
    )


def listening(host: str, port: int) -> Finding:
    """The port is free, or hrbot itself listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return well("port_ours", port=port) if _is_hrbot(host, port) else wrong("port_taken", port=port)
    return well("port_free", port=port)


def _is_hrbot(host: str, port: int) -> bool:
    try:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"http://{host}:{port}/healthz", timeout=2) as answer:
            return b'"alive"' in answer.read(200)
    except (OSError, ValueError):
        return False


def database(settings: Settings) -> Iterator[Finding]:
    """Reachable, new enough, of this release's schema, able to search Chinese."""
    pg = settings.data_dir / "pg"
    if settings.database_url is None and not _exists(pg / "PG_VERSION"):
        yield well("database_new")
        return
    try:
        with opened(settings) as target, target.connect() as connection:
            yield from server(connection)
            yield schema(connection)
            yield from chinese(connection)
            yield from platform_diagnosis.month(connection, settings)
            yield from platform_diagnosis.led(connection, settings)
            if settings.database_url is not None:
                yield from skew(connection)
    except (ServerFailed, datadir.DataDirRefused) as failed:
        yield wrong("server_failed", why=str(failed), log=pg / "log")
    except (TargetRefused, psycopg.Error) as refused:
        yield wrong("database_down", why=str(refused).strip().split("\n")[0])


def server(connection: Connection) -> Iterator[Finding]:
    version = connection.info.server_version // 10_000
    yield wrong("version_old", version=version) if version < OLDEST_SERVER else well("database_ok", version=version)
    encoding = _one(connection, "show server_encoding")
    if encoding != "UTF8":
        yield wrong("encoding_bad", encoding=encoding)


def schema(connection: Connection) -> Finding:
    head = head_revision()
    if not _one(connection, "select to_regclass('alembic_version') is not null"):
        return well("schema_new")
    current = _one(connection, "select max(version_num) from alembic_version")
    if current == head:
        return well("schema_ok", current=current)
    try:
        ScriptDirectory.from_config(alembic_config()).get_revision(current)
    except CommandError:
        return wrong("schema_later", current=current)
    return wrong("schema_pending", current=current or "-", head=head)


def chinese(connection: Connection) -> Iterator[Finding]:
    """pg_trgm finds Chinese characters; tried in a transaction that is rolled back."""
    offered = {row[0] for row in connection.execute("select name from pg_available_extensions").fetchall()}
    missing = [name for name in ("pg_trgm", "btree_gist") if name not in offered]
    yield from (wrong("extension_missing", name=name) for name in missing)
    if "pg_trgm" in missing:
        return
    with connection.transaction(force_rollback=True):
        connection.execute("create extension if not exists pg_trgm")
        alike = _one(connection, "select similarity('张三丰', '张三')")
    ctype = _one(connection, "select datctype from pg_database where datname = current_database()")
    yield well("locale_ok") if alike else wrong("locale_bad", ctype=ctype)


def skew(connection: Connection) -> Iterator[Finding]:
    before = time.time()
    theirs = float(_one(connection, "select extract(epoch from clock_timestamp())"))
    seconds = round(abs(theirs - (before + time.time()) / 2))
    if seconds > SKEW_SECONDS:
        yield wrong("clock_skew", seconds=seconds)


def font(configured: Path | None) -> Finding:
    """A font that holds Chinese, as HRBOT_FONT or on the system."""
    found = fonts.chinese(configured, FONT_FOLDERS)
    if found is not None:
        return well("font_ok", path=found)
    return wrong("font_missing") if configured is None else wrong("font_setting", path=configured)


def clock(data_dir: Path) -> Iterator[Finding]:
    """A clock behind what was written already would make ids and deadlines go back."""
    now = time.time()
    control = data_dir / "pg" / "global" / "pg_control"
    written = control.stat().st_mtime if _exists(control) else now
    if written > now + SKEW_SECONDS:
        yield wrong("clock_back", now=_local(now), written=_local(written))
    else:
        yield well("clock_ok", now=_local(now))


def shared_buckets(settings: Settings) -> Iterator[Finding]:
    """Redis, where one is set. Without an answer everything works, a little slower."""
    if settings.redis_url is None:
        return
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        address = settings.redis_url.get_secret_value()
        with Redis.from_url(address, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except (RedisError, OSError, ValueError) as fault:
        yield hint("redis_away", why=type(fault).__name__)
    else:
        yield well("redis_ok")


def _local(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).astimezone().isoformat(timespec="seconds")


def _exists(path: Path) -> bool:
    """Without complaint about folders that we may not enter."""
    try:
        return path.exists()
    except PermissionError:
        return False


def _one(connection: Connection, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None
