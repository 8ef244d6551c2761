"""How each platform takes one message for many at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from sqlalchemy import insert, text

from bot.broadcasting.plan import Lane, reserve
from bot.database import Database
from bot.platforms.console.client import page_card
from bot.platforms.dingtalk import render as dingtalk_render
from bot.platforms.dingtalk.platform import DingTalkPlatform
from bot.platforms.port import DIRECT, Delivery
from bot.platforms.wecom import articles, crowd
from bot.platforms.wecom.platform import REPEAT_SECONDS, WeComPlatform
from bot.tables import ConsoleMessage
from cards.card import Card
from domain.kernel.clock import business_date
from domain.kernel.tx import Outbox, Tx

INVALID = "invalid"
"""Why somebody did not get it: not there on the platform, or not to be seen by our app."""
MARGIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Addressee:
    """One receiver of a parcel; `card_id` where the message is a card that can be answered."""

    person: str
    account: str
    card_id: str | None = None


@dataclass(frozen=True)
class Parcel:
    """One message for some people. The same parcel is the same request, byte for byte."""

    id: str
    card: Card
    to: Sequence[Addressee]
    link: str | None = None
    """The page of the whole message."""

    @property
    def accounts(self) -> list[str]:
        return [one.account for one in self.to]


@dataclass(frozen=True)
class Outcome:
    """Who of a parcel did not get it, by account in lower case: why not, or that it is tried again."""

    failed: Mapping[str, str] = field(default_factory=dict)
    later: Collection[str] = ()


class Channel(Protocol):
    """One platform."""

    @property
    def known_for(self) -> timedelta | None:
        """So long a repeat of the same request is known and hidden; None: for ever, or never."""

    async def lane(self) -> Lane:
        """What it allows, with the seconds of a call as long as none was measured."""

    async def send(self, parcel: Parcel) -> Outcome:
        """One call. Raises TryLater, with `after` when it was certainly not taken; Undeliverable."""


@runtime_checkable
class Counting(Protocol):
    """A platform that drops without a word what is too much for one person, so that we count by person."""

    async def hold_back(self, tx: Tx, accounts: Sequence[str], now: datetime) -> dict[str, float]:
        """Who cannot be sent anything yet, and for how many seconds; the others are counted as sent to now."""

    async def settle(self, tx: Tx, accounts: Sequence[str], reserved: datetime, now: datetime) -> None:
        """What was counted at `reserved` went out by `now`."""


@dataclass(frozen=True)
class WeComChannel:
    """Up to 1000 members a call. WeCom knows a repeat of the same request for four hours."""

    platform: WeComPlatform
    known_for: timedelta | None = timedelta(seconds=REPEAT_SECONDS) - MARGIN

    async def lane(self) -> Lane:
        return Lane(per_call=1000, seconds=1.0, per_minute=self.platform.settings.api_per_minute)

    async def hold_back(self, tx: Tx, accounts: Sequence[str], now: datetime) -> dict[str, float]:
        return await crowd.hold_back(tx, accounts, now, self.platform.settings)

    async def settle(self, tx: Tx, accounts: Sequence[str], reserved: datetime, now: datetime) -> None:
        await crowd.settle(tx, accounts, reserved, now)

    async def send(self, parcel: Parcel) -> Outcome:
        address = parcel.link or self.platform.settings.notice_url
        body = articles.announcement(parcel.card, link=address, wording=self.platform.wording)
        once = {"enable_duplicate_check": 1, "duplicate_check_interval": REPEAT_SECONDS}
        sent = await self.platform.api.send_many(parcel.accounts, {**body, **once})
        return Outcome(dict.fromkeys(sent.invalid, INVALID))


@dataclass(frozen=True)
class DingTalkChannel:
    """Up to 20 people a call, each call paid from the month. It knows no repeats: one may arrive twice.

    It says itself who got too much.
    """

    platform: DingTalkPlatform
    known_for: timedelta | None = None

    async def lane(self) -> Lane:
        settings, usage = self.platform.settings, await self.platform.api.usage()
        today = business_date(self.platform.real_now())
        days = (today.replace(day=28) + timedelta(days=4)).replace(day=1) - today.replace(day=1)
        kept = reserve(usage.calls, today.day, days.days)
        left = usage.calls_limit - usage.calls
        return Lane(per_call=20, seconds=0.3, per_minute=settings.calls_per_second * 60, left=left, reserve=kept)

    async def send(self, parcel: Parcel) -> Outcome:
        message = dingtalk_render.announcement(parcel.card, link=parcel.link, wording=self.platform.wording)
        took = await self.platform.api.send_many(parcel.accounts, message.key, message.param)
        return Outcome(dict.fromkeys(took.invalid, INVALID), took.controlled)


_BOXES = text(
    """with boxes as (
      insert into console_mailbox (person, seq)
      select person, 1 from unnest(cast(:people as text[])) as person
      where not exists (select from console_message m where m.person = person and m.delivery_id = :delivery)
      order by person
      on conflict (person) do update set seq = console_mailbox.seq + 1 returning person, seq)
    select person, seq from boxes"""
)
_RING = text("select pg_notify('console', person) from unnest(cast(:people as text[])) as person")


@dataclass(frozen=True)
class WebChannel:
    """The web chat's mailboxes, a few statements for hundreds. A message lies in a mailbox once."""

    database: Database
    outbox: Callable[[], Outbox]
    known_for: timedelta | None = None

    async def lane(self) -> Lane:
        return Lane(per_call=500, seconds=0.3)

    async def send(self, parcel: Parcel) -> Outcome:
        people = {one.person: one for one in parcel.to}
        async with self.database.transaction(self.outbox(), "console") as own:
            rows = await own.session.execute(_BOXES, {"people": sorted(people), "delivery": parcel.id})
            boxes = {row.person: row.seq for row in rows}
            if not boxes:
                return Outcome()
            common = {"delivery_id": parcel.id, "conversation": DIRECT, "at": own.now}
            messages = [
                {"person": person, "seq": seq, "document": _document(parcel, people[person]), **common}
                for person, seq in boxes.items()
            ]
            await own.session.execute(insert(ConsoleMessage), messages)
            await own.session.execute(_RING, {"people": list(boxes)})
        return Outcome()


def _document(parcel: Parcel, to: Addressee) -> str:
    shown: dict[str, object] = {"text": parcel.card.text}
    if to.card_id:
        delivery = Delivery(parcel.id, to.person, DIRECT, parcel.card, to.card_id, updates=False)
        shown["card"] = page_card(delivery)
    return json.dumps(shown, ensure_ascii=False)
