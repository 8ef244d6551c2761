"""What the bot says in a group: the first answer to a message as its stream, all else as a message of its own.

Runs in the sender's transaction, in the process that holds the connection.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import exists, select

from bot.platforms.port import AIBOT, Delivery, TryLater, Undeliverable
from bot.platforms.shared.fitting import pages, size_in_bytes
from bot.platforms.shared.markdown import plain
from bot.platforms.wecom import errcodes, limits
from bot.platforms.wecom.aibot import frames
from bot.platforms.wecom.aibot.connection import NoAnswer
from bot.platforms.wecom.aibot.frames import Frame
from bot.platforms.wecom.errcodes import Kind
from bot.platforms.wecom.turns import Turns
from bot.tables import InboxRow, OutboxRow
from cards.card import Card
from cards.said import everything
from domain.kernel.tx import Tx

NEWLINE = "  \n"
GROUP = 2
AWAY = 1.0
"""Seconds after which to ask again for a connection that is being made."""


class Voice(Protocol):
    """The connection, while it is there and ours."""

    async def ask(self, cmd: str, body: dict[str, object], req_id: str | None = None) -> Frame:
        """Raises NoAnswer."""


@dataclass
class Answers:
    """`voice` gives the connection; None where another process has it."""

    turns: Turns
    real_now: Callable[[], datetime]
    voice: Callable[[], Voice | None] = lambda: None

    async def send(self, tx: Tx, delivery: Delivery) -> None:
        """Nothing can be changed in a group: a new message says how it stands now. Raises TryLater, Undeliverable."""
        if delivery.only_in_place:
            return
        if delivery.file_id:
            raise Undeliverable("files go to direct chats")
        said = drawn(delivery.card)
        asked = await self._asked(tx, delivery)
        async with self.turns.around(tx, delivery.conversation, len(said) + (asked is not None)) as turn:
            if asked is not None and await self._respond(asked, delivery.id, said[0]):
                turn.count -= 1
                del said[0]
            for page in said:
                await self._push(delivery.conversation.removeprefix(AIBOT), page)

    async def _asked(self, tx: Tx, delivery: Delivery) -> str | None:
        """The req_id of the message that this is the first answer to, while that can still be answered."""
        own = await tx.session.get(OutboxRow, delivery.id)
        asked = await tx.session.get(InboxRow, own.inbox_id) if own is not None and own.inbox_id else None
        if own is None or asked is None or asked.conversation != delivery.conversation:
            return None
        answered = exists().where(
            OutboxRow.inbox_id == asked.id, OutboxRow.recipient == own.recipient, OutboxRow.state == "sent"
        )
        req_id, until = json.loads(asked.body).get("reply_to") or ("", 0.0)
        if self.real_now().timestamp() >= until or await tx.session.scalar(select(answered)):
            return None
        return str(req_id)

    async def _respond(self, req_id: str, stream: str, words: str) -> bool:
        """False when the message cannot be answered this way any more. A repeat fills the same stream."""
        return await self._told(frames.RESPOND, streamed(stream, words), req_id)

    async def _push(self, chat: str, words: str) -> None:
        body: dict[str, object] = {"chatid": chat, "chat_type": GROUP, "msgtype": "markdown"}
        if not await self._told(frames.SEND, {**body, "markdown": {"content": words}}):
            raise Undeliverable(f"{frames.SEND}: refused as an answer that is too late")

    async def _told(self, cmd: str, body: dict[str, object], req_id: str | None = None) -> bool:
        voice = self.voice()
        if voice is None:
            raise TryLater("the bot's connection is away", AWAY, fault=False)
        try:
            answer = await voice.ask(cmd, body, req_id)
        except NoAnswer as nothing:
            raise TryLater(f"{cmd}: {nothing.reason}", AWAY, fault=False) from None
        return judged(cmd, answer)


def judged(cmd: str, answer: Frame) -> bool:
    """True when it was taken, False when it came too late for this way. Raises TryLater or Undeliverable.

    A code that we do not know may pass: limits of the connection are not documented by number.
    """
    found = errcodes.meaning(answer.errcode)
    reason = f"{cmd}: {found.text} ({answer.errcode})"
    if answer.errcode in errcodes.TOO_LATE:
        return False
    if found.kind is Kind.FINE:
        return True
    if found.kind is Kind.RATE:
        raise TryLater(reason, found.pause, fault=False)
    if found.kind is Kind.BAD and answer.errcode in errcodes.TABLE:
        raise Undeliverable(reason)
    raise TryLater(reason, fault=found.kind is not Kind.BUSY)


def streamed(stream: str, words: str) -> dict[str, object]:
    """An answer that is whole at once."""
    return {"msgtype": "stream", "stream": {"id": stream, "finish": True, "content": words}}


def drawn(card: Card) -> list[str]:
    """All that a card says, in as many messages as it takes. What is pressed elsewhere is typed here."""
    return [plain(page, NEWLINE) for page in pages(everything(card), limits.STREAM_BYTES, _drawn)]


def _drawn(text: str) -> int:
    return size_in_bytes(plain(text, NEWLINE))
