"""What the queue's jobs call. Names are kept: a release can read the previous one's queued jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from procrastinate import App, JobContext
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from bot import queue
from bot.database import Database, transient
from bot.failpoints import failpoint
from bot.handling import Handling
from bot.outbox import TransactionalOutbox
from bot.scheduler import Scheduler
from bot.sender import Sender
from bot.tables import ReactionDone
from domain.kernel.events import Event, Reaction

log = structlog.get_logger()
MAX_ATTEMPTS = 5


class DiedTooOften(Exception):
    """A job whose process died each time it ran; it stays in the list of failed jobs."""


def register(app: App, handling: Handling, sender: Sender, scheduler: Scheduler, reacting: Reacting) -> None:
    """Give the queue's task names their functions."""

    @app.task(name="handle", queue=queue.CHAT, pass_context=True)
    async def handle(context: JobContext, inbox_id: str) -> None:
        await handling.handle(inbox_id, context.job.attempts)

    @app.task(name="again", queue=queue.CHAT)
    async def again(inbox_id: str) -> None:
        await handling.again(inbox_id)

    @app.task(name="hold_on", queue=queue.CHAT)
    async def hold_on(inbox_id: str) -> None:
        await handling.hold_on(inbox_id)

    @app.task(name="drain", queue=queue.SEND)
    async def drain(platform: str, recipient: str) -> None:
        await sender.drain(platform, recipient)

    @app.task(name="wake", queue=queue.SEND)
    async def wake(platform: str, recipient: str) -> None:
        await sender.wake(platform, recipient)

    @app.task(name="react", queue=queue.CHAT, pass_context=True)
    async def react(context: JobContext, event_id: str, event: str, data: dict[str, Any], reaction: str) -> None:
        happened = Event.from_json(event, data)
        if context.job.attempts >= MAX_ATTEMPTS:
            await reacting.give_up(happened)
        guard(context)
        await reacting.react(event_id, happened, reaction)

    @app.task(name="scheduled", queue=queue.BULK, pass_context=True)
    async def scheduled(context: JobContext, name: str, planned: str) -> None:
        guard(context)
        await scheduler.run(name, planned)


def guard(context: JobContext) -> None:
    """Attempts are counted before running: what kills its process is stopped after so many."""
    if context.job.attempts >= MAX_ATTEMPTS:
        raise DiedTooOften(context.job.task_name)


class Reacting:
    """Runs one reaction to one event, once."""

    def __init__(
        self,
        database: Database,
        reactions: Mapping[str, list[tuple[str, Reaction]]],
        outbox: Callable[[], TransactionalOutbox],
    ) -> None:
        self.database, self.outbox = database, outbox
        self.by_name = {name: reaction for found in reactions.values() for name, reaction in found}

    async def react(self, event_id: str, event: Event, name: str) -> None:
        """What stands against another transaction is tried again at once; anything else is a dead letter."""
        for tried in range(MAX_ATTEMPTS):
            try:
                await self._once(event_id, event, name)
                return
            except DBAPIError as error:
                if not transient(error) or tried == MAX_ATTEMPTS - 1:
                    log.exception("reaction.failed", event_id=event_id, reaction=name)
                    await self.give_up(event)
                    raise
                await asyncio.sleep(0.05 * 2**tried)
            except Exception:
                log.exception("reaction.failed", event_id=event_id, reaction=name)
                await self.give_up(event)
                raise

    async def give_up(self, event: Event) -> None:
        """Emit what the event says of its own failure: the job stays as a dead letter, people are told."""
        told = event.given_up()
        if told is not None:
            async with self.database.transaction(self.outbox(), "system") as tx:
                await tx.emit(told)

    async def _once(self, event_id: str, event: Event, name: str) -> None:
        """The unique row and the reaction's changes commit together; a repeat finds the row."""
        async with self.database.transaction(self.outbox(), f"reaction:{name}") as tx:
            if await tx.session.get(ReactionDone, (event_id, name)) is not None:
                return
            await tx.session.execute(insert(ReactionDone).values(event_id=event_id, reaction=name, at=tx.now))
            await self.by_name[name](tx, event)
            await failpoint("reaction.before_commit")
