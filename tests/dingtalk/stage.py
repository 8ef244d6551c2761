"""The stage on DingTalk: the same demo, reached through Stream, read on the fake's phones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from config.settings import DingTalk
from tests.fakes.dingtalk import FakeDingTalk, Shown, shown_text
from tests.stage import Stage, demo_stage


@dataclass
class DingTalkStage(Stage):
    """What a person does goes through the fake; what they read is what stands on their phone."""

    fake: FakeDingTalk = field(default_factory=FakeDingTalk)

    async def say(self, person: str, text: str, *, conversation: str = "direct", message_id: str | None = None) -> str:
        in_group = {} if conversation == "direct" else {"group": conversation}
        pushed = await self.fake.say(person, text, **in_group)
        assert not pushed.lost, text
        return text

    async def send_file(self, person: str, name: str, content: bytes, media_type: str, text: str = "") -> None:
        if media_type.startswith("image/"):
            await self.fake.send_picture(person, content)
        else:
            await self.fake.send_file(person, name, content)

    async def read(self, person: str, wait: float = 0.0) -> None:
        deadline = time.monotonic() + wait
        while True:
            came = self._came(person)
            if came or time.monotonic() >= deadline:
                break
            await asyncio.sleep(0.01)
        self.unread.setdefault(person, []).extend(message(shown) for shown in came)

    def _came(self, person: str) -> list[Shown]:
        """New in the person's single chat, and in the groups that they are in."""
        chats = {person: self.fake.seen[person]}
        own = [cid for cid, members in self.fake.groups.items() if person in members]
        chats |= {f"{person}@{cid}": self.fake.seen_group[cid] for cid in own}
        came = [shown for name, chat in chats.items() for shown in chat[self.seen.get(name, 0) :]]
        self.seen |= {name: len(chat) for name, chat in chats.items()}
        return came

    async def press_label(self, person: str, label: str, inputs: dict[str, str] | None = None) -> None:
        pushed = await self.fake.press_label(person, label, inputs)
        assert pushed.in_time, "a card callback is answered within 2 s"


def message(shown: Shown) -> dict[str, Any]:
    return {"text": shown_text(shown), "shown": shown}


@asynccontextmanager
async def dingtalk_stage(url: str, folder: Path, at: datetime) -> AsyncIterator[DingTalkStage]:
    """The whole demo in this process, its company on the fake DingTalk, with a card template."""
    async with FakeDingTalk() as fake:
        given = {
            name.removeprefix("HRBOT_DINGTALK__").lower(): value
            for name, value in fake.environment(template=True).items()
        }
        async with demo_stage(url, folder, at, dingtalk=DingTalk.model_validate(given)) as console:
            fake.groups = {one["id"]: list(one["members"]) for one in await console.get("/console/api/groups")}
            fake.members |= {person["id"] for person in await console.get("/console/api/people")}
            await fake.connected(1)
            yield DingTalkStage(console.base, console.http, console.bot, console.clock, fake=fake)
