"""What is granted: a year's annual leave, credits from other contexts; and what expires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from config.statutory.leave import annual
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import AccountUnknown
from domain.leave.model import EntryRow
from domain.leave.rules.balance import Allocation, EntryKind, lapsed
from domain.leave.rules.entitlement import Due, Service, annual_due, company_due, lot_end
from domain.leave.rules.policy import AccountPolicy, Carry, Policies
from domain.leave.service import ledger
from domain.leave.service.ledger import Because, Grant, NewLot
from domain.leave.service.policies import policies
from domain.people import queries as people
from domain.people.queries import PersonView

STATUTORY, COMPANY = "annual_statutory", "annual_company"
YEARS_AHEAD = 1
CHUNK = 500


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
    on = max(date(year, 1, 1), min(tx.today, date(year, 12, 31)))
    granted_before = select(EntryRow.person).where(EntryRow.key.like(f"grant:annual:{year}:%")).distinct()
    done = set(await tx.session.scalars(granted_before))
    company = await policies(tx, date(year, 1, 1))
    everybody = [person for person in await people.active(tx, on) if person.id not in done]
    granted = 0
    for start in range(0, len(everybody), CHUNK):
        grants = [lot for person in everybody[start : start + CHUNK] for lot in _lots(person, year, company)]
        granted += await ledger.grant_many(tx, grants)
    return granted


async def grant_person(tx: Tx, person: PersonView, year: int) -> int:
    """The same for one person, also ahead of the year when leave of the next one is asked for."""
    if not tx.today.year <= year <= tx.today.year + YEARS_AHEAD:
        return 0
    return await ledger.grant_many(tx, _lots(person, year, await policies(tx, date(year, 1, 1))))


def _lots(person: PersonView, year: int, company: Policies) -> list[Grant]:
    return [
        Grant(
            person.id,
            NewLot(account.account, due.amount, due.starts_on, lot_end(account, due.starts_on), account.carry),
            f"annual:{year}:{person.id}:{due.rule}",
            Because(due.rule, due.facts),
        )
        for account, due in (*_statutory(person, year, company), *_company(person, year, company))
    ]


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
    return await ledger.grant(tx, person, lot, key, Because(what.rule, what.facts))


async def expire_lots(tx: Tx, day: date) -> int:
    """Book what lapsed before `day`; how many lots. What was given back since is booked the next time."""
    ended = select(EntryRow.lot).where(EntryRow.carry == Carry.LAPSE.value, EntryRow.ends_on < day)
    rows = await tx.session.execute(
        select(EntryRow.person, EntryRow.account)
        .where(EntryRow.lot.in_(ended))
        .group_by(EntryRow.person, EntryRow.account, EntryRow.lot)
        .having(func.sum(EntryRow.amount) > 0)
        .distinct()
    )
    return sum([await _expire(tx, PersonId(person), account, day) for person, account in sorted(rows.tuples())])


async def _expire(tx: Tx, person: PersonId, account: str, day: date) -> int:
    await ledger.lock(tx, person, [account])
    entries = await ledger.entries(tx, person, [account])
    gone = lapsed(entries, day)
    for lot in gone:
        before = sum(entry.lot == lot.id and entry.kind is EntryKind.EXPIRE for entry in entries)
        because = Because("lapsed", {"ended": lot.ends_on.isoformat() if lot.ends_on else ""})
        parts = [Allocation(lot.ends_on or day, lot, lot.left)]
        await ledger.book(tx, person, EntryKind.EXPIRE, parts, f"lapse:{before}", because)
    return len(gone)
