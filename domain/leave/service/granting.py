"""What is granted: a year's annual leave, credits from other contexts; and what expires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from config.statutory.leave import annual
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import AccountUnknown
from domain.leave.model import EntryRow
from domain.leave.rules.balance import Allocation, EntryKind, lapsed
from domain.leave.rules.entitlement import Due, Service, annual_due, company_due, lot_end
from domain.leave.rules.policy import AccountPolicy, Policies
from domain.leave.service import ledger
from domain.leave.service.ledger import Because, NewLot
from domain.leave.service.policies import policies
from domain.people import queries as people
from domain.people.queries import PersonView

STATUTORY, COMPANY = "annual_statutory", "annual_company"
YEARS_AHEAD = 1


@dataclass(frozen=True)
class Credit:
    """Time that another context adds, such as overtime turned into time off: which account, how much, from when.

    `source` makes it happen once, `rule` finds the words that explain it.
    """

    account: str
    amount: Decimal
    starts_on: date
    source: str
    rule: str
    facts: dict[str, Any]


async def grant_year(tx: Tx, year: int) -> int:
    """Grant a calendar year's annual leave to everybody who has not got it; how many lots were opened. Safe twice."""
    granted = 0
    on = max(date(year, 1, 1), min(tx.today, date(year, 12, 31)))
    done = set(
        await tx.session.scalars(select(EntryRow.person).where(EntryRow.key.like(f"grant:annual:{year}:%")).distinct())
    )
    for person in await people.active(tx, on):
        if person.id not in done:
            granted += await grant_person(tx, person, year)
    return granted


async def grant_person(tx: Tx, person: PersonView, year: int) -> int:
    """The same for one person, also ahead of the year when leave of the next one is asked for."""
    if not tx.today.year <= year <= tx.today.year + YEARS_AHEAD:
        return 0
    company = await policies(tx, date(year, 1, 1))
    lots = [*_statutory(person, year, company), *_company(person, year, company)]
    granted = 0
    for account, due in lots:
        lot = NewLot(account.account, due.amount, due.starts_on, lot_end(account, due.starts_on), account.carry)
        key = f"annual:{year}:{person.id}:{due.rule}"
        granted += await ledger.grant(tx, person.id, lot, key, Because(due.rule, due.facts)) is not None
    return granted


def _statutory(person: PersonView, year: int, company: Policies) -> list[tuple[AccountPolicy, Due]]:
    account = company.accounts[STATUTORY]
    if person.worker_type.value not in account.workers:
        return []
    law = annual(date(year, 1, 1))
    return [(account, due) for due in annual_due(_service(person), year, law.bands, company.general.crossing)]


def _company(person: PersonView, year: int, company: Policies) -> list[tuple[AccountPolicy, Due]]:
    account = company.accounts.get(COMPANY)
    if account is None or person.worker_type.value not in account.workers:
        return []
    return [(account, due) for due in company_due(_service(person), year, account)]


def _service(person: PersonView) -> Service:
    """Without evidence of earlier work, working life begins with the hire here."""
    return Service(person.first_work_on or person.hired_on, person.hired_on, person.left_on)


async def credit(tx: Tx, person: PersonId, what: Credit) -> bool:
    """Add time to an account, once for its source; the account's policy says when it ends. Raises AccountUnknown."""
    account = (await policies(tx, what.starts_on)).accounts.get(what.account)
    if account is None:
        raise AccountUnknown(account=what.account)
    await ledger.lock(tx, person, [what.account])
    lot = NewLot(what.account, what.amount, what.starts_on, lot_end(account, what.starts_on), account.carry)
    key = f"credit:{what.account}:{what.source}"
    return await ledger.grant(tx, person, lot, key, Because(what.rule, what.facts)) is not None


async def expire_lots(tx: Tx, day: date) -> int:
    """Book what lapsed before `day`; how many lots. What was given back since is booked the next time."""
    rows = await tx.session.execute(
        select(EntryRow.person, EntryRow.account).where(EntryRow.carry == "lapse", EntryRow.ends_on < day).distinct()
    )
    expired = 0
    for person, account in sorted(rows.all()):
        entries = await ledger.entries(tx, PersonId(person), [account])
        if not lapsed(entries, day):
            continue
        await ledger.lock(tx, PersonId(person), [account])
        entries = await ledger.entries(tx, PersonId(person), [account])
        for lot in lapsed(entries, day):
            before = sum(entry.lot == lot.id and entry.kind is EntryKind.EXPIRE for entry in entries)
            parts = [Allocation(lot.ends_on or day, lot, lot.left)]
            facts = {"ended": lot.ends_on.isoformat() if lot.ends_on else ""}
            await ledger.book(
                tx, PersonId(person), EntryKind.EXPIRE, parts, f"lapse:{before}", Because("lapsed", facts)
            )
            expired += 1
    return expired
