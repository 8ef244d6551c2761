"""hrbot as a demo that people can log in to with WeCom and DingTalk, and browsers at its door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.web.entrance import Entrance, demo_entrance
from tests.web.visitor import WECOM, Visitor, visitor


@pytest.fixture
async def door(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Entrance]:
    async with demo_entrance(await company(NOW), tmp_path / "data", shanghai(NOW)) as entrance:
        yield entrance


@pytest.fixture
async def phone(door: Entrance) -> AsyncIterator[Visitor]:
    """WeCom's own browser."""
    async with visitor(door.base, WECOM) as browser:
        yield browser


@pytest.fixture
async def other(door: Entrance) -> AsyncIterator[Visitor]:
    """Somebody else's, in WeCom too."""
    async with visitor(door.base, WECOM) as browser:
        yield browser
