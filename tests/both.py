"""The stage on both messengers at once: one company, one process, its people with two phones and the web chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.app import Bot
from domain.kernel.tx import Tx
from tests.dingtalk.sending import settings as dingtalk_settings
from tests.dingtalk.stage import DingTalkStage
from tests.fakes.dingtalk import FakeDingTalk
from tests.fakes.wecom import FakeWeCom
from tests.stage import Stage, demo_stage
from tests.wecom.conftest import settings as wecom_settings
from tests.wecom.stage import WeComStage

GROUP = "cidGroupOfBoth"
"""李雷, 韩梅梅 and 徐丽 are in it, on DingTalk."""


@dataclass
class Both:
    """The same people on WeCom, on DingTalk and in the web chat."""

    wecom: WeComStage
    dingtalk: DingTalkStage
    web: Stage

    @property
    def bot(self) -> Bot:
        assert self.web.bot is not None
        return self.web.bot

    async def settle(self) -> None:
        await self.web.settle()

    async def forget(self, person: str) -> None:
        """Everything so far is read, everywhere."""
        await self.settle()
        for stage in (self.wecom, self.dingtalk, self.web):
            await stage.read(person)
            stage.forget_unread(person)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """What the database holds; the first column only when there is but one."""
        async with self.bot.database.engine.connect() as connection:
            found = (await connection.execute(text(sql), values)).all()
        return [row[0] if len(row) == 1 else tuple(row) for row in found]

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        async with self.bot.database.transaction(self.bot.outbox(), "test") as tx:
            yield tx


@asynccontextmanager
async def both_stages(url: str, folder: Path, at: datetime) -> AsyncIterator[Both]:
    """The whole demo in this process; WeCom is the configured default."""
    group = {GROUP: ["lilei", "hanmeimei", "xuli"]}
    async with FakeWeCom() as wecom, FakeDingTalk(groups=group) as dingtalk:
        own = wecom_settings(wecom.account, wecom.base)
        other = dingtalk_settings(dingtalk.account, dingtalk.base, corp_id=dingtalk.account.corp_id)
        async with demo_stage(url, folder, at, wecom=own, dingtalk=other) as web:
            everybody = {person["id"] for person in await web.get("/console/api/people")}
            wecom.members |= everybody
            dingtalk.members |= everybody
            wecom.callback_url = f"{web.base}/callback/wecom"
            await dingtalk.connected(1)
            given = (web.base, web.http, web.bot, web.clock)
            yield Both(WeComStage(*given, fake=wecom), DingTalkStage(*given, fake=dingtalk), web)
