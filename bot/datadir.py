"""The data directory: which one is refused, and the modes of what lies in it. Its default is in `config.settings`."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
SOCKET_LIMIT = 107  # bytes of sockaddr_un.sun_path on Linux, without the closing zero
CHECKOUT = Path(__file__).resolve().parents[1]


class DataDirRefused(Exception):
    """This directory cannot hold the data; the message is one line: why, and what to do."""


def prepare(data_dir: Path) -> Path:
    """Make the directory and `files` in it, or take the one that is there; the resolved path.

    Raises DataDirRefused. Other files in it are left alone.
    """
    resolved = data_dir.expanduser().resolve()
    refuse_unfit(resolved)
    try:
        resolved.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = resolved / "files"
        files.mkdir(exist_ok=True, mode=0o700)
        files.chmod(0o700)
    except OSError as problem:
        raise DataDirRefused(f"{resolved}: {problem.strerror}; choose another --data-dir") from problem
    return resolved


def refuse_unfit(resolved: Path) -> None:
    """Raise DataDirRefused for a path whose socket would be out of reach, or that would lay open a home."""
    length = len(os.fsencode(resolved / "pg" / SOCKET))
    if length > SOCKET_LIMIT:
        raise DataDirRefused(
            f"{resolved}: the path is {length - SOCKET_LIMIT} bytes too long for a Unix socket; "
            "choose a shorter --data-dir"
        )
    if set(str(resolved)) & set(",:"):
        raise DataDirRefused(f"{resolved}: a comma or colon cannot stand in a --data-dir")
    if os.geteuid() == 0:
        for private in (CHECKOUT, *_homes()):
            if resolved.is_relative_to(private):
                raise DataDirRefused(
                    f"{resolved} lies inside {private}; as root choose a --data-dir of its own, such as /var/lib/hrbot"
                )


def open_for_traversal(folder: Path) -> None:
    """As root: let the server's own user pass through the parents of `folder` (enter, not list)."""
    for parent in folder.parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def _homes() -> Iterator[Path]:
    for entry in pwd.getpwall():
        if (entry.pw_uid == 0 or entry.pw_uid >= 1000) and entry.pw_dir.count("/") and entry.pw_dir != "/":
            yield Path(entry.pw_dir)
