"""Two people, or one person twice, at the same moment: real sessions that wait for each other's row lock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from bot import embedded
from domain.approvals import queries, service
from domain.approvals.errors import AlreadyAgreed, AlreadyDecided, AlreadyOpen, CaseClosed, TaskMoved, WithdrawTooLate
from domain.approvals.model import ActionRow
from domain.kernel.clock import FixedClock
from domain.kernel.errors import DomainError
from domain.kernel.tables import Base
from domain.kernel.tx import Tx
from domain.org import service as org
from tests.approvals.conftest import LILEI, LUODAN, SINCE, WANGFANG, XULI, found, leave
from tests.approvals.flowing import ask, opened, turn
from tests.conftest import RecordingOutbox, import_models

Work = Callable[[Tx], Awaitable[object]]


@pytest.fixture
async def shared(server: embedded.Embedded) -> AsyncIterator[AsyncEngine]:
    """A database of its own, for here rows are committed."""
    embedded.ensure_database(server, "approvals_race")
    import_models()
    engine = create_async_engine(server.url("approvals_race"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("create extension if not exists btree_gist"))
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    yield engine
    await engine.dispose()


async def committed(engine: AsyncEngine, clock: FixedClock, work: Work) -> object:
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        return await work(Tx(session=session, clock=clock, outbox=RecordingOutbox()))


async def at_once(engine: AsyncEngine, clock: FixedClock, *works: Work) -> list[object]:
    """Each in its own transaction; a refusal is its result."""

    async def one(work: Work) -> object:
        try:
            return await committed(engine, clock, work)
        except DomainError as refusal:
            return refusal

    return list(await asyncio.gather(*(one(work) for work in works)))


async def two_approvers(tx: Tx) -> dict[str, str]:
    """李雷's adjustment waits for 王芳 and 罗丹, either of whom may decide."""
    await found(tx)
    await org.grant_role(tx, LUODAN, "hr", SINCE)
    case = await service.open_case(
        tx, definition="假期调整", applicant=LILEI, subject="adj_1", form={}, label="李雷 年假调整 +1 天"
    )
    held = {turn.holder: turn.id for turn in await queries.tasks_of(tx, case.id)}
    return {"case": case.id, "wangfang": held[WANGFANG], "luodan": held[LUODAN]}


async def test_either_of_two_presses_at_once(shared: AsyncEngine, clock: FixedClock) -> None:
    ids = await committed(shared, clock, two_approvers)
    assert isinstance(ids, dict)
    results = await at_once(
        shared,
        clock,
        lambda tx: service.agree(tx, WANGFANG, ids["wangfang"]),
        lambda tx: service.agree(tx, LUODAN, ids["luodan"]),
    )
    (lost,) = [result for result in results if isinstance(result, DomainError)]
    assert isinstance(lost, AlreadyAgreed)
    assert lost.facts["mine"] is False
    assert lost.facts["name"] in {"王芳", "罗丹"}
    agreed = select(func.count()).where(ActionRow.action == "agreed")
    assert await committed(shared, clock, lambda tx: tx.session.scalar(agreed)) == 1


async def test_agree_against_reject(shared: AsyncEngine, clock: FixedClock) -> None:
    ids = await committed(shared, clock, two_approvers)
    assert isinstance(ids, dict)
    results = await at_once(
        shared,
        clock,
        lambda tx: service.agree(tx, WANGFANG, ids["wangfang"]),
        lambda tx: service.reject(tx, LUODAN, ids["luodan"], "材料不全"),
    )
    assert [isinstance(result, AlreadyDecided) for result in results].count(True) == 1


async def test_withdraw_against_agree(shared: AsyncEngine, clock: FixedClock) -> None:
    ids = await committed(shared, clock, two_approvers)
    assert isinstance(ids, dict)
    results = await at_once(
        shared,
        clock,
        lambda tx: service.withdraw(tx, LILEI, ids["case"]),
        lambda tx: service.agree(tx, WANGFANG, ids["wangfang"]),
    )
    (lost,) = [result for result in results if isinstance(result, DomainError)]
    (won,) = [result for result in results if isinstance(result, queries.CaseView)]
    expected = {"withdrawn": CaseClosed, "approved": WithdrawTooLate}
    assert isinstance(lost, expected[won.state])


async def test_a_double_tap_counts_once(shared: AsyncEngine, clock: FixedClock) -> None:
    ids = await committed(shared, clock, two_approvers)
    assert isinstance(ids, dict)
    press: Work = lambda tx: service.agree(tx, WANGFANG, ids["wangfang"])  # noqa: E731
    results = await at_once(shared, clock, press, press, press)
    lost = [result for result in results if isinstance(result, AlreadyAgreed)]
    assert [refusal.facts["mine"] for refusal in lost] == [True, True]


async def test_a_subject_is_opened_once(shared: AsyncEngine, clock: FixedClock) -> None:
    await committed(shared, clock, found)
    results = await at_once(shared, clock, leave, leave)
    assert sum(isinstance(result, AlreadyOpen) for result in results) == 1
    waiting = await committed(shared, clock, lambda tx: queries.waiting(tx, XULI))
    assert isinstance(waiting, list)
    assert len(waiting) == 1


async def late_case(tx: Tx) -> str:
    await found(tx)
    await opened(tx, [ask("一", XULI, 超时={"1小时": "自动同意"}), ask("二", LUODAN)])
    return await turn(tx, XULI)


async def test_what_is_due_is_done_once_by_any_number_of_jobs(shared: AsyncEngine, clock: FixedClock) -> None:
    await committed(shared, clock, late_case)
    clock.advance(timedelta(hours=2))
    results = await at_once(shared, clock, service.run_due, service.run_due, service.run_due)
    assert sorted(int(str(result)) for result in results) == [0, 0, 1]
    lapsed = select(func.count()).where(ActionRow.action == "lapsed")
    assert await committed(shared, clock, lambda tx: tx.session.scalar(lapsed)) == 1


async def test_a_transfer_against_an_agreement(shared: AsyncEngine, clock: FixedClock) -> None:
    task = str(await committed(shared, clock, late_case))
    results = await at_once(
        shared,
        clock,
        lambda tx: service.transfer(tx, XULI, task, WANGFANG),
        lambda tx: service.agree(tx, XULI, task),
    )
    (lost,) = [result for result in results if isinstance(result, DomainError)]
    assert isinstance(lost, (AlreadyAgreed, TaskMoved))
