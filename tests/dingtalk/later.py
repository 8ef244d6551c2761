"""Real time on DingTalk's stage, moved by a test: circuits and paces go along, and so does the fake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.platforms.dingtalk.platform import DingTalkPlatform
from bot.platforms.shared.clocks import Clocks
from domain.kernel.clock import shanghai
from tests.conftest import NOW
from tests.dingtalk.stage import DingTalkStage, dingtalk_stage
from tests.wecom.later import Later, movable


@asynccontextmanager
async def moved(url: str, folder: Path) -> AsyncIterator[tuple[DingTalkStage, Later]]:
    """The stage, and the time that it lives in."""
    with movable() as later:
        async with dingtalk_stage(url, folder, shanghai(NOW)) as stage:
            later.stage = stage  # type: ignore[assignment]
            pace: Any = platform(stage).api._client._pace
            pace._clocks, pace._monotonic = Clocks(later, later.monotonic), later.monotonic
            yield stage, later


def platform(stage: DingTalkStage) -> DingTalkPlatform:
    assert stage.bot is not None
    found = stage.bot.sender.platforms["dingtalk"]
    assert isinstance(found, DingTalkPlatform)
    return found
