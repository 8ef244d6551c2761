"""Requests as rows: how counted days are stored, locked, and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from domain.calendar.rules import Window
from domain.kernel.clock import SHANGHAI
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import NotYourRequest, RequestUnknown
from domain.leave.events import LeaveApproved, LeaveCancelled, LeaveRecounted
from domain.leave.model import RequestRow
from domain.leave.rules.balance import standing
from domain.leave.rules.counting import LeaveDay, lines, total
from domain.leave.rules.policy import LeaveKind, Policies
from domain.leave.service import acting, ledger
from domain.leave.service.checks import unpublished
from domain.leave.service.planned import Plan
from domain.leave.service.policies import policies
from domain.leave.views import RequestView, ShareView
from domain.people import queries as people


def to_json(plan: Plan) -> list[dict[str, Any]]:
    """Every counted day with the type that pays for it."""
    return [day_json(day, share.policy.kind) for share in plan.shares for day in share.days]


def day_json(day: LeaveDay, kind: LeaveKind) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "day": day.day.isoformat(),
        "part": day.part,
        "windows": [[window.start.isoformat(), window.end.isoformat()] for window in day.windows],
        "amount": str(day.amount),
        "hours": str(day.hours),
        "provisional": day.provisional,
    }


def days_of(row: RequestRow, kind: LeaveKind | None = None) -> list[LeaveDay]:
    """The stored days, of one type or of all."""
    return [day_of(each) for each in row.days if kind is None or each["kind"] == kind.value]


def kinds_of(row: RequestRow) -> list[LeaveKind]:
    return list(dict.fromkeys(LeaveKind(each["kind"]) for each in row.days)) or [LeaveKind(row.kind)]


def day_of(stored: dict[str, Any]) -> LeaveDay:
    return LeaveDay(
        day=date.fromisoformat(stored["day"]),
        part=stored["part"],
        windows=tuple(Window(_instant(start), _instant(end)) for start, end in stored["windows"]),
        amount=Decimal(stored["amount"]),
        hours=Decimal(stored["hours"]),
        provisional=stored["provisional"],
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(SHANGHAI)


async def locked(tx: Tx, request_id: str, actor: PersonId | None = None) -> RequestRow:
    """The row, locked for this transaction; for an actor only when it is theirs or they filled it and still may.

    Raises RequestUnknown, NotYourRequest.
    """
    row = await tx.session.scalar(
        select(RequestRow)
        .where(RequestRow.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise RequestUnknown()
    if actor is not None and not await acting.in_hand(tx, row, actor):
        raise NotYourRequest()
    return row


async def view(tx: Tx, row: RequestRow) -> RequestView:
    """The request with names, and what is left of its balances."""
    company = await policies(tx, row.starts)
    names = await people.names(tx, [PersonId(one) for one in (row.person, row.decided_by, row.filled_by) if one])
    shares = tuple([await _share(tx, row, kind, company) for kind in kinds_of(row)])
    return RequestView(
        id=row.id,
        code=row.code,
        person=PersonId(row.person),
        person_name=names.get(PersonId(row.person), row.person),
        kind=row.kind,
        kind_name=company.types[LeaveKind(row.kind)].name,
        state=row.state,
        lines=tuple(lines(days_of(row))),
        amount=row.amount,
        unit=row.unit,
        days=None,
        shares=shares,
        left_after=shares[0].left_after,
        starts=row.starts,
        ends=row.ends,
        reason=row.reason,
        provisional=row.provisional,
        proof_due=row.proof_due,
        proof_at=row.proof_at,
        decided_by=names.get(PersonId(row.decided_by)) if row.decided_by else None,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        missing=await _missing(tx, row),
        filler=PersonId(row.filled_by) if row.filled_by else None,
        filled_by=names.get(PersonId(row.filled_by)) if row.filled_by else None,
    )


async def tell(tx: Tx, row: RequestRow, template: str, *, key: str | None = None, **data: Any) -> None:
    """A card or notice about a request, to each who is told of it and as each is to read it: `request` is the view."""
    shown = await view(tx, row)
    for reader in await acting.readers(tx, row):
        await tx.notify(reader, template, key=key, request=shown.read_by(reader), **data)


async def _missing(tx: Tx, row: RequestRow) -> str | None:
    cautions = await unpublished(tx, days_of(row)) if row.provisional else []
    return next((str(each.facts["missing"]) for each in cautions), None)


async def _share(tx: Tx, row: RequestRow, kind: LeaveKind, company: Policies) -> ShareView:
    policy, days = company.types[kind], days_of(row, kind)
    left = None
    if policy.accounts:
        on = max(tx.today, row.starts)
        left = standing(await ledger.entries(tx, PersonId(row.person), policy.accounts), on).available
    return ShareView(kind.value, policy.name, total(days), policy.unit.value, left, tuple(lines(days)))


def drafted(base: RequestView, plan: Plan) -> RequestView:
    """A draft holds nothing yet: what would be left is the plan's."""
    shares = tuple(
        replace(shown, left_after=share.left_after) for shown, share in zip(base.shares, plan.shares, strict=True)
    )
    return replace(base, shares=shares, left_after=shares[0].left_after, days=plan.days_off)


async def happened(
    tx: Tx,
    row: RequestRow,
    kind: type[LeaveApproved] | type[LeaveCancelled] | type[LeaveRecounted],
    days: Sequence[LeaveDay],
) -> None:
    """Tell later contexts what leave came to be, or ceased to be."""
    company = await policies(tx, row.starts)
    counted = [day for day in days if day.amount]
    await tx.emit(
        kind(
            request_id=row.id,
            person=PersonId(row.person),
            kind=row.kind,
            paid=company.types[LeaveKind(row.kind)].paid,
            starts=counted[0].day if counted else row.starts,
            ends=counted[-1].day if counted else row.ends,
            days=tuple((day.day, day.hours) for day in counted),
        )
    )
