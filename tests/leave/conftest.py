"""The demo company on the real tables, and a pump that runs reactions as the worker would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from bot import embedded
from bot.demo import company as demo
from bot.registry import Registry
from cards.card import Card
from cards.render import Renderer
from domain.approvals import queries as approval_queries
from domain.approvals import service as approvals
from domain.kernel.clock import FixedClock, shanghai
from domain.kernel.ids import PersonId
from domain.kernel.tables import Base
from domain.kernel.tx import Tx
from domain.leave import service
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.views import DraftView
from domain.people import queries as people
from domain.people.queries import PersonView
from handlers.chat import Chat, OpenCard, Reply
from tests.conftest import NOW, Notice, RecordingOutbox, import_models

RENDERER = Renderer()


@dataclass
class Office:
    """What a test may do: speak as somebody, let the events take effect, read what was sent."""

    tx: Tx
    outbox: RecordingOutbox
    registry: Registry

    async def person(self, who: str) -> PersonView:
        return await people.person(self.tx, PersonId(who))

    async def draft(self, who: str, kind: LeaveKind, period: Period, **more: Any) -> DraftView:
        return await service.draft(self.tx, await self.person(who), kind, period, **more)

    async def submit(self, who: str, kind: LeaveKind, period: Period, **more: Any) -> str:
        draft = await self.draft(who, kind, period, **more)
        await service.submit(self.tx, await self.person(who), draft.id)
        await self.pump()
        return draft.id

    async def agree(self, subject: str) -> None:
        """Everybody whose turn it is agrees, until it is decided."""
        while (case := await approval_queries.case_for(self.tx, subject)) and case.live:
            (turn, *_) = [each for each in await approval_queries.tasks_of(self.tx, case.id) if each.state == "open"]
            await approvals.agree(self.tx, turn.holder, turn.id)
            await self.pump()

    async def reject(self, subject: str, reason: str) -> None:
        case = await approval_queries.case_for(self.tx, subject)
        assert case is not None
        (turn, *_) = [each for each in await approval_queries.tasks_of(self.tx, case.id) if each.state == "open"]
        await approvals.reject(self.tx, turn.holder, turn.id, reason)
        await self.pump()

    async def take(self, who: str, kind: LeaveKind, period: Period, **more: Any) -> str:
        request_id = await self.submit(who, kind, period, **more)
        await self.agree(request_id)
        return request_id

    async def pump(self) -> None:
        """Run every reaction to every event, as often as new ones come."""
        while self.outbox.events:
            event = self.outbox.events.pop(0)
            for _, reaction in self.registry.reactions.get(event.code(), ()):
                await reaction(self.tx, event)
        await self.tx.session.flush()

    async def chat(self, who: str, **more: Any) -> Chat:
        return Chat(self.tx, await self.person(who), "direct", **more)

    async def press(self, who: str, do: str, key: str, value: str | None = None) -> Card:
        card = OpenCard("cd_1", key, "leave", "draft")
        reply = await self.registry.presses[do].handler(await self.chat(who, card=card, action_value=value))
        assert reply is not None
        return shown(reply)

    def sent(self, who: str, template: str) -> list[Notice]:
        return [each for each in self.outbox.notices if (each.to, each.template) == (who, template)]

    def last(self, who: str, template: str) -> Card:
        notice = self.sent(who, template)[-1]
        return RENDERER.card(notice.template, notice.data)


def shown(reply: Reply) -> Card:
    return RENDERER.card(reply.template, {"intent": "", **reply.data})


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.collect()


async def seeded(tx: Tx) -> None:
    """The demo company with this year's leave granted, nothing asked for yet."""
    await demo.seed(tx)
    await approvals.load_company(tx)
    await service.load_policy(tx)
    await service.grant_year(tx, tx.today.year)


@pytest.fixture(scope="session")
def company_url(server: embedded.Embedded, unlocked: object) -> str:
    """A database with the company of 2026-03-11, made once; what a test does there is rolled back."""
    embedded.ensure_database(server, "leave_tests")
    url = server.url("leave_tests")

    async def make() -> None:
        import_models()
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.execute(text("create extension if not exists btree_gist"))
            await connection.run_sync(Base.metadata.create_all)
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            await seeded(Tx(session=session, clock=FixedClock(shanghai(NOW)), outbox=RecordingOutbox()))
        await engine.dispose()

    with ThreadPoolExecutor(1) as pool:  # a loop of its own: the tests' loops begin and end with each test
        pool.submit(asyncio.run, make()).result()
    return url


@pytest.fixture
async def office(
    company_url: str, clock: FixedClock, outbox: RecordingOutbox, registry: Registry
) -> AsyncIterator[Office]:
    """The demo company on 2026-03-11, this year's leave granted, nothing asked for yet."""
    engine = create_async_engine(company_url, poolclass=NullPool)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        session = AsyncSession(bind=connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        yield Office(Tx(session=session, clock=clock, outbox=outbox), outbox, registry)
        await session.close()
        await transaction.rollback()
    await engine.dispose()
