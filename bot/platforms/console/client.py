"""Delivers to the web chat's mailboxes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from bot.database import Database
from bot.platforms.port import DIRECT, Delivery, Fetched, Media, Ticket, Undeliverable
from bot.tables import ConsoleMessage, FileRow, MailboxRow
from domain.kernel.ids import PersonId
from domain.kernel.tx import Outbox, Tx

Members = Callable[[Tx, str], Awaitable[list[PersonId]]]


class ConsolePlatform:
    """Writes a message once for each receiver: the delivery id is unique in a mailbox, so a repeat changes nothing."""

    name = "console"

    def __init__(self, database: Database, outbox: Callable[[], Outbox], members: Members) -> None:
        self.database, self.outbox, self.members = database, outbox, members

    async def send(self, tx: Tx, delivery: Delivery) -> None:
        """One transaction of its own, as a real platform would accept it, whatever becomes of ours."""
        if delivery.only_in_place and not delivery.updates:
            return
        async with self.database.transaction(self.outbox(), "console") as own:
            document = json.dumps(await self._document(own, delivery), ensure_ascii=False)
            receivers = [PersonId(delivery.person)]
            if delivery.conversation != DIRECT:
                receivers = sorted(await self.members(own, delivery.conversation))
            for person in receivers:
                await self._deliver(own, person, delivery, document)

    async def fetch(self, media: Media) -> Fetched:
        """Files of the web chat are kept before their message is stored: there is nothing to fetch."""
        raise Undeliverable("the web chat keeps its files itself")

    async def pressed(self, tx: Tx, card_id: str, ticket: Ticket) -> bool:
        """Cards of the web chat are changed by id and never sent again; a press brings nothing along."""
        return True

    async def _deliver(self, tx: Tx, person: PersonId, delivery: Delivery, document: str) -> None:
        delivered = await tx.session.scalar(
            select(ConsoleMessage.seq).where(ConsoleMessage.person == person, ConsoleMessage.delivery_id == delivery.id)
        )
        if delivered is not None:
            return
        box = insert(MailboxRow).values(person=person, seq=1)
        seq = await tx.session.scalar(
            box.on_conflict_do_update(index_elements=["person"], set_={"seq": MailboxRow.seq + 1}).returning(
                MailboxRow.seq
            )
        )
        tx.session.add(
            ConsoleMessage(
                person=person,
                seq=seq,
                delivery_id=delivery.id,
                conversation=delivery.conversation,
                document=document,
                at=tx.now,
            )
        )
        await tx.session.flush()
        await tx.session.execute(text("select pg_notify('console', :person)"), {"person": person})

    async def _document(self, tx: Tx, delivery: Delivery) -> dict[str, Any]:
        shown: dict[str, Any] = {"text": delivery.card.text}
        if delivery.card_id:
            shown["card"] = page_card(delivery)
        if delivery.file_id:
            row = await tx.session.get(FileRow, delivery.file_id)
            if row is not None:
                shown["file"] = {"id": row.id, "name": row.name, "url": f"/console/api/files/{row.id}"}
        return shown


def page_card(delivery: Delivery) -> dict[str, Any]:
    """The card as the API gives it; empty parts are left out, `do` stays on the server."""
    card = delivery.card
    shown: dict[str, Any] = {
        "id": delivery.card_id,
        "template": card.template,
        "title": card.title,
        "state": card.state,
        "fields": [{"label": field.label, "value": field.value} for field in card.fields],
        "inputs": [
            {"id": item.id, "kind": item.kind, "label": item.label, "options": list(item.options), "value": item.value}
            for item in card.inputs
        ],
        "actions": [{"id": item.id, "label": item.label, "style": item.style} for item in card.actions],
    }
    for part in ("subtitle", "body", "image"):
        if value := getattr(card, part):
            shown[part] = value
    return shown
