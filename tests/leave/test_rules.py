"""The gold cases of the pure rules, in the field's own words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.statutory.leave import LawMissing, annual, entitlement
from domain.calendar.patterns import spans
from domain.calendar.rules import DayKind, DaySchedule, lay_out
from domain.leave import errors
from domain.leave.rules.balance import Allocation, Entry, EntryKind, allocate, lots, standing
from domain.leave.rules.counting import LeaveDay, count, total
from domain.leave.rules.entitlement import Service, annual_days, annual_due, leaver_days, lot_end
from domain.leave.rules.period import Period, horizon, resolve
from domain.leave.rules.policy import (
    AccountPolicy,
    Basis,
    Carry,
    Crossing,
    DayMeaning,
    LeaveKind,
    Rounding,
    TypePolicy,
    Unit,
)
from domain.leave.service.policies import shipped

CASES = Path(__file__).parent / "cases"
Case = dict[str, Any]
LAW = annual(date(2026, 1, 1))
ACCOUNTS = ("法定年假", "公司年假")


def cases(name: str, part: str) -> list[Any]:
    document: dict[str, list[Case]] = yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))
    return [pytest.param(case, id=case["例"]) for case in document[part]]


# entitlement


@pytest.mark.parametrize("case", cases("entitlement", "发放"))
def test_annual_leave_of_a_year(case: Case) -> None:
    crossing = Crossing(case.get("政策", "whole_from_that_day"))
    due = annual_due(Service(case["工龄起"], case["入职"]), case["年"], LAW.bands, crossing)
    assert [[int(line.amount), line.starts_on] for line in due] == case["得"]


@pytest.mark.parametrize("case", cases("entitlement", "离职"))
def test_days_on_leaving(case: Case) -> None:
    service = Service(case["入职"], case["入职"])
    assert leaver_days(service, case["离职"], case["全年"], Decimal(case["已休"])) == case["得"]


@pytest.mark.parametrize("case", cases("entitlement", "计算器"))
def test_the_calculator(case: Case) -> None:
    assert annual_days(case["累计月"], LAW.bands, case.get("在职天数")) == case["得"]


def test_places() -> None:
    assert entitlement("maternity", "上海", date(2026, 3, 1)).days == 158
    assert not entitlement("maternity", "上海", date(2026, 3, 1)).confirmed
    assert entitlement("maternity", "成都", date(2026, 3, 1)).place == "national"
    with pytest.raises(LawMissing):
        entitlement("childcare", "成都", date(2026, 3, 1))


def test_every_shipped_policy_is_one() -> None:
    from domain.leave.rules.policy import validated

    rows = [validated(subject, document) for subject, _, document in shipped()]
    kinds = {row.kind for row in rows if isinstance(row, TypePolicy)}
    accounts = {row.account for row in rows if isinstance(row, AccountPolicy)}
    assert kinds == set(LeaveKind)
    assert {account for row in rows if isinstance(row, TypePolicy) for account in row.accounts} == accounts


# counting


def day_of(written: str) -> date:
    return date.fromisoformat(f"2026-{written}")


def policy_of(case: Case) -> TypePolicy:
    unit = Unit(case.get("单位", "day"))
    return TypePolicy(
        kind=LeaveKind.PERSONAL,
        name="事假",
        unit=unit,
        step=Decimal("0.5"),
        approval="请假",
        cancel_approval="请假",
        workers=("full_time",),
        basis=Basis(case.get("日", "working")),
        day_meaning=DayMeaning(case.get("一天", "scheduled_shift")),
        rounding=Rounding(case.get("取整", "up")),
        counts_statutory=not case.get("节日不计", False),
    )


def period_of(said: dict[str, Any]) -> Period:
    days = {key: f"2026-{said[key]}" for key in ("start", "end") if key in said}
    rest = {key: value for key, value in said.items() if key not in days}
    return Period.from_json({**rest, **days})


def counted(case: Case) -> list[LeaveDay]:
    shifts = yaml.safe_load((CASES / "counting.yaml").read_text("utf-8"))["班次"]
    period, policy = period_of(case["请"]), policy_of(case)
    statutory = frozenset(day_of(day) for day in case.get("法定", ()))
    start, end = horizon(period, policy.basis)
    schedule = []
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        name = case["班"].get(f"{day:%m-%d}")
        windows = lay_out(day, spans(["-".join(span) for span in shifts[name]])) if name else ()
        schedule.append(DaySchedule(day, DayKind.WORKDAY if name else DayKind.REST, windows))
    everyday = frozenset(day.day for day in schedule)
    working = frozenset(day.day for day in schedule if day.works)
    counting = {Basis.WORKING: working, Basis.CALENDAR: everyday}.get(policy.basis, everyday - statutory)
    return count(resolve(period, schedule, counting), policy, Decimal(case.get("平时", 0)), statutory)


@pytest.mark.parametrize("case", cases("counting", "例"))
def test_how_long_leave_is(case: Case) -> None:
    days = counted(case)
    assert total(days) == Decimal(str(case["得"]))
    if "时段" in case:
        windows = [f"{window.start:%H:%M}-{window.end:%H:%M}" for day in days for window in day.windows]
        assert windows == case["时段"]
    if "到" in case:
        assert max(day.day for day in days if day.amount) == day_of(case["到"])


@pytest.mark.parametrize("case", cases("counting", "拒绝"))
def test_what_cannot_be_counted(case: Case) -> None:
    with pytest.raises(getattr(errors, case["因"])):
        counted(case)


# balance


def granted(case: Case) -> list[Entry]:
    return [
        Entry(f"g{at}", account, f"g{at}", EntryKind.GRANT, Decimal(str(amount)), start, start, end, Carry(carry))
        for at, (account, amount, start, end, carry) in enumerate(case["发"])
    ]


@pytest.mark.parametrize("case", cases("balance", "例"))
def test_what_pays_for_leave(case: Case) -> None:
    entries = granted(case)
    wanted = [(day, Decimal(str(amount))) for day, amount in case["请"].items()]
    found = allocate(lots(entries), wanted, ACCOUNTS)
    if case["用"] == "不够":
        assert found is None
    else:
        assert found is not None
        assert [[part.day, part.lot.account, part.amount] for part in found] == [
            [day, account, Decimal(str(amount))] for day, account, amount in case["用"]
        ]
        entries += [taken(part, at) for at, part in enumerate(found)]
    for day, left in case.get("剩", {}).items():
        assert standing(entries, day).available == left
    for day, left in case.get("待处理", {}).items():
        assert standing(entries, day).unsettled == left


def taken(part: Allocation, at: int) -> Entry:
    return Entry(f"t{at}", part.lot.account, part.lot.id, EntryKind.TAKE, -part.amount, part.day)


@pytest.mark.parametrize("case", cases("balance", "到期日"))
def test_when_a_lot_ends(case: Case) -> None:
    account = AccountPolicy(account="x", name="x", unit=Unit.DAY, carry=Carry.LAPSE, **case["账户"])
    assert lot_end(account, case["起"]) == case["止"]
