"""Clients of the fake with a pace on the real database and clocks that the test moves; deliveries to send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.dingtalk.api import DingTalkApi
from bot.platforms.dingtalk.client import Client
from bot.platforms.dingtalk.tables import Usage
from bot.platforms.port import DIRECT, Delivery, TryLater
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.tables import ApiPause, ApiQuota
from cards.card import Action, Card, Field, Input
from config.settings import DingTalk
from tests.fakes.dingtalk import Account, FakeDingTalk
from tests.wecom.gates import Time

SEND, CREATE, UPDATE = "robot/oToMessages/batchSend", "card/instances/createAndDeliver", "card/instances"
TOKEN, WEBHOOK, GROUP = "oauth2/accessToken", "robot/sendBySession", "robot/groupMessages/send"
LI, XU, TEAM = "lilei", "xuli", "cidTeam=="


def settings(account: Account, base: str, **changes: Any) -> DingTalk:
    given: dict[str, Any] = {
        "client_id": account.client_id,
        "client_secret": SecretStr(account.client_secret),
        "robot_code": account.robot_code,
        "card_template_id": account.card_template_id,
        "api_base": base,
        "oapi_base": base,
    }
    return DingTalk(**(given | changes))


@dataclass
class Slept:
    """Waits of the pace, which only move the test's clocks."""

    time: Time
    fake: FakeDingTalk
    waits: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        if seconds > 0:
            self.waits.append(seconds)
            self.time.pass_by(seconds)
            self.fake.advance(seconds)


@dataclass
class Sending:
    """The fake, and processes that talk to it."""

    fake: FakeDingTalk
    engine: AsyncEngine
    time: Time
    slept: Slept
    clients: list[Client] = field(default_factory=list)

    async def api(self, patience: float = 2.0, **changes: Any) -> DingTalkApi:
        """A process of its own."""
        given = settings(self.fake.account, self.fake.base, **changes)
        clocks = Clocks(self.time, self.time.monotonic, lambda: 0.0, self.slept)
        client = Client(given, self.engine, self.time, clocks, patience)
        await client.open()
        self.clients.append(client)
        return DingTalkApi(given, client)

    def pass_by(self, seconds: float) -> None:
        self.time.pass_by(seconds)
        self.fake.advance(seconds)

    def calls(self, api: str = SEND) -> int:
        return len(self.fake.calls[api])


@asynccontextmanager
async def sending(engine: AsyncEngine) -> AsyncIterator[Sending]:
    async with engine.begin() as connection:
        for table in (ApiQuota, ApiPause, Usage):
            await connection.execute(delete(table))
    time = Time()
    async with FakeDingTalk(members={LI, XU}, groups={TEAM: [LI, XU]}) as fake:
        fake.set_time(time.now.timestamp())
        running = Sending(fake, engine, time, Slept(time, fake))
        yield running
        for client in running.clients:
            await client.close()


def read(fake: FakeDingTalk, who: str = LI) -> list[str]:
    return [shown.text for shown in fake.seen[who]]


async def said(api: DingTalkApi, words: str = "你好", to: str = LI) -> None:
    await api.send_direct(to, "sampleText", {"content": words})


async def later(api: DingTalkApi) -> TryLater:
    """What the sender is told; a fault of the platform's never counts against the message."""
    with pytest.raises(TryLater) as told:
        await said(api)
    assert told.value.fault is False
    return told.value


# deliveries

ASKING = Card(
    template="approvals.task",
    title="请假审批",
    text="请假审批\n李雷 年假 1 天，3月18日(周三)\n余额 5 天\n[同意] [驳回]",
    preview="您有一条待审批",
    state="waiting",
    subtitle="LV-7",
    fields=(Field("类型", "年假"), Field("时长", "1 天")),
    actions=(
        Action("agree", "同意", "approvals.agree", "primary"),
        Action("reject", "驳回", "approvals.reject", "danger"),
    ),
)
AGREED = Card(
    "approvals.task", "请假审批\n李雷 年假 1 天\n已由徐丽同意", "审批有了结果", "请假审批", "approved", "LV-7"
)
FORM = Card(
    template="approvals.reject",
    title="驳回理由",
    text="驳回理由\n为什么驳回？",
    preview="请填写驳回理由",
    state="draft",
    inputs=(
        Input("kind", "choice", "类型", ("年假", "事假"), "事假"),
        Input("reason", "text", "其他理由"),
        Input("day", "date", "日期", value="2026-03-18"),
        Input("start", "time", "时间"),
    ),
    actions=(Action("submit", "提交", "do", "primary"),),
)


def plain(words: str, preview: str = "您有一条新消息") -> Card:
    return Card("bot.said", words, preview)


def delivery(card: Card, person: str = LI, **how: Any) -> Delivery:
    options: Mapping[str, Any] = {
        "id": "out_1",
        "conversation": DIRECT,
        "card_id": None if card.plain else "cd_1",
        "updates": False,
        "answers": "words",
        **how,
    }
    return Delivery(person=person, card=card, account=person, **options)
