"""代理: somebody decides for another from one instant to a later one. Rows end by themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from domain.approvals.errors import ProxyRefused
from domain.approvals.model import ProxyRow
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people

LONGEST_CHAIN = 10


@dataclass(frozen=True)
class ProxyView:
    """Who stands in for whom, when (until is exclusive), for which definition (its code; None: all)."""

    id: str
    person: PersonId
    proxy: PersonId
    starts_at: datetime
    ends_at: datetime
    scope: str | None


async def appoint(
    tx: Tx, person: PersonId, proxy: PersonId, span: tuple[datetime, datetime], scope: str | None = None
) -> ProxyView:
    """Let another decide what comes to a person in the span. Raises ProxyRefused: oneself, a span that is over or
    backwards, somebody who is not here, a second proxy at the same time for the same things."""
    start, end = span
    if person == proxy or end <= start or end <= tx.now:
        raise ProxyRefused(why="self" if person == proxy else "span")
    if proxy not in await people.employed(tx, [proxy], tx.today):
        raise ProxyRefused(why="left")
    same = ProxyRow.scope.is_(None) if scope is None else ProxyRow.scope == scope
    clash = select(ProxyRow.id).where(
        ProxyRow.person == person, same, ProxyRow.ended_at.is_(None), ProxyRow.starts_at < end, ProxyRow.ends_at > start
    )
    if await tx.session.scalar(clash.limit(1)) is not None:
        raise ProxyRefused(why="twice")
    row = ProxyRow(id=tx.new_id("apx"), person=person, proxy=proxy, starts_at=start, ends_at=end, scope=scope)
    tx.session.add(row)
    await tx.session.flush()
    await tx.audit("approvals.proxy", row.id, person=person, proxy=proxy)
    return _view(row)


async def dismiss(tx: Tx, person: PersonId, proxy_id: str) -> None:
    """End one's own proxy before its time. Raises ProxyRefused."""
    row = await tx.session.get(ProxyRow, proxy_id)
    if row is None or row.person != person or row.ended_at is not None:
        raise ProxyRefused(why="unknown")
    row.ended_at = tx.now
    await tx.audit("approvals.proxy_end", row.id, person=person)


async def of(tx: Tx, person: PersonId) -> list[ProxyView]:
    """A person's proxies now and to come."""
    rows = await tx.session.scalars(
        select(ProxyRow)
        .where(ProxyRow.person == person, ProxyRow.ended_at.is_(None), ProxyRow.ends_at > tx.now)
        .order_by(ProxyRow.starts_at)
    )
    return [_view(row) for row in rows]


async def active(
    tx: Tx, persons: Collection[PersonId], scope: str, barred: Collection[PersonId]
) -> dict[PersonId, PersonId]:
    """Who decides instead, at the end of each chain. A chain that closes on itself, or leads to somebody who has left
    or is barred, goes no further than the last who can."""
    found: dict[PersonId, PersonId] = {}
    links = await _links(tx, set(persons), scope)
    here = await people.employed(tx, set(links.values()), tx.today) if links else set()
    for person in persons:
        seen, last = {person}, person
        while (following := links.get(last)) is not None:
            if following in seen:
                last = person  # round in a circle: nobody of it was meant rather than the person
                break
            if following not in here or following in barred:
                break
            seen.add(following)
            last = following
        if last != person:
            found[person] = last
    return found


async def _links(tx: Tx, persons: set[PersonId], scope: str) -> dict[PersonId, PersonId]:
    links: dict[PersonId, PersonId] = {}
    wanted = persons
    for _ in range(LONGEST_CHAIN):
        if not wanted:
            break
        rows = await tx.session.scalars(
            select(ProxyRow)
            .where(
                ProxyRow.person.in_(wanted),
                ProxyRow.ended_at.is_(None),
                ProxyRow.starts_at <= tx.now,
                ProxyRow.ends_at > tx.now,
                or_(ProxyRow.scope.is_(None), ProxyRow.scope == scope),
            )
            .order_by(ProxyRow.scope.nulls_first(), ProxyRow.id)
        )
        links |= {PersonId(row.person): PersonId(row.proxy) for row in rows}
        wanted = set(links.values()) - set(links)
    return links


def _view(row: ProxyRow) -> ProxyView:
    return ProxyView(row.id, PersonId(row.person), PersonId(row.proxy), row.starts_at, row.ends_at, row.scope)
