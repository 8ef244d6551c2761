"""The checks of a request: how late, what overlaps, what the law gives at most, which paper is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, or_, select

from config.statutory.leave import Entitlement
from domain.calendar import queries as calendar
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import InThePast, LimitExceeded, NoticeTooShort, Overlapping
from domain.leave.model import BookingRow, RequestRow
from domain.leave.rules.counting import LeaveDay, lines, total
from domain.leave.rules.policy import LeaveKind, TypePolicy
from domain.leave.service.policies import policies
from domain.leave.views import Caution

LIVE = ("in_approval", "approved")


@dataclass(frozen=True)
class Asked:
    """The days of a request, and its id, which does not count against itself."""

    days: tuple[LeaveDay, ...]
    request: str | None = None


def timing(policy: TypePolicy, days: Sequence[LeaveDay], today: date) -> list[Caution]:
    """Whether it is asked in time. Raises InThePast, NoticeTooShort; a soft rule only cautions."""
    first, amount = days[0].day, total(days)
    if first < today - timedelta(days=policy.back_days):
        raise InThePast(kind_name=policy.name, start=first, back_days=policy.back_days, today=today)
    cautions = []
    notice = policy.notice_for(amount)
    if notice is not None and (first - today).days < notice.days:
        earliest = today + timedelta(days=notice.days)
        if notice.strict:
            raise NoticeTooShort(kind_name=policy.name, days=notice.days, earliest=earliest)
        cautions.append(Caution("notice", {"days": notice.days}))
    if any(day.rounded for day in days):
        cautions.append(Caution("rounded", {"step": policy.step}))
    return cautions


async def unpublished(tx: Tx, days: Sequence[LeaveDay]) -> list[Caution]:
    """What is missing where days are provisional: the year's calendar, or only the person's own roster."""
    open_days = [day.day for day in days if day.provisional]
    if not open_days:
        return []
    published = {view.year for view in await calendar.years(tx) if view.published}
    years = sorted({day.year for day in open_days} - published)
    if years:
        return [Caution("provisional", {"missing": "calendar", "year": years[0]})]
    return [Caution("provisional", {"missing": "roster", "first": open_days[0]})]


async def overlap(tx: Tx, person: PersonId, days: Sequence[LeaveDay], request: str | None) -> None:
    """Raises Overlapping when other live leave of the person lies in any of the windows."""
    windows = [window for day in days for window in day.windows]
    if not windows:
        return
    inside = or_(*((BookingRow.starts_at < each.end) & (BookingRow.ends_at > each.start) for each in windows))
    found = await tx.session.scalar(
        select(RequestRow)
        .join(BookingRow, BookingRow.request_id == RequestRow.id)
        .where(BookingRow.person == person, BookingRow.live, inside, RequestRow.id != (request or ""))
        .limit(1)
    )
    if found is not None:
        raise await overlapping(tx, found)


async def without_taken(
    tx: Tx, person: PersonId, days: Sequence[LeaveDay], request: str | None
) -> tuple[list[LeaveDay], list[Caution]]:
    """Of leave that comes every week, the days that other leave covers are left out and named. Raises Overlapping
    when none remains."""
    kept, skipped = [], []
    last: Overlapping | None = None
    for day in days:
        try:
            await overlap(tx, person, [day], request)
            kept.append(day)
        except Overlapping as found:
            skipped.append(day.day)
            last = found
    if last is not None and not kept:
        raise last
    return kept, [Caution("skipped", {"days": skipped})] if skipped else []


async def overlapping(tx: Tx, other: RequestRow) -> Overlapping:
    """The refusal that names the leave in the way."""
    policy = (await policies(tx, other.starts)).types[LeaveKind(other.kind)]
    return Overlapping(code=other.code, kind_name=policy.name, first=other.starts, last=other.ends, state=other.state)


async def limit(tx: Tx, person: PersonId, policy: TypePolicy, law: Entitlement | None, asked: Asked) -> None:
    """Raises LimitExceeded: more than the law or the company gives for one request, a year or a day."""
    if policy.limit is None:
        return
    most = law.days if law is not None else policy.limit.amount
    if most is None:
        return
    amount, used = total(asked.days), Decimal(0)
    if policy.limit.per == "day":
        amount = max(day.amount for day in asked.days)
    elif policy.limit.per == "year":
        used = await _used(tx, person, policy.kind, asked)
    if amount + used > most:
        raise LimitExceeded(
            kind_name=policy.name,
            most=most,
            asked=amount,
            used=used,
            unit=policy.unit.value,
            per=policy.limit.per,
            lines=lines(asked.days),
            place=law.place if law else "",
            confirmed=law.confirmed if law else True,
        )


async def _used(tx: Tx, person: PersonId, kind: LeaveKind, asked: Asked) -> Decimal:
    year = asked.days[0].day.year
    used = await tx.session.scalar(
        select(func.sum(RequestRow.amount)).where(
            RequestRow.person == person,
            RequestRow.kind == kind.value,
            RequestRow.state.in_(LIVE),
            RequestRow.id != (asked.request or ""),
            RequestRow.starts >= date(year, 1, 1),
            RequestRow.starts <= date(year, 12, 31),
        )
    )
    return Decimal(used or 0)


def proof(policy: TypePolicy, days: Sequence[LeaveDay], law: Entitlement | None) -> tuple[date | None, list[Caution]]:
    """By when a paper is due, and what to say of it and of figures nobody has confirmed."""
    cautions = []
    if law is not None and not law.confirmed:
        cautions.append(Caution("unconfirmed", {"place": law.place}))
    if policy.proof is None or total(days) <= policy.proof.above:
        return None, cautions
    due = days[0].day + timedelta(days=policy.proof.within_days)
    return due, [*cautions, Caution("proof", {"what": policy.proof.what, "due": due})]
