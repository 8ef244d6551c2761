"""Every conversation of every context, through the whole stack."""

from pathlib import Path

import pytest

from domain.kernel.clock import shanghai
from tests.chats import play, read
from tests.conftest import CompanyFactory
from tests.stage import demo_stage

CHATS = sorted(Path(__file__).parent.glob("*/chats/*.chat"))


@pytest.mark.parametrize("path", CHATS, ids=[f"{path.parent.parent.name}/{path.stem}" for path in CHATS])
async def test_conversation(path: Path, company: CompanyFactory, tmp_path: Path) -> None:
    conversation = read(path)
    url = await company(conversation.begins)
    async with demo_stage(url, tmp_path, shanghai(conversation.begins.replace(" ", "T"))) as stage:
        await play(stage, conversation)
