"""One stored update, one transaction: its changes, its replies and the mark "done" commit together."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from bot import dialogue, identity, linking, queue
from bot.arrivals import Arrivals
from bot.database import Database, transient
from bot.errors import CardGone, MediaGone
from bot.failpoints import failpoint
from bot.files import FileStore
from bot.outbox import Place, TransactionalOutbox
from bot.platforms.port import DIRECT, Attachment, Media, Ticket, TryLater, Update
from bot.router import Asked, CardUnknown, Conversation, Turn
from bot.tables import CardRow, InboxRow
from bot.trace import trace
from domain.kernel.errors import DomainError
from domain.kernel.ids import ALPHABET, PersonId
from domain.kernel.tx import Tx
from handlers.chat import Reply

log = structlog.get_logger()
MAX_ATTEMPTS = 3
CARD_PATIENCE = timedelta(seconds=60)


MEDIA_PATIENCE = timedelta(minutes=5)


class Again(Exception):
    """The press came before its card's record, or a file cannot be had yet: try again, outside the lock."""

    def __init__(self, after: float = 1.0) -> None:
        super().__init__(after)
        self.after = timedelta(seconds=after)


@dataclass(frozen=True)
class Handling:
    """Runs updates through the conversation."""

    database: Database
    conversation: Conversation
    outbox: Callable[[], TransactionalOutbox]
    files: FileStore
    arrivals: Arrivals
    real_now: Callable[[], datetime]

    async def handle(self, inbox_id: str, attempts: int) -> None:
        """Handle it once. A process that died over it too often gives it up to the dead letters."""
        if attempts >= MAX_ATTEMPTS:
            await self._give_up(inbox_id, "the process died while handling it")
            return
        for tried in range(MAX_ATTEMPTS):
            try:
                await self._once(inbox_id)
                return
            except Again as again:
                await self._again_later(inbox_id, again.after)
                return
            except DBAPIError as error:
                if not transient(error) or tried == MAX_ATTEMPTS - 1:
                    log.exception("handle.failed", inbox=inbox_id)
                    await self._give_up(inbox_id, type(error).__name__)
                    return
                await asyncio.sleep(0.05 * 2**tried)
            except Exception as error:
                log.exception("handle.failed", inbox=inbox_id)
                await self._give_up(inbox_id, type(error).__name__)
                return

    async def _once(self, inbox_id: str) -> None:
        outbox = self.outbox()
        outbox.inbox_id = inbox_id
        async with self.database.sessions() as session, session.begin():
            row = await session.get(InboxRow, inbox_id, with_for_update=True)
            if row is None or row.state != "waiting":
                return
            tx = Tx(session=session, clock=self.database.clock, outbox=outbox, principal=row.person)
            sender = await self._sender(tx, row)
            if sender is not None and sender != row.person:  # it came under another's lock: behind their own again
                row.person = sender
                await queue.defer(session, [handle_job(row)])
                return
            if sender is not None:
                row.person = sender
                await self._heard(replace(tx, principal=sender), row, outbox)
            elif row.conversation != DIRECT:
                place = Place(row.platform, row.person, row.conversation)
                await outbox.answer(tx, place, outbox.renderer.card("bot.unknown_here", {}))
            row.state, row.done_at = "done", self.real_now()
            await failpoint("handler.before_commit")
        await failpoint("handler.after_commit")

    async def _sender(self, tx: Tx, row: InboxRow) -> str | None:
        try:
            return await self.arrivals.sender(tx, update_of(row))
        except TryLater as wait:
            if self.real_now() - row.received_at < MEDIA_PATIENCE:
                raise Again(wait.after or 2.0) from None
            return None

    async def _heard(self, tx: Tx, row: InboxRow, outbox: TransactionalOutbox) -> None:
        heard = await linking.listen(tx, update_of(row))
        row.person = heard.person
        tx = replace(tx, principal=row.person)
        place = Place(row.platform, row.person, row.conversation)
        outbox.speaking = Place(row.platform, row.person)
        passing = update_of(row).passing
        await identity.remember_platform(tx, PersonId(row.person), row.platform, passing=passing)
        if heard.answer is None:
            await self._answer(tx, row, place, outbox)
        else:
            await self._say(tx, row, outbox, heard.answer)

    async def _answer(self, tx: Tx, row: InboxRow, place: Place, outbox: TransactionalOutbox) -> None:
        update = update_of(row)
        outbox.answering, outbox.pressed = "words" if update.card_id is None else "press", update.card_id
        newest = await self.arrivals.note(tx, update)
        try:
            async with tx.session.begin_nested():
                actor = await identity.actor(tx, PersonId(row.person))
                update = await self.arrivals.complete(tx, update)
                reply = await self.conversation.answer(Turn(tx, update, actor, place, newest=newest))
                if reply is not None:
                    await self._reply(tx, outbox, place, reply)
        except TryLater as wait:
            if self.real_now() - row.received_at < MEDIA_PATIENCE:
                raise Again(wait.after or 2.0) from None
            await self._refuse(tx, outbox, place, MediaGone())
        except Asked as asked:
            home = Place(place.platform, place.person) if asked.private else place
            await dialogue.save(tx, home, asked.asking)
            question = Reply(asked.question.template, private=asked.private, **asked.question.data)
            await self._reply(tx, outbox, place, question)
        except DomainError as refusal:
            await self._refuse(tx, outbox, place, refusal)
            await self._freshen(tx, outbox, update)
        except CardUnknown:
            if self.real_now() - row.received_at < CARD_PATIENCE:
                raise Again from None
            await self._refuse(tx, outbox, place, CardGone())

    async def _say(self, tx: Tx, row: InboxRow, outbox: TransactionalOutbox, answer: Reply | DomainError) -> None:
        """An answer that is found already."""
        place = Place(row.platform, row.person, row.conversation)
        await self.arrivals.note(tx, update_of(row))
        if isinstance(answer, DomainError):
            await self._refuse(tx, outbox, place, answer)
        else:
            await self._reply(tx, outbox, place, answer)

    async def _refuse(self, tx: Tx, outbox: TransactionalOutbox, place: Place, refusal: DomainError) -> None:
        if refusal.kind == "forbidden":
            await tx.audit("refused", place.person, code=refusal.code)
        if self.conversation.tracing:
            await trace(tx, place.person, "refused", refusal.code, {})
        # why not is often a fact about the person: a balance, a colleague's dates
        target = await self._private(tx, outbox, place)
        await outbox.answer(tx, target, outbox.renderer.refusal(refusal))

    async def _freshen(self, tx: Tx, outbox: TransactionalOutbox, update: Update) -> None:
        """A button that was pressed in vain on a card that is over should not stay: it could not be changed before."""
        card = await tx.session.get(CardRow, update.card_id) if update.card_id else None
        if card is not None and (card.platform, card.person) == (update.platform, tx.principal) and not card.open:
            await outbox.repeat(tx, card)

    async def _private(self, tx: Tx, outbox: TransactionalOutbox, place: Place) -> Place:
        """The person's direct chat; a group is told only that there is an answer."""
        if place.conversation == DIRECT:
            return place
        await outbox.answer(tx, place, outbox.renderer.card("bot.sent_privately", {}))
        return Place(place.platform, place.person)

    async def _reply(self, tx: Tx, outbox: TransactionalOutbox, place: Place, reply: Reply) -> None:
        """Send the reply where it belongs: private ones to the direct chat, with a word in the group."""
        target = await self._private(tx, outbox, place) if reply.private else place
        file_id = await self.files.keep_reply(tx, place.person, reply.file) if reply.file else None
        card = outbox.renderer.card(reply.template, {"intent": "", **reply.data})
        await outbox.answer(tx, target, card, key=reply.key, file_id=file_id)
        if reply.follow_up is not None:
            await self._reply(tx, outbox, target, reply.follow_up)

    async def _give_up(self, inbox_id: str, reason: str) -> None:
        """To the dead letters, with a reference number for the person."""
        outbox = self.outbox()
        outbox.inbox_id = inbox_id
        async with self.database.transaction(outbox, "inbox") as tx:
            row = await tx.session.get(InboxRow, inbox_id, with_for_update=True)
            if row is None or row.state != "waiting":
                return
            reference = "E-" + "".join(secrets.choice(ALPHABET) for _ in range(5))
            row.state, row.reason, row.reference = "dead", reason, reference
            log.error("inbox.dead", inbox=inbox_id, reference=reference, reason=reason)
            place = Place(row.platform, row.person, row.conversation)
            await outbox.answer(tx, place, outbox.renderer.card("bot.our_fault", {"reference": reference}))

    async def _again_later(self, inbox_id: str, after: timedelta) -> None:
        async with self.database.transaction(self.outbox(), "inbox") as tx:
            due = self.real_now() + after
            await queue.defer(tx.session, [queue.Job(queue.CHAT, "again", {"inbox_id": inbox_id}, due=due)])

    async def again(self, inbox_id: str) -> None:
        """The unlocked job that, when due, puts the update back behind its person's lock."""
        async with self.database.transaction(self.outbox(), "inbox") as tx:
            row = await tx.session.get(InboxRow, inbox_id)
            if row is not None and row.state == "waiting":
                await queue.defer(tx.session, [handle_job(row)])

    async def hold_on(self, inbox_id: str) -> None:
        """稍等, once for a run of messages: not again while an earlier one of the same run was refused."""
        async with self.database.transaction(self.outbox(), "inbox") as tx:
            row = await tx.session.get(InboxRow, inbox_id)
            if row is None:
                return
            oldest = await tx.session.scalar(
                select(func.min(InboxRow.seq)).where(InboxRow.person == row.person, InboxRow.state == "waiting")
            )
            earlier = select(InboxRow.id).where(
                InboxRow.person == row.person,
                InboxRow.state == "refused",
                InboxRow.seq < row.seq,
                InboxRow.seq > (oldest or row.seq),
            )
            if await tx.session.scalar(earlier.limit(1)) is None:
                outbox = self.outbox()
                outbox.inbox_id = row.id
                place = Place(row.platform, row.person, row.conversation)
                await outbox.answer(tx, place, outbox.renderer.card("bot.hold_on", {}))


def handle_job(row: InboxRow) -> queue.Job:
    return queue.Job(queue.CHAT, "handle", {"inbox_id": row.id}, lock=f"in:{row.person}")


def update_of(row: InboxRow) -> Update:
    body = json.loads(row.body)
    body["files"] = tuple(Attachment(*item) for item in body.get("files", ()))
    body["media"] = tuple(Media(*item) for item in body.get("media", ()))
    body["reply_to"] = tuple(body["reply_to"]) if body.get("reply_to") else None
    body["ticket"] = Ticket(*body["ticket"]) if body.get("ticket") else None
    return Update(row.platform, row.message_id, row.person, row.conversation, **body)
