"""Fetches the files of `manifest.yaml` with `npm pack`, as npm is configured here, and checks their hashes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


def main() -> int:
    """Exit status 1 when a file is not what the manifest says; nothing is written then."""
    wanted: list[dict[str, Any]] = yaml.safe_load((HERE / "manifest.yaml").read_text(encoding="utf-8"))
    fetched = {name: content for package in wanted for name, content in files_of(package)}
    for name, content in fetched.items():
        (HERE / name).write_bytes(content)
        sys.stdout.write(f"{name}: {len(content)} bytes\n")
    return 0


def files_of(package: dict[str, Any]) -> list[tuple[str, bytes]]:
    """The package's files by the name that they get here. Ends the program for other content than expected."""
    named = f"{package['package']}@{package['version']}"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", named], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            found = [(file["to"], content(tar, f"package/{file['from']}"), file["sha256"]) for file in package["files"]]
    for name, data, expected in found:
        if (digest := hashlib.sha256(data).hexdigest()) != expected:
            sys.exit(f"{named}: {name} has sha256 {digest}, the manifest says {expected}")
    return [(name, data) for name, data, _ in found]


def content(tar: tarfile.TarFile, member: str) -> bytes:
    file = tar.extractfile(member)
    if file is None:
        sys.exit(f"{member} is no file")
    return file.read()


if __name__ == "__main__":
    sys.exit(main())
