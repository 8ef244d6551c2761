"""Announcements are broadcast: what the domain's events ask for, and what it is told of how it goes."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import Any

import yaml

from bot import queue
from bot.broadcasting import store
from bot.broadcasting.broadcasts import Broadcasts
from bot.broadcasting.runner import Ears, Runner
from bot.broadcasting.store import CANCELLED, Message
from bot.broadcasting.tables import Broadcast
from cards.render import Renderer
from domain.announcements import queries, service
from domain.announcements.events import Planned, Published, Stopped
from domain.announcements.views import NAMED, Progress
from domain.kernel.events import Reaction
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx

DUE = "announcement_due"
LEAST = timedelta(seconds=1)


class Announcements:
    """Reacts to Published and Stopped."""

    def __init__(self, broadcasts: Broadcasts, runner: Runner, renderer: Renderer) -> None:
        self.broadcasts, self.runner, self._renderer = broadcasts, runner, renderer
        words: dict[str, Any] = yaml.safe_load((files("cards.announcements") / "_words.yaml").read_text("utf-8"))
        self._receipt = tuple(str(word) for word in words["receipt"])

    def add_to(self, reactions: dict[str, list[tuple[str, Reaction]]]) -> None:
        """The shell's own reactions, beside those of the contexts."""
        reactions.setdefault(Published.code(), []).append(("broadcast.begin", self.begin))
        reactions.setdefault(Planned.code(), []).append(("broadcast.plan", self.plan))
        reactions.setdefault(Stopped.code(), []).append(("broadcast.cancel", self.cancel))

    async def begin(self, tx: Tx, event: Published) -> None:
        """Everybody whom it was published for gets it."""
        sent = await queries.announcement(tx, event.announcement_id)
        card = self._renderer.card("announcements.letter", {"announcement": sent, "link": self.runner.link(sent.id)})
        message = Message(card, self._receipt if sent.must_read else ())
        await self.broadcasts.begin(tx, sent.id, await queries.receivers(tx, sent.id), message)

    async def plan(self, tx: Tx, event: Planned) -> None:
        """Sent when business time has come to it, which goes at the pace of real time."""
        due = self.runner.real_now() + (event.at - tx.now)
        await queue.defer(tx.session, [queue.Job(queue.BULK, DUE, {"announcement_id": event.announcement_id}, due=due)])

    async def send_planned(self, announcement_id: str) -> None:
        """The job that is due; again later, where business time was set back meanwhile."""
        async with self.runner.database.transaction(self.runner.outbox(), "broadcast") as tx:
            at = await service.send_planned(tx, announcement_id)
            if at is not None:
                await self.plan(tx, Planned(announcement_id=announcement_id, at=max(at, tx.now + LEAST)))

    async def cancel(self, tx: Tx, event: Stopped) -> None:
        """No more of it; also where it could not even begin."""
        if await self.runner.cancel(tx, event.announcement_id):
            return
        people = len(await queries.receivers(tx, event.announcement_id))
        await service.finished(tx, event.announcement_id, Progress(total=people, left=people), stopped=True)


async def _delivered(tx: Tx, subject: str, people: list[PersonId]) -> None:
    await service.delivered(tx, subject, people)


async def _progressed(tx: Tx, row: Broadcast) -> None:
    await service.progressed(tx, row.subject, await _progress(tx, row))


async def _finished(tx: Tx, row: Broadcast) -> None:
    await service.finished(tx, row.subject, await _progress(tx, row), stopped=row.state == CANCELLED)


async def _progress(tx: Tx, row: Broadcast) -> Progress:
    failed = await store.failed_people(tx, row.id, NAMED)
    ended = row.finished_at or row.started_at or row.planned_at
    return Progress(
        total=row.people,
        sent=row.sent,
        failed=row.failed,
        left=row.people - row.sent - row.failed if row.finished_at else 0,
        planned_seconds=round(row.planned_seconds),
        seconds=(ended - row.planned_at).total_seconds(),
        unreached=await service.named(tx, failed),
    )


EARS = Ears(_delivered, _progressed, _finished)


def page_of(public_url: str | None, subject: str) -> str | None:
    """Where an announcement is read on a page; None where people's browsers do not reach us."""
    return f"{public_url}/h5/announcements/{subject}" if public_url else None
