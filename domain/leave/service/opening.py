"""Balances brought along from before hrbot: the ledger is brought to what HR told, as of that day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from domain.calendar import queries as calendar
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.rules.balance import Allocation, Entry, EntryKind, Lot, lots
from domain.leave.rules.counting import HUNDREDTH, ZERO, mean_hours, rounded
from domain.leave.rules.entitlement import lot_end
from domain.leave.rules.policy import DayMeaning, LeaveKind, Policies, Rounding, Unit
from domain.leave.service import ledger
from domain.leave.service.granting import grant_person
from domain.leave.service.ledger import Because, NewLot
from domain.leave.service.policies import policies
from domain.people import queries as people

RULE = "opening"


@dataclass(frozen=True)
class Opening:
    """What HR told: so many days of a kind (`annual`, `comp_off`, or an account such as `annual_company`) are left."""

    kind: str
    days: Decimal
    as_of: date


async def bring(tx: Tx, person: PersonId, told: Opening) -> None:
    """Book the difference to what the ledger knows of that day; leave taken since still counts. Twice changes nothing.

    Days become hours where the account is kept in hours. Kinds without an account have no balance: only audited.
    """
    company = await policies(tx, told.as_of)
    accounts = _accounts(company, told.kind)
    if not accounts:
        await tx.audit("leave.opening_without_account", person, kind=told.kind, days=str(told.days))
        return
    await ledger.lock(tx, person, accounts)
    if told.kind == LeaveKind.ANNUAL:
        await grant_person(tx, await people.person(tx, person), told.as_of.year)
    known = await ledger.entries(tx, person, accounts)
    stock = [lot for lot in lots(known) if lot.usable(told.as_of)]
    missing = await _amount(tx, person, company, told, accounts[0]) - _held_then(known, stock, told.as_of)
    because = Because(RULE, {"days": f"{told.days:f}", "as_of": told.as_of.isoformat()}, adjusts=True)
    key = f"opening:{person}:{told.kind}:{len(known)}"
    if missing > 0:
        account = company.accounts[accounts[0]]
        lot = NewLot(account.account, missing, told.as_of, lot_end(account, told.as_of), account.carry)
        await ledger.grant(tx, person, lot, key, because)
    elif missing < 0:
        parts = _taken_off(stock, accounts, -missing, told.as_of)
        await ledger.book(tx, person, EntryKind.ADJUST, ledger.negated(parts), key, because)
        short = -missing - sum((part.amount for part in parts), ZERO)
        await tx.audit("leave.opening_lowered", person, kind=told.kind, by=str(-missing), short=str(short))


def _accounts(company: Policies, kind: str) -> tuple[str, ...]:
    if kind in set(LeaveKind):
        return company.types[LeaveKind(kind)].accounts if LeaveKind(kind) in company.types else ()
    return (kind,) if kind in company.accounts else ()


def _held_then(known: Sequence[Entry], stock: Sequence[Lot], as_of: date) -> Decimal:
    """The balance of that day: what was granted and brought, less what was used up to then."""
    usable = {lot.id for lot in stock}
    counted = (
        entry.amount
        for entry in known
        if entry.lot in usable and (entry.kind is EntryKind.GRANT or entry.rule == RULE or entry.day <= as_of)
    )
    return sum(counted, ZERO)


def _taken_off(stock: Sequence[Lot], accounts: Sequence[str], amount: Decimal, day: date) -> list[Allocation]:
    """From which lots: in the accounts' order, what ends first; no lot goes below nothing."""
    found: list[Allocation] = []
    for lot in sorted(stock, key=lambda lot: (accounts.index(lot.account), lot.ends_on or date.max, lot.starts_on)):
        part = min(amount, max(lot.left, ZERO))
        if part:
            found.append(Allocation(day, lot, part))
            amount -= part
    return found


async def _amount(tx: Tx, person: PersonId, company: Policies, told: Opening, account: str) -> Decimal:
    """In the account's unit: a day is the person's own usual working day, or the policy's standard one."""
    if company.accounts[account].unit is Unit.DAY:
        return told.days
    policy = next(policy for policy in company.types.values() if account in policy.accounts)
    hours = policy.standard_hours
    if policy.day_meaning is not DayMeaning.STANDARD_DAY:
        weeks = timedelta(weeks=company.general.usual_day_weeks)
        around = await calendar.schedule(tx, person, told.as_of - weeks, told.as_of + weeks)
        hours = mean_hours([day.hours for day in around]) or hours
    return rounded(told.days * hours, HUNDREDTH, Rounding.EXACT)
