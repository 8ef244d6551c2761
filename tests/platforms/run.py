"""Sends a case through the whole stack and looks at everything that may come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import func, select

from bot.app import Bot
from bot.tables import ContactEvent, InboxRow
from tests.platforms.cases import Case
from tests.platforms.metrics import incoming
from tests.stage import Stage

WRITER = "lilei"


class Phones(Protocol):
    """What both fakes have: what people read."""

    async def expect(self, user: str, *pieces: str, patience: float = 10.0) -> Any:
        """The next unread thing that holds the pieces. Raises AssertionError."""

    def unread(self, user: str) -> list[Any]:
        """What nobody expected yet."""

    def forget_unread(self, user: str) -> None:
        """Everything is read."""


class Way(Protocol):
    """How a platform's payloads get to hrbot."""

    platform: str

    @property
    def fake(self) -> Phones:
        """The platform's other side."""

    def readers(self) -> list[str]:
        """Everybody who got something, and groups."""

    def values(self) -> dict[str, Any]:
        """Fresh ids, times and addresses."""

    def card(self, label: str) -> dict[str, Any]:
        """The newest card of the writer: card, task, code; action: of the button that reads so."""

    async def say(self, text: str) -> None:
        """The writer writes."""

    async def send(self, case: Case) -> str:
        """Deliver it as the platform does; what was wrong with the acknowledgement, "" when nothing was."""

    async def send_again(self, case: Case) -> str:
        """The same once more."""

    def odd(self, case: Case, body: dict[str, Any]) -> dict[str, Any]:
        """What a stored body holds beside what the case says."""


@dataclass(frozen=True)
class Mark:
    """How far the tables were."""

    seq: int
    reports: int


@dataclass
class Run:
    """All cases of one way, one after the other, in one running hrbot."""

    stage: Stage
    way: Way
    sent: list[Case] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    async def play(self, case: Case) -> None:
        """Once, with everything that is expected of it."""
        values = self.way.values()
        if case.before:
            values |= await self._opened(case)
        whole = case.filled(values)
        mark, counted = await self._mark(), self._counted(whole.outcome, whole)
        self._check(whole, "acknowledged", await self.way.send(whole), "")
        self._check(whole, f"counted as {whole.kind} {whole.outcome}", self._counted(whole.outcome, whole), counted + 1)
        await self._kept(whole, mark)
        for person, pieces in whole.said.items():
            try:
                await self.way.fake.expect(person, *pieces, patience=5.0)
            except AssertionError as error:
                self.faults.append(f"{case.name}: {error}")
        self.sent.append(whole)

    async def play_again(self, case: Case) -> None:
        """The same payload once more: acknowledged, counted as known, and nothing comes of it."""
        mark, counted = await self._mark(), self._counted(case.again, case)
        self._check(case, "again acknowledged", await self.way.send_again(case), "")
        self._check(case, f"again counted as {case.again}", self._counted(case.again, case), counted + 1)
        self._check(case, "again without effect", await self._mark(), mark)

    async def quiet(self, what: str) -> None:
        """Nobody has read more than what was expected."""
        await self.stage.settle()
        for person in self.way.readers():
            for shown in self.way.fake.unread(person):
                self.faults.append(f"{what}: {person} also read {shown.text!r}")
            self.way.fake.forget_unread(person)

    def _check(self, case: Case, what: str, seen: object, wanted: object) -> None:
        if seen != wanted:
            self.faults.append(f"{case.name}, {what}: {seen!r} instead of {wanted!r}")

    def _counted(self, outcome: str, case: Case) -> float:
        return incoming(self.way.platform, case.kind, outcome)

    async def _opened(self, case: Case) -> dict[str, Any]:
        await self.way.say(case.before or "")
        await self.stage.settle()
        self.way.fake.forget_unread(WRITER)
        return self.way.card(case.action or "")

    async def _kept(self, case: Case, mark: Mark) -> None:
        bot = running(self.stage)
        async with bot.database.transaction(bot.outbox(), "test") as tx:
            rows = list(await tx.session.scalars(select(InboxRow).where(InboxRow.seq > mark.seq)))
            found = [(row.person, row.conversation, json.loads(row.body)) for row in rows]
        wanted = [] if case.update is None else [self._wanted(case, case.update)]
        self._check(case, "stored", found, wanted)
        self._check(case, "reported", (await self._mark()).reports, mark.reports + case.reported)

    def _wanted(self, case: Case, update: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
        body = {name: value for name, value in update.items() if name not in ("conversation", "person")}
        return update.get("person", WRITER), update.get("conversation", "direct"), self.way.odd(case, body)

    async def _mark(self) -> Mark:
        bot = running(self.stage)
        async with bot.database.transaction(bot.outbox(), "test") as tx:
            seq = await tx.session.scalar(select(func.coalesce(func.max(InboxRow.seq), 0)))
            reports = await tx.session.scalar(select(func.count()).select_from(ContactEvent))
        return Mark(seq or 0, reports or 0)


def running(stage: Stage) -> Bot:
    assert stage.bot is not None
    return stage.bot
