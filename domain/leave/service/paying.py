"""What pays for leave: lots of the balance, statutory days first, and another type for what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from domain.calendar.rules import DaySchedule
from domain.kernel.tx import Tx
from domain.leave.errors import InsufficientBalance
from domain.leave.rules.balance import Allocation, Lot, allocate, lots, reachable, standing
from domain.leave.rules.counting import LeaveDay, count, lines, total
from domain.leave.rules.period import Piece
from domain.leave.rules.policy import LeaveKind, Policies, TypePolicy
from domain.leave.service import ledger
from domain.leave.service.granting import grant_person
from domain.leave.service.planned import Share
from domain.people.queries import PersonView


@dataclass(frozen=True)
class Bill:
    """What is to be paid for, under which policies."""

    company: Policies
    policy: TypePolicy
    days: tuple[LeaveDay, ...]
    schedule: tuple[DaySchedule, ...]
    top_up: LeaveKind | None = None


async def shares(tx: Tx, person: PersonView, bill: Bill) -> tuple[Share, ...]:
    """Who pays for which day. Raises InsufficientBalance."""
    if not bill.policy.accounts:
        return (Share(bill.policy, bill.days),)
    stock = await _stock(tx, person, bill.policy, bill.days)
    found = allocate(stock, _needs(bill.days), bill.policy.accounts)
    if found is not None:
        return (await _share(tx, person, bill.policy, bill.days, found),)
    if bill.top_up is not None and bill.top_up in bill.company.types:
        return await _topped_up(tx, person, bill, stock)
    raise await _short(tx, person, bill.policy, bill.days, stock)


async def _stock(tx: Tx, person: PersonView, policy: TypePolicy, days: Sequence[LeaveDay]) -> list[Lot]:
    for year in sorted({day.day.year for day in days}):
        await grant_person(tx, person, year)
    return lots(await ledger.entries(tx, person.id, policy.accounts))


async def _share(
    tx: Tx, person: PersonView, policy: TypePolicy, days: Sequence[LeaveDay], paid: Sequence[Allocation]
) -> Share:
    """With what is left on the first day of the leave, or today when that is later, once it is taken."""
    on = max(tx.today, days[0].day)
    before = standing(await ledger.entries(tx, person.id, policy.accounts), on).available
    spent = sum((part.amount for part in paid if part.lot.usable(on)), Decimal(0))
    return Share(policy, tuple(days), tuple(paid), before - spent)


async def _topped_up(tx: Tx, person: PersonView, bill: Bill, stock: Sequence[Lot]) -> tuple[Share, ...]:
    """As many half days as there are from the first type, in order of time; the rest from the other."""
    assert bill.top_up is not None
    second = bill.company.types[bill.top_up]
    halves = _halves(bill.days, bill.schedule)
    own = 0
    while own < len(halves) and allocate(stock, _needs(halves[: own + 1]), bill.policy.accounts) is not None:
        own += 1
    paid = allocate(stock, _needs(halves[:own]), bill.policy.accounts) or []
    scheduled = {day.day: day.hours for day in bill.schedule}
    pieces = [Piece(day.day, day.part, day.windows, scheduled[day.day], day.provisional) for day in halves[own:]]
    rest = count(pieces, second, second.standard_hours, frozenset())
    other = await _stock(tx, person, second, rest)
    found = allocate(other, _needs(rest), second.accounts) if second.accounts else []
    if found is None:
        raise await _short(tx, person, second, rest, other)
    share = await _share(tx, person, second, _whole(rest, bill.schedule), found)
    if not own:
        return (share,)
    return await _share(tx, person, bill.policy, _whole(halves[:own], bill.schedule), paid), share


def _needs(days: Sequence[LeaveDay]) -> list[tuple[date, Decimal]]:
    return [(day.day, day.amount) for day in days]


def _halves(days: Sequence[LeaveDay], schedule: Sequence[DaySchedule]) -> list[LeaveDay]:
    """Whole days cut at the middle of their shift."""
    by_day = {day.day: day for day in schedule}
    found: list[LeaveDay] = []
    for day in days:
        if day.part != "full":
            found.append(day)
            continue
        first, second = by_day[day.day].halves()
        half = replace(day, amount=day.amount / 2)
        found.append(replace(half, part="first", windows=first, hours=sum((w.hours for w in first), Decimal(0))))
        found.append(replace(half, part="second", windows=second, hours=sum((w.hours for w in second), Decimal(0))))
    return found


def _whole(days: Sequence[LeaveDay], schedule: Sequence[DaySchedule]) -> list[LeaveDay]:
    """Both halves of one day joined again."""
    windows = {day.day: day.windows for day in schedule}
    found: list[LeaveDay] = []
    for day in days:
        if found and found[-1].day == day.day and (found[-1].part, day.part) == ("first", "second"):
            both = replace(found[-1], part="full", windows=windows[day.day], amount=found[-1].amount + day.amount)
            found[-1] = replace(both, hours=found[-1].hours + day.hours)
        else:
            found.append(day)
    return found


async def _short(
    tx: Tx, person: PersonView, policy: TypePolicy, days: Sequence[LeaveDay], stock: Sequence[Lot]
) -> InsufficientBalance:
    now = standing(await ledger.entries(tx, person.id, policy.accounts), max(tx.today, days[0].day))
    return InsufficientBalance(
        kind=policy.kind.value,
        kind_name=policy.name,
        left=reachable(stock, [day.day for day in days]),
        asked=total(days),
        unit=policy.unit.value,
        held=now.held,
        lines=lines(days),
    )
