"""The database of an installation, for tools that work on it from outside the application."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot import embedded
from config.settings import Settings

LIBPQ = {"host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey"}


class TargetRefused(Exception):
    """The database cannot be worked on; the message is one line: why, and what to do."""


@dataclass(frozen=True)
class Target:
    """A database as libpq's programs and psycopg want to hear it."""

    parameters: dict[str, str]
    embedded: bool

    def connect(self, **more: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection, each statement its own transaction. Raises TargetRefused."""
        try:
            return psycopg.connect(connect_timeout=5, autocommit=True, **{**self.parameters, **more})
        except psycopg.OperationalError as problem:
            raise TargetRefused(f"the database cannot be reached: {first_line(problem)}") from problem

    @property
    def environment(self) -> dict[str, str]:
        """For pg_dump and psql: nothing of it, above all no password, stands in an argument list."""
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
        given = {names.get(key, f"PG{key.upper()}"): value for key, value in self.parameters.items()}
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": os.environ.get("HOME", "/"), **given}


def external(url: str) -> Target:
    """The server that HRBOT_DATABASE_URL names. TargetRefused does not repeat the URL: it holds a password."""
    try:
        parsed = make_url(url)
    except ArgumentError as problem:
        raise TargetRefused("HRBOT_DATABASE_URL is not a database URL") from problem
    plain = {"host": parsed.host, "user": parsed.username, "password": parsed.password, "dbname": parsed.database}
    query = {"sslmode" if key == "ssl" else key: value for key, value in parsed.query.items()}
    found = {**plain, "port": parsed.port, **{key: value for key, value in query.items() if key in LIBPQ}}
    return Target({key: str(value) for key, value in found.items() if value is not None}, embedded=False)


@contextmanager
def opened(where: Settings, *, make: bool = False) -> Iterator[Target]:
    """The database of this installation for as long as the command needs it.

    The embedded server is started, or attached to, and afterwards left as it was found. With `make` a missing
    database is created; without, TargetRefused is raised.
    """
    if where.database_url is not None:
        yield external(where.database_url.get_secret_value())
        return
    try:
        there = (where.data_dir / "pg" / "PG_VERSION").exists()
    except PermissionError:
        raise TargetRefused(f"{where.data_dir} belongs to another user; run hrbot as that user") from None
    if not make and not there:
        raise TargetRefused(f"there is no database in {where.data_dir} yet; see --data-dir")
    server = embedded.start(where.data_dir)
    try:
        if make:
            embedded.ensure_database(server)
        yield Target({"host": str(server.socket_dir), "user": "postgres", "dbname": embedded.DATABASE}, embedded=True)
    finally:
        server.stop()


def first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]
