"""When the next messages may go to one receiver: what is beyond WeCom's limit it drops without a word."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.platforms.port import TryLater, Undeliverable
from bot.platforms.wecom import copies
from bot.platforms.wecom.member_limit import MemberLimit
from config.settings import WeCom
from domain.kernel.tx import Tx

REMEMBERED = timedelta(hours=1, seconds=2)


@dataclass
class Turn:
    """How many messages it was; whoever needed fewer than were asked for says so."""

    count: int


@dataclass(frozen=True)
class Turns:
    """Counts in the sender's transaction. A receiver is a member, or a group in which the bot is asked."""

    settings: WeCom
    real_now: Callable[[], datetime]

    @asynccontextmanager
    async def around(self, tx: Tx, receiver: str, count: int) -> AsyncIterator[Turn]:
        """Around the sending of so many messages. Raises TryLater when they would pass the limit.

        They count from when they are over, sent or perhaps sent: none arrived later than that.
        """
        per_minute, per_hour = self.settings.member_per_minute, self.settings.member_per_hour
        if count > per_minute:
            raise Undeliverable("more messages at once than a receiver's limit")
        now, member = self.real_now(), await copies.member(tx, receiver)
        sent = [at for at in member.sent if now - at <= REMEMBERED]
        for ahead in range(count):
            wait = MemberLimit.delay([*sent, *[now] * ahead], now, per_minute, per_hour)
            if wait is not None:
                raise TryLater("the receiver's limit", wait.total_seconds(), fault=False)
        turn = Turn(count)
        try:
            yield turn
        finally:
            member.sent = [*sent, *[self.real_now()] * turn.count]
