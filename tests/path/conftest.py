"""The demo with all its platforms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.kernel.clock import shanghai
from tests.both import Both, both_stages
from tests.conftest import NOW, CompanyFactory


@pytest.fixture
async def both(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Both]:
    async with both_stages(await company(NOW), tmp_path / "data", shanghai(NOW)) as stages:
        yield stages
