"""Every conversation of every context, through the whole stack, on every platform."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from domain.kernel.clock import shanghai
from tests.chats import play, read
from tests.conftest import CompanyFactory
from tests.dingtalk.stage import dingtalk_stage
from tests.stage import Stage, demo_stage
from tests.wecom.stage import wecom_stage

CHATS = sorted(Path(__file__).parent.glob("*/chats/*.chat"))
PLATFORMS: dict[str, Callable[..., AbstractAsyncContextManager[Stage]]] = {
    "console": demo_stage,
    "wecom": wecom_stage,
    "dingtalk": dingtalk_stage,
}


def runs() -> list[Any]:
    return [
        pytest.param(platform, path, id=f"{platform}-{path.parent.parent.name}/{path.stem}")
        for platform in PLATFORMS
        for path in CHATS
    ]


@pytest.mark.parametrize(("platform", "path"), runs())
async def test_conversation(platform: str, path: Path, company: CompanyFactory, tmp_path: Path) -> None:
    conversation = read(path)
    url = await company(conversation.begins)
    at = shanghai(conversation.begins.replace(" ", "T"))
    async with PLATFORMS[platform](url, tmp_path, at) as stage:
        assert await play(stage, conversation) == len(conversation.lines) > 1


def test_every_conversation_runs_on_every_platform() -> None:
    counted = {platform: sum(run.id.startswith(f"{platform}-") for run in runs()) for platform in PLATFORMS}
    assert set(counted.values()) == {len(CHATS)}, counted
