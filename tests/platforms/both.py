"""One demo that is on both messengers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import DingTalk, WeCom
from domain.kernel.clock import shanghai
from tests.conftest import NOW
from tests.fakes.dingtalk import FakeDingTalk, shown_text
from tests.fakes.wecom import FakeWeCom
from tests.stage import Stage, demo_stage

GROUP = "cidGROUP"


@dataclass
class Both:
    """One demo on both messengers."""

    stage: Stage
    wecom: FakeWeCom
    dingtalk: FakeDingTalk

    async def writes(self, user: str, *texts: str) -> None:
        """On DingTalk, one after the other."""
        for text in texts:
            await self.dingtalk.say(user, text)
            await self.stage.settle()

    async def asks(self, text: str) -> None:
        """李雷 asks for leave on DingTalk."""
        await self.writes("lilei", text, "提交")

    def of(self, user: str, piece: str) -> list[str]:
        """What this person got on DingTalk that holds the piece."""
        return [text for shown in self.dingtalk.seen[user] if piece in (text := shown_text(shown))]


@asynccontextmanager
async def both(url: str, folder: Path, *, template: bool) -> AsyncIterator[Both]:
    async with FakeWeCom() as wecom, FakeDingTalk() as dingtalk:
        account = wecom.account
        own = WeCom(
            corp_id=account.corp_id,
            agent_id=account.agent_id,
            secret=account.secret,
            token=account.token,
            aes_key=account.aes_key,
            api_base=wecom.base,
        )
        given = {
            name.removeprefix("HRBOT_DINGTALK__").lower(): value
            for name, value in dingtalk.environment(template=template).items()
        }
        robot = DingTalk.model_validate(given)
        async with demo_stage(url, folder, shanghai(NOW), wecom=own, dingtalk=robot) as stage:
            members = {person["id"] for person in await stage.get("/console/api/people")}
            wecom.members |= members
            dingtalk.members |= members
            dingtalk.groups[GROUP] = ["lilei", "xuli"]
            wecom.callback_url = f"{stage.base}/callback/wecom"
            await dingtalk.connected(1)
            yield Both(stage, wecom, dingtalk)
