"""The adapter as the sender uses it, and what people see of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.files import FileStore
from bot.platforms.dingtalk.platform import DingTalkPlatform
from bot.platforms.port import Update
from cards.card import Card
from domain.kernel.tx import Tx
from tests.dingtalk.sending import LI, Sending, delivery, settings


class Phones:
    """The platform, and what people see of it."""

    def __init__(self, out: Sending, tx: Tx, files: FileStore) -> None:
        self.out, self.tx, self.files = out, tx, files
        self.fake = out.fake

    async def platform(self, **changes: Any) -> DingTalkPlatform:
        given = settings(self.fake.account, self.fake.base, **changes)
        return DingTalkPlatform(given, await self.out.api(**changes), self.files, 1000, self.out.time)

    async def send(self, card: Card, **how: Any) -> None:
        await (await self.platform()).send(self.tx, delivery(card, **how))

    async def wrote(self, person: str = LI, group: str | None = None, **changes: Any) -> None:
        """A message of theirs was handled."""
        url, until = self.fake.webhook(person, group)
        place = {"conversation": group} if group else {}
        update = Update("dingtalk", "m1", person, reply_to=(url, until / 1000), **place)
        await (await self.platform()).heard(self.tx, replace(update, **changes))

    def card(self, task: str = "cd_1@1") -> dict[str, str]:
        return self.fake.cards[task].params
