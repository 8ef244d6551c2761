"""Who may know whom, beyond what import-linter can say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house import tree


def imported(file: Path) -> Iterator[str]:
    """Every module that a file names in an import statement, and every `module.name` of a from-import."""
    package = [*file.relative_to(tree.ROOT).with_suffix("").parts]
    for node in ast.walk(tree.tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = [*package[: len(package) - node.level], node.module or ""] if node.level else [node.module or ""]
            yield from (".".join([*origin, alias.name]) for alias in node.names)


def test_a_model_is_imported_only_in_its_own_context() -> None:
    """Others read views from `queries`; `bot/database.py` loads all tables by folder, for migrations."""
    found = []
    for file in tree.python_files(*tree.PACKAGES):
        own = file.relative_to(tree.ROOT).parts[:2]
        for module in imported(file):
            parts = module.split(".")
            if parts[0] == "domain" and parts[2:3] == ["model"] and tuple(parts[:2]) != own:
                found.append(f"{tree.name(file)} imports {module}")
    assert found == []


def test_only_the_shell_commits() -> None:
    """One update, one transaction: services, handlers and jobs leave commit and rollback to the unit of work."""
    found = [
        f"{tree.name(file)}:{call.lineno}"
        for file, call, called in tree.calls("domain", "handlers", "jobs", "cards")
        if called in {"commit", "rollback"}
    ]
    assert found == []


def test_business_time_comes_from_the_clock() -> None:
    """`datetime.now` and `date.today` stand in the kernel's clock and in the shell (signatures, tokens) only."""
    found = [
        f"{tree.name(file)}:{call.lineno}"
        for file, call, called in tree.calls("domain", "handlers", "jobs", "cards")
        if called in {"today", "utcnow"} or (called == "now" and ast.unparse(call.func).startswith("datetime."))
    ]
    assert [place for place in found if not place.startswith("domain/kernel/clock.py")] == []


def test_nothing_is_evaluated_or_unpickled() -> None:
    """ASVS 1.3.2, 1.5.2; unsafe YAML loading is ruff's S506."""
    found = [
        f"{tree.name(file)}:{call.lineno}"
        for file, call, called in tree.calls(*tree.PACKAGES)
        if (called in {"eval", "exec"} and isinstance(call.func, ast.Name))
        or ast.unparse(call.func) in {"pickle.loads", "pickle.load", "marshal.loads", "os.system"}
    ]
    assert found == []


def test_no_two_advisory_locks_have_one_number() -> None:
    """Who shares a number with another waits for it for ever, and nobody sees why."""
    numbers: dict[int, list[str]] = {}
    for file in tree.python_files(*tree.PACKAGES):
        for number in re.findall(r"^(?:\w+_)?LOCK = ([\d_]+)$", file.read_text(encoding="utf-8"), re.MULTILINE):
            numbers.setdefault(int(number), []).append(tree.name(file))
    assert len(numbers) >= 4
    assert [files for files in numbers.values() if len(files) > 1] == []
