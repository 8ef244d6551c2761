"""One demo company on disk for all fault tests; each works on a copy."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.rig import Victim, copy_company


@pytest.fixture(scope="session")
def company_on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults") / "company"
    victim = Victim(folder)
    asyncio.run(victim.start())
    assert victim.terminate()[0] == 0
    return folder


@pytest.fixture
def victim(company_on_disk: Path, tmp_path: Path) -> Iterator[Victim]:
    folder = tmp_path / "d"
    copy_company(company_on_disk, folder)
    running = Victim(folder, starts=1)
    yield running
    if running.process is not None and running.process.poll() is None:
        running.terminate()
