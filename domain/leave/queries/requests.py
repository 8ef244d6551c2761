"""Reads of requests, and of what a type gives and who would decide it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, select

from config.statutory.leave import LawMissing, entitlement
from domain.approvals import service as approvals
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import NotForYou, NothingToCancel, RequestUnknown
from domain.leave.model import RequestRow
from domain.leave.rules.counting import total
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import acting, policies, stored
from domain.leave.views import (
    Due,
    Ground,
    RequestView,
    Return,
    Route,
)
from domain.people import queries as people


async def request(tx: Tx, request_id: str, reader: PersonId | None = None) -> RequestView:
    """One request, perhaps only if it is the reader's or one they filled. Raises RequestUnknown."""
    row = await tx.session.get(RequestRow, request_id)
    if row is None or (reader is not None and not await acting.in_hand(tx, row, reader)):
        raise RequestUnknown()
    shown = await stored.view(tx, row)
    return shown if reader is None else shown.read_by(reader)


async def live_requests(
    tx: Tx, person: PersonId, kind: LeaveKind | None, start: date | None, end: date | None
) -> list[RequestView]:
    """Waiting and approved leave of a person that is not long over, narrowed by type and days, soonest first."""
    return await _live(tx, RequestRow.person == person, kind, start, end)


async def filled_requests(
    tx: Tx, filler: PersonId, kind: LeaveKind | None, start: date | None, end: date | None
) -> list[RequestView]:
    """The same of what somebody asked for in the place of people whom they still look after."""
    found = await _live(tx, RequestRow.filled_by == filler, kind, start, end)
    kept = [each for each in found if await acting.is_above(tx, filler, each.person)]
    return [each.read_by(filler) for each in kept]


async def _live(
    tx: Tx, whose: ColumnElement[bool], kind: LeaveKind | None, start: date | None, end: date | None
) -> list[RequestView]:
    statement = select(RequestRow).where(
        whose,
        RequestRow.state.in_(("in_approval", "approved")),
        RequestRow.ends >= (start or tx.today - timedelta(days=7)),
    )
    if kind is not None:
        statement = statement.where(RequestRow.kind == kind.value)
    if end is not None:
        statement = statement.where(RequestRow.starts <= end)
    rows = await tx.session.scalars(statement.order_by(RequestRow.starts, RequestRow.id))
    return [await stored.view(tx, row) for row in rows]


async def nearest_approved(tx: Tx, person: PersonId) -> RequestView:
    """The approved leave that runs, else the one just over, else the next. Raises NothingToCancel."""
    found = [each for each in await live_requests(tx, person, None, None, None) if each.state == "approved"]
    if not found:
        raise NothingToCancel()
    return min(found, key=lambda each: (not each.starts <= tx.today <= each.ends, abs((each.ends - tx.today).days)))


async def early_returns(tx: Tx, request_id: str, count: Decimal | None) -> list[Return]:
    """What an early return may give back, each to the leave's end: of leave that runs the rest from today on, unless
    another number of days was said; of other leave its last days. Several mean: ask. Raises RequestUnknown.
    """
    row = await tx.session.get(RequestRow, request_id)
    if row is None:
        raise RequestUnknown()
    days = [day for day in stored.days_of(row) if day.amount]
    running = row.starts <= tx.today <= row.ends
    rest = [day for day in days if day.day >= tx.today] if running else days
    said = None if count is None else max(1, int(count))
    choices = [Return(day.day, row.ends, total(rest[at:]), row.unit) for at, day in enumerate(rest)]
    if not running:
        return choices[-min(len(choices), said or 1) :][:1]
    return choices[:1] if said is None or said >= len(rest) else choices


async def due(tx: Tx, person: people.PersonView, kind: LeaveKind) -> Due:
    """What law or company give of a type without a balance. Raises NoSuchType, NotForYou."""
    policy = await policies.type_policy(tx, kind, tx.today)
    if person.worker_type.value not in policy.workers:
        raise NotForYou(kind_name=policy.name, worker_type=person.worker_type.value)
    if policy.limit is None or policy.limit.law is None:
        return Due(policy.name, None)
    try:
        law = entitlement(policy.limit.law, person.city, tx.today)
    except LawMissing:
        return Due(policy.name, None)
    return Due(policy.name, Ground(law.place, law.days, law.note, law.source, law.confirmed))


def grounds(city: str, topics: tuple[str, ...], on: date) -> dict[str, Ground]:
    """What the place, or the country, gives for each of these topics on a day; a topic nobody regulates is absent."""
    found = {}
    for topic in topics:
        try:
            law = entitlement(topic, city, on)
        except LawMissing:
            continue
        found[topic] = Ground(law.place, law.days, law.note, law.source, law.confirmed)
    return found


async def route(tx: Tx, person: PersonId, kind: LeaveKind, days: object) -> Route:
    """Who would decide a leave of so many days (one, when not said). Raises NoSuchType."""
    policy = await policies.type_policy(tx, kind, tx.today)
    length = Decimal(str(days)) if days is not None else Decimal(1)
    steps = await approvals.preview(tx, policy.approval, person, {"days": length, "leave_type": policy.name})
    return Route(policy.name, length, tuple(steps))
