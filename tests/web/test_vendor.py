"""Other people's files for browsers are what the manifest says, with their licences."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.web import assets

VENDOR = Path(assets.__file__).parent / "vendor"
PACKAGES: list[dict[str, Any]] = yaml.safe_load((VENDOR / "manifest.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package["package"]))
def test_files_are_unchanged_and_licensed(package: dict[str, Any]) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert any("LICENSE" in file["to"] for file in package["files"])
    for file in package["files"]:
        assert hashlib.sha256((VENDOR / file["to"]).read_bytes()).hexdigest() == file["sha256"], file["to"]


def test_nothing_else_lies_there() -> None:
    listed = {file["to"] for package in PACKAGES for file in package["files"]}
    found = {file.name for file in VENDOR.iterdir() if file.is_file()}
    assert found == listed | {"manifest.yaml", "fetch.py"}


def test_styles_and_scripts_of_ours_load_nothing_from_elsewhere() -> None:
    for file in (VENDOR.parent / "static" / "h5").iterdir():
        assert not re.search(r"https?://|@import|eval\(|innerHTML", file.read_text(encoding="utf-8")), file.name
