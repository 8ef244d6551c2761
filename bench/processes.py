"""Processes under measurement: started, waited for, their CPU read from /proc, stopped."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path

TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0


class NotStarted(Exception):
    """A server did not come up; the message names its log."""


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def family(pid: int) -> list[int]:
    """The process and all below it."""
    parents = {int(entry.name): _stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found = [pid]
    for known in found:
        found += [child for child, fields in parents.items() if fields and int(fields[1]) == known]
    return found


def cpu(pids: Iterable[int], *, reaped: bool = False) -> float:
    """µs of user and system time so far; with `reaped` also of children that ended."""
    spent = 0.0
    for pid in pids:
        if fields := _stat(pid):
            spent += sum(int(ticks) for ticks in fields[11 : 15 if reaped else 13]) * TICK
    return spent


def busy() -> float:
    """µs that all processors of this machine have worked so far, whoever for."""
    user, nice, system, _, _, irq, softirq, *_ = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(int(ticks) for ticks in (user, nice, system, irq, softirq)) * TICK


def waited_for() -> float:
    """µs of the processes that this one started and that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1_000_000


class Server:
    """One server process (and its children) with a log of its own."""

    def __init__(self, arguments: list[str], log: Path, environment: Mapping[str, str], cwd: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 - arguments of ours
                arguments,
                env={**os.environ, **environment},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ready(self, url: str, status: int | None = None) -> None:
        """Wait until the address answers (with this status). Raises NotStarted."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - loopback
                    seen = answer.status
            except urllib.error.HTTPError as refusal:
                seen = refusal.code
            except OSError:
                seen = 0
            if seen and status in (None, seen):
                return
            time.sleep(0.05)
        raise NotStarted(f"no answer from {url}; see {self.log}")

    def cpu(self) -> float:
        return cpu(family(self.process.pid), reaped=True)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
