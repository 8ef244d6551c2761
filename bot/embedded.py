"""The embedded PostgreSQL server, from a wheel, behind a start-up guard."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedRandom
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from bot import datadir
from bot.cluster import Cluster, ServerFailed
from bot.datadir import SOCKET

DATABASE = "hrbot"
LOCK_SECONDS = 150
ORPHAN_SECONDS = 4
# With LC_CTYPE C, pg_trgm drops every Chinese character; the builtin C.UTF-8 is the same on every machine.
CREATE = (
    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin "
    "BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
)


@dataclass
class Embedded:
    """A running server and the folder of its socket.

    Whoever uses it holds a shared lock on `pg.users`; the kernel drops it with the process, however that ends.
    """

    cluster: Cluster
    socket_dir: Path
    started: bool
    """Whether this process started it; otherwise it attached to a running one."""
    _users: BufferedRandom = field(repr=False)

    def url(self, database: str = DATABASE) -> str:
        """The SQLAlchemy URL (asyncpg) of one of its databases."""
        return f"postgresql+asyncpg://postgres@/{quote(database)}?host={quote(str(self.socket_dir))}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A plain connection, each statement its own transaction; for work from outside the application."""
        return psycopg.connect(host=str(self.socket_dir), user="postgres", dbname=database, autocommit=True)

    def stop(self) -> None:
        """Leave the server; the last process that uses it stops it. A second call does nothing.

        So `serve` can be restarted beside a `worker`, and a short command never ends the server under a long one.
        """
        if self._users.closed:
            return
        with _exclusive(self.socket_dir.parent):
            if self._is_last():
                self.cluster.stop()
            self._users.close()

    def _is_last(self) -> bool:
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def start(data_dir: Path) -> Embedded:
    """Start the server in `data_dir/pg`, or attach to the one that runs there.

    Raises DataDirRefused or ServerFailed, each with one line that says why.
    """
    home = datadir.prepare(data_dir)
    with _exclusive(home):
        cluster = Cluster.at(home / "pg")
        cluster.initialise()
        started = _ensure_running(cluster)
        users = (home / "pg.users").open("a+b")
        fcntl.flock(users, fcntl.LOCK_SH)
    return Embedded(cluster, home / "pg", started, users)


def ensure_database(server: Embedded, name: str = DATABASE) -> None:
    """Create the database, with a locale under which Chinese text can be searched, unless it exists."""
    with server.connect() as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            try:
                connection.execute(sql.SQL(CREATE).format(sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return  # another process was faster


def _ensure_running(cluster: Cluster) -> bool:
    """True when started here, False when one was running already.

    The guard: postmaster.pid and the socket (its lock names the same pid) are removed only when nobody answers
    and no postmaster of this directory lives. A dead server's pid may belong to anybody by now, and PostgreSQL
    itself would not start then.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    while time.monotonic() < deadline:
        if cluster.answers():
            return False
        if cluster.postmaster() is None:
            cluster.end_orphans(ORPHAN_SECONDS)
            for stale in ("postmaster.pid", f"{SOCKET}.lock", SOCKET):
                (cluster.pg / stale).unlink(missing_ok=True)
            cluster.start()
            return True
        time.sleep(0.1)  # it is coming up or going down
    raise ServerFailed(f"the PostgreSQL in {cluster.pg} (pid {cluster.postmaster()}) runs but refuses connections")


@contextmanager
def _exclusive(home: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of a directory."""
    deadline = time.monotonic() + LOCK_SECONDS
    with (home / "pg.lock").open("a+b") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ServerFailed(f"another process has been starting or stopping {home}/pg for long") from None
                time.sleep(0.02)
        yield
