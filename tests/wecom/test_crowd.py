"""The members' limit where one call reaches many, beside messages to single members."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.platforms.wecom import copies, crowd
from bot.platforms.wecom.tables import Member
from config.settings import WeCom
from domain.kernel.clock import SystemClock
from domain.kernel.tx import Tx
from tests.conftest import RecordingOutbox
from tests.fakes.wecom import Account
from tests.wecom.conftest import settings

NOW = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)


@pytest.fixture
def own() -> WeCom:
    return settings(Account(), "http://127.0.0.1:1/cgi-bin")


@pytest.fixture
async def two(engine: AsyncEngine) -> tuple[Tx, Tx]:
    """Two transactions at the same time."""
    async with engine.begin() as connection:
        await connection.execute(delete(Member))
    async with AsyncSession(engine, expire_on_commit=False) as one, AsyncSession(engine) as other:
        yield tuple(Tx(session, SystemClock(), RecordingOutbox()) for session in (one, other))


async def test_who_is_at_the_limit_waits_and_the_others_are_counted(two: tuple[Tx, Tx], own: WeCom) -> None:
    tx, _ = two
    tx.session.add(Member(person="busy", sent=[NOW - timedelta(seconds=10)] * 28))
    tx.session.add(Member(person="calm", sent=[NOW - timedelta(hours=3)]))
    await tx.session.flush()
    held = await crowd.hold_back(tx, ["busy", "calm", "new"], NOW, own)
    assert held == {"busy": pytest.approx(51, abs=1)}
    tx.session.expire_all()
    assert [(await copies.member(tx, who)).sent for who in ("calm", "new")] == [[NOW], [NOW]], "the old is forgotten"
    later = NOW + timedelta(seconds=3)
    await crowd.settle(tx, ["calm", "new"], NOW, later)
    tx.session.expire_all()
    assert (await copies.member(tx, "new")).sent == [later]


async def test_who_is_just_being_sent_something_is_left_for_later(two: tuple[Tx, Tx], own: WeCom) -> None:
    """And a broadcast never waits for a slow call to somebody else."""
    single, many = two
    for who in ("lilei", "xuli"):
        await copies.member(single, who)
    await single.session.commit()
    await copies.member(single, "lilei")
    assert await crowd.hold_back(many, ["lilei", "xuli"], NOW, own) == {"lilei": crowd.BUSY}
