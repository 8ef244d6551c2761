"""The stage on WeCom: the same demo, spoken to through encrypted callbacks, read on the fake's phones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from config.settings import WeCom
from tests.fakes.wecom import FakeWeCom, Shown, shown_text
from tests.stage import Stage, demo_stage


@dataclass
class WeComStage(Stage):
    """What a person does goes through the fake; what they read is what stands on their phone."""

    fake: FakeWeCom = field(default_factory=FakeWeCom)
    platform = "wecom"

    async def say(self, person: str, text: str, *, conversation: str = "direct", message_id: str | None = None) -> str:
        if conversation != "direct":
            await self.fake.aibot.connected()
            return str((await self.fake.aibot.say(person, text, conversation)).body["msgid"])
        posted = await self.fake.say(person, text)
        assert posted.status == 200, posted.statuses
        return posted.xml

    async def send_file(self, person: str, name: str, content: bytes, media_type: str, text: str = "") -> None:
        send = self.fake.send_image if media_type.startswith("image/") else self.fake.send_file
        posted = await (send(person, content, name) if send == self.fake.send_image else send(person, name, content))
        assert posted.status == 200, posted.statuses

    async def read(self, person: str, wait: float = 0.0) -> None:
        deadline = time.monotonic() + wait
        while True:
            came = self.fake.seen[person][self.seen.get(person, 0) :]
            if came or time.monotonic() >= deadline:
                break
            await asyncio.sleep(0.01)
        self.seen[person] = self.seen.get(person, 0) + len(came)
        self.unread.setdefault(person, []).extend(message(shown) for shown in came)

    async def press_label(self, person: str, label: str, inputs: dict[str, str] | None = None) -> None:
        posted = await self.fake.press_label(person, label, inputs)
        assert posted.status == 200, posted.statuses


def message(shown: Shown) -> dict[str, Any]:
    return {"text": shown_text(shown), "shown": shown}


@asynccontextmanager
async def wecom_stage(url: str, folder: Path, at: datetime) -> AsyncIterator[WeComStage]:
    """The whole demo in this process, its company on the fake WeCom."""
    async with FakeWeCom() as fake:
        account = fake.account
        own = WeCom(
            corp_id=account.corp_id,
            agent_id=account.agent_id,
            secret=account.secret,
            token=account.token,
            aes_key=account.aes_key,
            api_base=fake.base,
            bot_id=fake.aibot.bot_id,
            bot_secret=fake.aibot.secret,
            bot_url=fake.aibot.url,
            authorize_base=f"{fake.origin}/connect/oauth2/authorize",
            scan_base=f"{fake.origin}/wwlogin/sso/login",
        )
        async with demo_stage(url, folder, at, wecom=own) as console:
            fake.members |= {person["id"] for person in await console.get("/console/api/people")}
            fake.aibot.groups = {one["id"]: set(one["members"]) for one in await console.get("/console/api/groups")}
            fake.callback_url = f"{console.base}/callback/wecom"
            yield WeComStage(console.base, console.http, console.bot, console.clock, fake=fake)
            assert not fake.dropped, "more than a member's limit"
