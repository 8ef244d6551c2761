"""The shell's own tables: inbox, outbox, cards, dialogues, schedules, the web chat's mailboxes, files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.crypto import Encrypted
from domain.kernel.tables import Base


class InboxRow(Base):
    """One update as it came, stored before it is acknowledged. state: waiting, done, dead, refused."""

    __tablename__ = "bot_inbox"
    __table_args__ = (
        UniqueConstraint("platform", "message_id"),
        Index("ix_bot_inbox_waiting", "person", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity())
    platform: Mapped[str] = mapped_column(String(20))
    message_id: Mapped[str] = mapped_column(String(120))
    person: Mapped[str] = mapped_column(String(64))
    conversation: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Encrypted("bot_inbox.body"))
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str | None] = mapped_column(String(20))
    """What the person was given when it was our fault."""
    reason: Mapped[str | None] = mapped_column(String(200))
    done_at: Mapped[datetime | None]


class OutboxRow(Base):
    """One rendered message waiting to be sent. state: waiting, sent, dead."""

    __tablename__ = "bot_outbox"
    __table_args__ = (
        Index("ix_bot_outbox_waiting", "platform", "recipient", "seq", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity())
    platform: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(64))
    """A person's id; for a group conversation the group's."""
    conversation: Mapped[str] = mapped_column(String(60))
    template: Mapped[str] = mapped_column(String(80))
    card_id: Mapped[str | None] = mapped_column(String(40), index=True)
    updates: Mapped[bool]
    document: Mapped[str] = mapped_column(Encrypted("bot_outbox.document"))
    file_id: Mapped[str | None] = mapped_column(String(40))
    inbox_id: Mapped[str | None] = mapped_column(String(40), index=True)
    answers: Mapped[str | None] = mapped_column(String(8))
    """What of the receiver it answers: words or press; null for a notice that nobody asked for."""
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    """Real time before which it is not tried again."""
    reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class CardRow(Base):
    """A card that somebody holds: what it is about, how it stands, which presses it ever offered."""

    __tablename__ = "bot_card"
    __table_args__ = (
        UniqueConstraint("platform", "conversation", "person", "key"),
        Index("ix_bot_card_open", "person", "conversation", postgresql_where=text("open")),
        Index("ix_bot_card_latest", "person", "conversation", "updated_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    conversation: Mapped[str] = mapped_column(String(60))
    person: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(80), index=True)
    template: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12))
    open: Mapped[bool]
    """It still offers actions."""
    labels: Mapped[list[Any]]
    """Actions offered now, in order: [label, action id]."""
    offered: Mapped[dict[str, Any]]
    """Every action ever offered: id → [do, value], and a third, true, for one that sends the card's inputs along."""
    inputs: Mapped[str | None] = mapped_column(Encrypted("bot_card.inputs"))
    """What it asks for now: a list of `cards.card.Input` as JSON."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of the card as it was last shown: a notice that says the same again is not sent."""
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


class DialogueRow(Base):
    """A conversation that waits for its person, with whom it is one conversation on all platforms; a group is its own.

    kind: form (a draft card is open), question (a slot was asked), choice (wishes were offered), inputs (a pressed card
    is asked for in words).
    """

    __tablename__ = "bot_dialogue"

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    intent: Mapped[str] = mapped_column(String(60))
    aspect: Mapped[str | None] = mapped_column(String(40))
    slots: Mapped[str] = mapped_column(Encrypted("bot_dialogue.slots"))
    asked: Mapped[str | None] = mapped_column(String(40))
    card_key: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)
    expires_at: Mapped[datetime]


class LastSeenRow(Base):
    """The platform that a person last used, and when (business time): notices go there."""

    __tablename__ = "bot_last_seen"

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime | None]


class ContactEvent(Base):
    """A change of a messenger's directory that was taken: once, however often it is sent."""

    __tablename__ = "bot_contact_event"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime]


class ReactionDone(Base):
    """A reaction that ran for an event: once."""

    __tablename__ = "bot_reaction_done"

    event_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    reaction: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime]


class ScheduleFiring(Base):
    """A planned time of a schedule, claimed by whichever replica came first."""

    __tablename__ = "bot_schedule_firing"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    planned: Mapped[datetime] = mapped_column(primary_key=True)
    done_at: Mapped[datetime | None]


class WorkerProcess(Base):
    """Which process a Procrastinate worker belongs to; filled by a trigger when the worker registers."""

    __tablename__ = "bot_worker_process"

    worker_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    lock_key: Mapped[int] = mapped_column(BigInteger, index=True)


class MailboxRow(Base):
    """The web chat's last sequence number of a person; updating it keeps a person's messages in order."""

    __tablename__ = "console_mailbox"

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class ConsoleMessage(Base):
    """A message as the web chat shows it."""

    __tablename__ = "console_message"
    __table_args__ = (UniqueConstraint("delivery_id", "person"),)

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    delivery_id: Mapped[str] = mapped_column(String(40))
    conversation: Mapped[str] = mapped_column(String(60))
    document: Mapped[str] = mapped_column(Encrypted("console_message.document"))
    at: Mapped[datetime]


class TraceRow(Base):
    """What was understood and which steps ran, for the demo's trace. kind: understood handled sent refused."""

    __tablename__ = "bot_trace"

    n: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(Encrypted("bot_trace.detail"))


class FileRow(Base):
    """A kept file; its bytes lie encrypted in the data directory under its id."""

    __tablename__ = "bot_file"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(Encrypted("bot_file.name"))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class InstallationRow(Base):
    """One row: whose database this is, so that `demo` never touches a company it did not make."""

    __tablename__ = "bot_installation"
    __table_args__ = (UniqueConstraint("one"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    one: Mapped[bool] = mapped_column(default=True)
    kind: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime]
    latest: Mapped[datetime]
    """The latest business time seen; a demo clock set before it is refused."""
