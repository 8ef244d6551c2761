"""The demo company's leave, whatever day it starts on."""

from __future__ import annotations

from datetime import date

import pytest

from bot.demo import company
from bot.demo import leave as demo
from domain.approvals import queries as approval_queries
from domain.approvals import service as approvals
from domain.calendar import queries as calendar
from domain.kernel.clock import FixedClock, shanghai
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave import queries, service
from domain.leave.rules.policy import LeaveKind
from tests.conftest import RecordingOutbox

QUIET = ("lilei", "hanmeimei", "xuli")


@pytest.mark.parametrize("day", ["2026-03-11", "2026-11-22", "2027-01-01", "2026-10-01", "2028-02-29"])
async def test_a_fresh_demo(tx: Tx, clock: FixedClock, outbox: RecordingOutbox, day: str) -> None:
    clock.instant = shanghai(f"{day}T10:30")
    await company.seed(tx)
    await approvals.load_company(tx)
    await service.load_policy(tx)
    outbox.notices.clear()
    outbox.events.clear()
    await demo.seed(tx)
    assert (await queries.balance(tx, PersonId("lilei"), LeaveKind.ANNUAL)).available == 5
    assert (outbox.notices, outbox.events) == ([], [])
    for who in QUIET:
        assert await approval_queries.waiting(tx, PersonId(who)) == []
        assert await queries.live_requests(tx, PersonId(who), None, None, None) == []
    everybody = [PersonId(who) for who in ("machao", "heyu", "guotao", "zhangwei2")]
    start = date.fromisoformat(day)
    assert await calendar.absences(tx, everybody, start, start.replace(year=start.year + 1, day=28))
