"""Reads of balances, and how they come about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from config.statutory.leave import annual
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import NotForYou
from domain.leave.model import EntryRow, RequestRow
from domain.leave.rules.balance import EntryKind, lots, standing
from domain.leave.rules.entitlement import Service, band_days, leaver_days, whole_years, why_none
from domain.leave.rules.policy import LeaveKind, TypePolicy
from domain.leave.service import ledger, policies
from domain.leave.views import (
    BalanceView,
    ExplainLine,
    Explanation,
    LeaverView,
)
from domain.people import queries as people


async def balances(tx: Tx, person: PersonId, on: date | None = None) -> list[BalanceView]:
    """Every balance-kept type that applies to the person, as of a day (today)."""
    day = on or tx.today
    company = await policies.policies(tx, day)
    worker = (await people.person(tx, person)).worker_type.value
    kinds = [kind for kind, policy in company.types.items() if policy.accounts and worker in policy.workers]
    return [await balance(tx, person, kind, day) for kind in sorted(kinds, key=list(LeaveKind).index)]


async def balance(tx: Tx, person: PersonId, kind: LeaveKind, on: date | None = None) -> BalanceView:
    """One balance. Raises NoSuchType."""
    day = on or tx.today
    policy = await policies.type_policy(tx, kind, day)
    now = standing(await ledger.entries(tx, person, policy.accounts), day)
    return BalanceView(
        kind=kind.value,
        kind_name=policy.name,
        unit=policy.unit.value,
        available=now.available,
        granted=now.granted + now.adjusted,
        taken=now.taken,
        held=now.held,
        ending=await _lapsing(tx, person, policy.accounts, day),
        unsettled=now.unsettled,
        coming=now.coming,
    )


async def _lapsing(tx: Tx, person: PersonId, accounts: Sequence[str], on: date) -> tuple[tuple[date, Decimal], ...]:
    """What really lapses and when; statutory days do not."""
    company = await policies.policies(tx, on)
    found: dict[date, Decimal] = {}
    for account in accounts:
        if company.accounts[account].carry.value == "lapse":
            for end, amount in standing(await ledger.entries(tx, person, [account]), on).ending:
                found[end] = found.get(end, Decimal(0)) + amount
    return tuple(sorted(found.items()))


async def explain(tx: Tx, person: PersonId, kind: LeaveKind, on: date | None = None) -> Explanation:
    """Each line of the balance with its rule; their sum is the balance. What was held and released is left out."""
    day = on or tx.today
    company = await policies.policies(tx, day)
    policy = await policies.type_policy(tx, kind, day)
    entries = await ledger.entries(tx, person, policy.accounts)
    live = {lot.id for lot in lots(entries) if lot.usable(day)}
    rows = await tx.session.scalars(
        select(EntryRow)
        .where(EntryRow.person == person, EntryRow.lot.in_(live))
        .order_by(EntryRow.at, EntryRow.day, EntryRow.id)
    )
    codes = await _codes(tx, {entry.request for entry in entries if entry.request})
    clauses = annual(day).clauses
    found = [
        _line(row, company.accounts[row.account].name, clauses.get(row.rule), codes.get(row.request_id or ""))
        for row in rows
    ]
    now = standing(entries, day)
    return Explanation(
        person_name=(await people.person(tx, person)).name,
        kind_name=policy.name,
        unit=policy.unit.value,
        on=day,
        total=now.available,
        lines=tuple(_told(found)),
        held=now.held,
        coming=now.coming,
        unsettled=now.unsettled,
        why_none=None if found or now.coming else await _why_none(tx, person, policy, day),
    )


def _line(row: EntryRow, account_name: str, clause: str | None, code: str | None) -> ExplainLine:
    return ExplainLine(
        day=row.day,
        kind=row.kind,
        account_name=account_name,
        amount=row.amount,
        rule=row.rule,
        facts=row.facts,
        clause=clause,
        code=code,
        reason=row.reason,
    )


async def _why_none(tx: Tx, person: PersonId, policy: TypePolicy, day: date) -> tuple[str, dict[str, Any]]:
    """Why there is nothing at all to explain. Raises NotForYou."""
    view = await people.person(tx, person)
    if view.worker_type.value not in policy.workers:
        raise NotForYou(kind_name=policy.name, worker_type=view.worker_type.value)
    if "annual_statutory" in policy.accounts:
        service = Service(view.first_work_on or view.hired_on, view.hired_on)
        why = why_none(service, day.year, annual(day).bands)
        if why is not None:
            return why.rule, {**why.facts, "on": why.starts_on, "year": day.year}
    return "no_grant", {}


def _told(found: Sequence[ExplainLine]) -> list[ExplainLine]:
    """One line for each request: what it holds or has taken, all days together; what came to nothing is left out."""
    told: list[ExplainLine] = []
    place: dict[str, int] = {}
    for line in found:
        if line.code is None or line.code not in place:
            place.setdefault(line.code or "", len(told))
            told.append(line)
            continue
        at = place[line.code]
        kind = line.kind if line.kind == EntryKind.TAKE.value else told[at].kind
        rule = line.rule if line.kind == EntryKind.TAKE.value else told[at].rule
        told[at] = replace(told[at], amount=told[at].amount + line.amount, kind=kind, rule=rule)
    return [line for line in told if line.amount]


async def _codes(tx: Tx, ids: Collection[str]) -> dict[str, str]:
    rows = await tx.session.execute(select(RequestRow.id, RequestRow.code).where(RequestRow.id.in_(list(ids))))
    return {row.id: row.code for row in rows}


async def leaver(tx: Tx, person: people.PersonView, last_day: date) -> LeaverView:
    """Statutory days still due if the last day is this one: passed days ÷ 365 × the year's, less what was taken."""
    service = Service(person.first_work_on or person.hired_on, person.hired_on)
    law = annual(last_day)
    full = band_days(law.bands, whole_years(service.first_work_on, last_day))
    entries = await ledger.entries(tx, person.id, ["annual_statutory"])
    taken = standing(entries, min(last_day, max(tx.today, date(last_day.year, 1, 1)))).taken
    passed = (last_day - max(date(last_day.year, 1, 1), person.hired_on)).days + 1
    return LeaverView(
        last_day, full, passed, taken, leaver_days(service, last_day, full, taken), law.clauses["annual_left"]
    )
