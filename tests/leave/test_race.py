"""One person twice, or a person and the clock, at the same moment: real sessions that wait for each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from bot import embedded
from bot.demo import company as demo
from domain.approvals import service as approvals
from domain.kernel.clock import FixedClock
from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.kernel.tables import Base
from domain.kernel.tx import Tx
from domain.leave import errors, queries, service
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service.adjusting import Change, adjust_book
from domain.leave.views import BalanceView
from domain.people import queries as people
from tests.conftest import RecordingOutbox, import_models

Work = Callable[[Tx], Awaitable[object]]
LILEI = PersonId("lilei")


@pytest.fixture
async def shared(server: embedded.Embedded, clock: FixedClock) -> AsyncIterator[AsyncEngine]:
    """A database of its own with the company, for here rows are committed."""
    embedded.ensure_database(server, "leave_race")
    import_models()
    engine = create_async_engine(server.url("leave_race"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("create extension if not exists btree_gist"))
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    await committed(engine, clock, settled)
    yield engine
    await engine.dispose()


async def settled(tx: Tx) -> None:
    await demo.seed(tx)
    await approvals.load_company(tx)
    await service.load_policy(tx)
    await service.grant_year(tx, tx.today.year)


async def committed(engine: AsyncEngine, clock: FixedClock, work: Work) -> object:
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        return await work(Tx(session=session, clock=clock, outbox=RecordingOutbox()))


async def at_once(engine: AsyncEngine, clock: FixedClock, *works: Work) -> list[object]:
    async def one(work: Work) -> object:
        try:
            return await committed(engine, clock, work)
        except DomainError as refusal:
            return refusal

    return list(await asyncio.gather(*(one(work) for work in works)))


async def drafted(tx: Tx) -> str:
    lilei = await people.person(tx, LILEI)
    draft = await service.draft(tx, lilei, LeaveKind.ANNUAL, Period(date(2026, 3, 16), duration_days=Decimal(5)))
    return draft.id


async def test_a_double_submit_and_a_deduction_at_once(shared: AsyncEngine, clock: FixedClock) -> None:
    """Five days are left; five are asked for, twice, while HR takes two away: the balance never goes below nothing."""
    draft_id = str(await committed(shared, clock, drafted))

    async def prepared(tx: Tx) -> str:
        change = Change(LILEI, LeaveKind.ANNUAL, Decimal(-2), "多发")
        wangfang = await people.person(tx, PersonId("wangfang"))
        return (await service.adjust_draft(tx, wangfang, change)).id

    adjustment_id = str(await committed(shared, clock, prepared))

    async def submit(tx: Tx) -> object:
        return await service.submit(tx, await people.person(tx, LILEI), draft_id)

    async def deduct(tx: Tx) -> object:
        return await adjust_book(tx, adjustment_id, None)

    results = await at_once(shared, clock, submit, submit, deduct)
    refused = [result for result in results if isinstance(result, DomainError)]
    kinds = {type(each) for each in refused}
    assert kinds <= {errors.DraftClosed, errors.InsufficientBalance, errors.BelowZero}
    assert len(refused) == 2
    left = await committed(shared, clock, lambda tx: queries.balance(tx, LILEI, LeaveKind.ANNUAL))
    assert isinstance(left, BalanceView)
    assert left.available in {Decimal(0), Decimal(3)}


async def test_the_grant_job_twice_at_once(shared: AsyncEngine, clock: FixedClock) -> None:
    granted = await at_once(
        shared, clock, lambda tx: service.grant_year(tx, 2027), lambda tx: service.grant_year(tx, 2027)
    )
    assert sorted(bool(each) for each in granted) == [False, True]
