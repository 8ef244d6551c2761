"""Balances that HR brings along with the roster: the ledger then says what HR said, in the account's unit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from domain.kernel.ids import PersonId
from domain.leave import queries, service
from domain.leave.rules.period import Period
from domain.leave.rules.policy import TYPES, LeaveKind
from domain.leave.service.policies import policies
from domain.org.importing import run, sheet
from domain.people import openings
from domain.people import queries as people
from tests.leave.conftest import Office
from tests.org.test_import import newcomer, workbook

ANNUAL, COMP_OFF = LeaveKind.ANNUAL, LeaveKind.COMP_OFF
LILEI, FANG = PersonId("lilei"), PersonId("wangfang")


async def left(office: Office, kind: LeaveKind, who: PersonId = LILEI) -> Decimal:
    return (await queries.balance(office.tx, who, kind)).available


async def told(office: Office, kind: str, days: str) -> None:
    await openings.bring(office.tx, LILEI, kind, Decimal(days))
    await office.pump()


@pytest.mark.parametrize("days", ["2.5", "5", "7.5", "0"])
async def test_annual_leave_is_what_hr_said(office: Office, days: str) -> None:
    await told(office, "annual", days)
    assert await left(office, ANNUAL) == Decimal(days)
    shown = await queries.explain(office.tx, LILEI, ANNUAL)
    assert shown.total == Decimal(days)
    assert ("opening" in {line.rule for line in shown.lines}) == (days != "5")


async def test_a_correction_counts_leave_taken_since(office: Office) -> None:
    await told(office, "annual", "4")
    await office.take("lilei", ANNUAL, Period(date(2026, 3, 20)))
    assert await left(office, ANNUAL) == 3
    await told(office, "annual", "4.5")
    assert await left(office, ANNUAL) == Decimal("3.5")
    await told(office, "annual", "0")
    assert await left(office, ANNUAL) == 0, "what was taken already is not taken again"


async def test_what_is_said_twice_is_booked_once(office: Office) -> None:
    for _ in range(2):
        await told(office, "annual", "4")
        await told(office, "comp_off", "1.5")
    count = text("select count(*) from leave_entry where rule = 'opening'")
    assert await office.tx.session.scalar(count) == 2


async def test_days_of_comp_off_are_the_persons_own_days_in_hours(office: Office) -> None:
    """李雷's shifts have eight hours; by a standard day of 7.5 hours the same days are fewer."""
    await told(office, "comp_off", "1.5")
    assert await left(office, COMP_OFF) == 12
    company = await policies(office.tx, office.tx.today)
    changed = TYPES.dump_python(company.types[COMP_OFF], mode="json")
    changed |= {"day_meaning": "standard_day", "standard_hours": "7.5"}
    await service.set_policy(office.tx, "type:comp_off", office.tx.today, changed)
    await told(office, "comp_off", "2")
    assert await left(office, COMP_OFF) == 15


async def test_a_kind_without_an_account_is_noted(office: Office) -> None:
    await told(office, "childcare", "5")
    noted = text("select count(*) from kernel_audit where action = 'leave.opening_without_account'")
    assert await office.tx.session.scalar(noted) == 1


async def test_a_newcomer_of_the_roster_has_what_it_says(office: Office) -> None:
    row = newcomer(入职日期="2019-03-04", 首次参加工作日期="2010-07-01", 其他假期余额="调休 1", **{"年假余额(天)": 6.5})
    await run.begin(office.tx, FANG, "fl_1", sheet.read(workbook(row)))
    await office.pump()
    person = await people.by_number(office.tx, "3001")
    assert person is not None
    assert await left(office, ANNUAL, person.id) == Decimal("6.5")
    assert await left(office, COMP_OFF, person.id) == 8
    await service.grant_year(office.tx, 2026)
    assert await left(office, ANNUAL, person.id) == Decimal("6.5"), "the year's grant is in it"
