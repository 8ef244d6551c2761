"""The rows of a broadcast: kept set by set, never one by one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.broadcasting.channels import Addressee
from bot.broadcasting.reach import Reached
from bot.broadcasting.tables import Batch, Broadcast, BroadcastPerson
from bot.platforms.port import DIRECT
from cards.card import Card
from domain.kernel.ids import PersonId, new_id
from domain.kernel.tx import Tx

WAITING, TRYING, DONE = "waiting", "trying", "done"
SENDING, CANCELLED = "sending", "cancelled"
SENT, FAILED, LEFT = "sent", "failed", "left"
LAST_CALLS = 20


@dataclass(frozen=True)
class Message:
    """What is broadcast: a card, and words that press its first button beside that button's own label."""

    card: Card
    typed: tuple[str, ...] = ()

    @property
    def document(self) -> str:
        return json.dumps({"card": self.card.to_json(), "typed": self.typed}, ensure_ascii=False)

    @classmethod
    def read(cls, document: str) -> Message:
        said = json.loads(document)
        return cls(Card.from_json(said["card"]), tuple(said["typed"]))

    @property
    def labels(self) -> list[list[str]]:
        """As `CardRow.labels` has them."""
        first = [[word, self.card.actions[0].id] for word in self.typed] if self.card.actions else []
        return [[action.label, action.id] for action in self.card.actions] + first


_PEOPLE = text(
    """insert into bot_broadcast_person (broadcast, person, platform, account, batch, seq, state)
       select :broadcast, person, platform, account, batch, n - 1, 'waiting'
       from unnest(cast(:people as text[]), cast(:platforms as text[]), cast(:accounts as text[]),
                   cast(:batches as int[])) with ordinality as t(person, platform, account, batch, n)"""
)
_MOVE = text(
    """update bot_broadcast_person set batch = :to
       where broadcast = :broadcast and batch = :number and state = 'waiting' and lower(account) = any(:accounts)"""
)
_CARDS = text(
    """insert into bot_card (id, platform, conversation, person, key, template, state, open, labels, offered, digest,
                             version, updated_at)
       select id, :platform, :conversation, person, :key, :template, :state, true, :labels, :offered, :digest, 1, :now
       from unnest(cast(:people as text[]), cast(:ids as text[])) as t(person, id)
       on conflict (platform, conversation, person, key) do update set updated_at = excluded.updated_at
       returning person, id"""
).bindparams(bindparam("labels", type_=JSONB), bindparam("offered", type_=JSONB))
_FAIL = text(
    """update bot_broadcast_person p set state = 'failed', reason = f.reason
       from unnest(cast(:accounts as text[]), cast(:reasons as text[])) as f(account, reason)
       where p.broadcast = :broadcast and p.batch = :number and p.state = 'waiting' and lower(p.account) = f.account"""
)
_SENT = text(
    """update bot_broadcast_person set state = 'sent'
       where broadcast = :broadcast and batch = :number and state = 'waiting' returning person"""
)
_END = text(
    """update bot_broadcast_person set state = :state, reason = :reason
       where broadcast = :broadcast and batch = any(:numbers) and state = 'waiting'"""
)


async def locked(tx: Tx, id: str) -> Broadcast | None:
    """The broadcast, held until the transaction ends: what is decided about it is decided one after the other."""
    return await tx.session.get(Broadcast, id, with_for_update=True, populate_existing=True)


async def add_people(tx: Tx, broadcast: str, reached: Sequence[Reached], sizes: Mapping[str, int]) -> list[Batch]:
    """Receivers in batches: those of one platform together, at most so many each, in the order given."""
    places: dict[str, int] = {}
    open_ones: dict[str, Batch] = {}
    batches: list[Batch] = []
    numbers = []
    for one in reached:
        place = places.get(one.platform, 0)
        if place % sizes[one.platform] == 0:
            made = Batch(broadcast=broadcast, number=len(batches), platform=one.platform, state=WAITING, attempts=0)
            open_ones[one.platform] = made
            batches.append(made)
        places[one.platform] = place + 1
        numbers.append(open_ones[one.platform].number)
    tx.session.add_all(batches)
    await tx.session.flush()
    columns = {
        "people": [one.person for one in reached],
        "platforms": [one.platform for one in reached],
        "accounts": [one.account for one in reached],
        "batches": numbers,
    }
    await tx.session.execute(_PEOPLE, {"broadcast": broadcast, **columns})
    return batches


async def next_batch(tx: Tx, broadcast: str, platform: str) -> Batch | None:
    """The open one that is due first; one without a due time before all others."""
    query = (
        select(Batch)
        .where(Batch.broadcast == broadcast, Batch.platform == platform, Batch.state != DONE)
        .order_by(Batch.due_at.asc().nulls_first(), Batch.number)
        .limit(1)
    )
    return await tx.session.scalar(query)


async def addressees(tx: Tx, batch: Batch) -> list[Addressee]:
    """Who of the batch still waits, always in the same order."""
    rows = await tx.session.execute(
        select(BroadcastPerson.person, BroadcastPerson.account)
        .where(
            BroadcastPerson.broadcast == batch.broadcast,
            BroadcastPerson.batch == batch.number,
            BroadcastPerson.state == WAITING,
        )
        .order_by(BroadcastPerson.seq)
    )
    return [Addressee(row.person, row.account) for row in rows]


async def put_off(tx: Tx, batch: Batch, accounts: Collection[str], due: datetime) -> None:
    """Some of a batch come later, in a batch of their own."""
    last = await tx.session.scalar(select(func.max(Batch.number)).where(Batch.broadcast == batch.broadcast))
    number = (last or 0) + 1
    later = Batch(
        broadcast=batch.broadcast,
        number=number,
        platform=batch.platform,
        state=WAITING,
        attempts=batch.attempts,
        due_at=due,
    )
    tx.session.add(later)
    await tx.session.flush()
    moved = {"to": number, "broadcast": batch.broadcast, "number": batch.number}
    await tx.session.execute(_MOVE, {**moved, "accounts": [one.lower() for one in accounts]})


async def cards(tx: Tx, broadcast: Broadcast, platform: str, people: Sequence[str]) -> dict[str, str]:
    """A card for each of them that can be answered in words, as the outbox would keep it; its id by person."""
    message = Message.read(broadcast.document)
    card = message.card
    offered = {action.id: [action.do, action.value] for action in card.actions}
    rows = await tx.session.execute(
        _CARDS,
        {
            "people": list(people),
            "ids": [new_id("cd", tx.now) for _ in people],
            "platform": platform,
            "conversation": DIRECT,
            "key": broadcast.subject,
            "template": card.template,
            "state": card.state,
            "labels": message.labels,
            "offered": offered,
            "digest": hashlib.sha256(broadcast.document.encode()).hexdigest(),
            "now": tx.now,
        },
    )
    return {row.person: row.id for row in rows}


async def note(tx: Tx, batch: Batch, failed: Mapping[str, str]) -> list[PersonId]:
    """What became of a batch: these failed, by account in lower case; the others, who are returned, have it."""
    at = {"broadcast": batch.broadcast, "number": batch.number}
    if failed:
        await tx.session.execute(_FAIL, {**at, "accounts": list(failed), "reasons": list(failed.values())})
    batch.state = DONE
    return [PersonId(row.person) for row in await tx.session.execute(_SENT, at)]


async def end(tx: Tx, batches: Sequence[Batch], state: str, reason: str | None = None) -> None:
    """These batches are over: who waits in them failed, or was left."""
    if not batches:
        return
    for batch in batches:
        batch.state = DONE
    numbers = {"numbers": [batch.number for batch in batches], "broadcast": batches[0].broadcast}
    await tx.session.execute(_END, {**numbers, "state": state, "reason": reason})


async def open_batches(tx: Tx, broadcast: str, *states: str) -> list[Batch]:
    """Those in one of these states; all that are not done when none is named."""
    wanted = Batch.state.in_(states) if states else Batch.state != DONE
    return list(await tx.session.scalars(select(Batch).where(Batch.broadcast == broadcast, wanted)))


async def counted(tx: Tx, broadcast: str) -> dict[str, int]:
    """People by state."""
    query = select(BroadcastPerson.state, func.count().label("people")).where(BroadcastPerson.broadcast == broadcast)
    rows = await tx.session.execute(query.group_by(BroadcastPerson.state))
    return {row.state: row.people for row in rows}


async def failed_people(tx: Tx, broadcast: str, limit: int) -> list[tuple[PersonId, str]]:
    """The first who failed, with the reason's code."""
    rows = await tx.session.execute(
        select(BroadcastPerson.person, BroadcastPerson.reason)
        .where(BroadcastPerson.broadcast == broadcast, BroadcastPerson.state == FAILED)
        .order_by(BroadcastPerson.seq)
        .limit(limit)
    )
    return [(PersonId(row.person), row.reason or "") for row in rows]


async def measured(tx: Tx) -> dict[str, float]:
    """Seconds that a call takes on each platform: the mean of the last ones."""
    rows = await tx.session.execute(
        text(
            """select platform, avg(seconds) as mean from (
                 select platform, seconds, row_number() over (partition by platform order by tried_at desc) as n
                 from bot_broadcast_batch where seconds is not null) as t
               where n <= :last group by platform"""
        ),
        {"last": LAST_CALLS},
    )
    return {row.platform: float(row.mean) for row in rows}


async def forgotten(tx: Tx) -> list[tuple[str, str]]:
    """Broadcast and platform of open batches for which no job is there."""
    rows = await tx.session.execute(
        text(
            """select distinct b.broadcast, b.platform from bot_broadcast_batch b where b.state <> 'done'
               and not exists (
                 select from procrastinate_jobs j where j.queue_name = 'bulk' and j.status in ('todo', 'doing')
                 and j.args->>'broadcast_id' = b.broadcast and j.args->>'platform' = b.platform)"""
        )
    )
    return [(row.broadcast, row.platform) for row in rows]


def facts(row: Broadcast) -> dict[str, Any]:
    """For logs: nothing of what is said, nobody's name."""
    return {"broadcast": row.id, "subject": row.subject, "people": row.people, "sent": row.sent, "failed": row.failed}
