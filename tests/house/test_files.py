"""What is checked in: phrase files, the lock file, and nothing of the machine it was written on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.house import tree
from tests.understanding.known import KNOWN

INTENT = re.compile(r"[a-z]+(?:_[a-z]+)*(?:\.[a-z0-9_]+)?(?:#[a-z_]+)?")
# written so that this file does not name them itself
OF_THIS_MACHINE = re.compile(r"(?<![\w./-])/(?:wor[k]|roo[t]|home/[a-z]\w+)(?![\w-])")
TEXT = {".py", ".yaml", ".md", ".toml", ".txt", ".chat", ".html", ".css", ".js", ".mako", ".sql", ".lock", ".svg", ""}
SKIPPED = {".git", ".venv", ".venv-peers", ".hypothesis", "build", "vendor", "node_modules", ".data"}


def ours(folder: Path = tree.ROOT) -> Iterator[Path]:
    for item in sorted(folder.iterdir()):
        if item.is_dir():
            if item.name not in SKIPPED and not item.name.endswith(("_cache", "__pycache__", ".egg-info")):
                yield from ours(item)
        elif item.suffix in TEXT:
            yield item


def phrases(loaded: Any) -> Iterator[str]:
    """The intents a phrase file speaks for: its keys, or those under `intents`."""
    for key in loaded.get("intents", loaded) if isinstance(loaded, dict) else ():
        if isinstance(key, str) and ("." in key or key in KNOWN):
            yield key


def test_phrase_files_speak_for_known_intents() -> None:
    for file in sorted((tree.ROOT / "handlers").rglob("*.yaml")):
        loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
        unknown = [name for name in phrases(loaded) if name.split("#")[0] not in KNOWN]
        assert unknown == [], f"{tree.name(file)}: {unknown}"


def test_handlers_answer_known_intents() -> None:
    unknown = [
        f"{tree.name(file)}:{call.lineno} {name}"
        for file, call, called in tree.calls("handlers")
        if called == "intent" and call.args
        for name in tree.strings(call.args[0])
        if name.split("#")[0] not in KNOWN | {""}
    ]
    assert unknown == []


def test_the_lock_file_names_no_address_and_pins_every_package() -> None:
    text = (tree.ROOT / "requirements.lock").read_text()
    assert not re.search(r"://|^-|^--| @ ", text, re.MULTILINE)
    packages = [block for block in re.split(r"\n(?=\S)", text.strip()) if not block.startswith("#")]
    assert packages
    for block in packages:
        assert re.match(r"[\w.\[\]-]+==[\w.!+]+ ", block), block.splitlines()[0]
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_every_dependency_is_in_the_lock_file() -> None:
    import tomllib

    project = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=~! ;]", one, maxsplit=1)[0].lower().replace("_", "-") for one in wanted}
    locked = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==", (tree.ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert names - {one.lower().replace("_", "-") for one in locked} == set()


def test_no_path_of_the_machine_it_was_written_on() -> None:
    found = [
        f"{tree.name(file)}:{number}: {line.strip()[:100]}"
        for file in ours()
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if OF_THIS_MACHINE.search(line)
    ]
    assert found == []


def test_yaml_of_the_repository_parses() -> None:
    broken = []
    for file in ours():
        if file.suffix == ".yaml":
            try:
                list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
            except yaml.YAMLError as error:
                broken.append(f"{file}: {error}")
    assert broken == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{tree.name(file)}: {link}"
        for file in ours()
        if file.suffix == ".md"
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8"))
        if not (file.parent / link).exists()
    ]
    assert broken == []
