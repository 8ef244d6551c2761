"""Broadcasts as the rest of the shell sees them: how long one would take, and how one begins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot import queue
from bot.broadcasting import store
from bot.broadcasting.channels import Channel, DingTalkChannel, WebChannel, WeComChannel
from bot.broadcasting.plan import USES_UP, Lane, Plan, plan
from bot.broadcasting.reach import Reached, spread
from bot.broadcasting.runner import job
from bot.broadcasting.store import SENDING, Message
from bot.broadcasting.tables import Broadcast
from bot.database import Database
from bot.platforms.dingtalk.platform import DingTalkPlatform
from bot.platforms.port import Platform
from bot.platforms.wecom.platform import WeComPlatform
from domain.kernel.ids import PersonId
from domain.kernel.tx import Outbox, Tx
from handlers.chat import Forecast

log = structlog.get_logger()
QUOTA = "quota"


@dataclass(frozen=True)
class Broadcasts:
    """`messengers`: the connected ones, the default first. Fulfils `handlers.chat.Forecasts`."""

    channels: Mapping[str, Channel]
    messengers: Sequence[str]
    real_now: Callable[[], datetime]

    async def forecast(self, tx: Tx, persons: Collection[PersonId]) -> Forecast:
        """Where these people would be reached, and in how many seconds."""
        reached = await spread(tx, sorted(persons), self.messengers)
        counts = Counter(one.platform for one in reached)
        made = await self._plan(tx, counts)
        warnings = tuple((one.code, one.platform, one.calls, one.left) for one in made.warnings)
        return Forecast(dict(counts), made.seconds, sum(made.calls.values()), warnings, made.refused)

    async def begin(self, tx: Tx, subject: str, persons: Collection[PersonId], message: Message) -> Broadcast:
        """Keep who gets it where, and have it sent after the commit. The caller sees to it that it happens once."""
        reached = await spread(tx, sorted(persons), self.messengers)
        made = await self._plan(tx, Counter(one.platform for one in reached))
        row = Broadcast(
            id=tx.new_id("bc"),
            subject=subject,
            document=message.document,
            state=SENDING,
            planned_seconds=made.seconds,
            planned_at=self.real_now(),
            people=len(reached),
            sent=0,
            failed=0,
        )
        tx.session.add(row)
        await tx.session.flush()
        await self._deal_out(tx, row, reached, made)
        log.info("broadcast.begun", **store.facts(row), seconds=round(made.seconds, 1), calls=dict(made.calls))
        return row

    async def _deal_out(self, tx: Tx, row: Broadcast, reached: Sequence[Reached], made: Plan) -> None:
        """Batches, and a job for each platform. Whom the month has no calls for failed before anything is asked."""
        sizes = {name: (await channel.lane()).per_call for name, channel in self.channels.items()}
        batches = await store.add_people(tx, row.id, reached, sizes)
        short = {one.platform for one in made.warnings if one.code == USES_UP}
        await store.end(tx, [one for one in batches if one.platform in short], store.FAILED, QUOTA)
        # one job even for nothing to do: it tells the end
        platforms = {one.platform for one in batches} - short or {one.platform for one in batches}
        await queue.defer(tx.session, [job(row.id, platform) for platform in sorted(platforms)])

    async def _plan(self, tx: Tx, counts: Mapping[str, int]) -> Plan:
        known = await store.measured(tx)
        lanes: dict[str, Lane] = {}
        for name in counts:
            lane = await self.channels[name].lane()
            lanes[name] = replace(lane, seconds=known.get(name, lane.seconds))
        return plan(counts, lanes)


def channels_of(
    platforms: Mapping[str, Platform], database: Database, outbox: Callable[[], Outbox]
) -> dict[str, Channel]:
    """A channel for each platform that takes many at once."""
    found: dict[str, Channel] = {"console": WebChannel(database, outbox)}
    for name, platform in platforms.items():
        if isinstance(platform, WeComPlatform):
            found[name] = WeComChannel(platform)
        elif isinstance(platform, DingTalkPlatform):
            found[name] = DingTalkChannel(platform)
    return found
