"""Reads of announcements, as frozen views."""

from __future__ import annotations

from sqlalchemy import func, select

from domain.announcements.errors import AnnouncementUnknown
from domain.announcements.model import Announcement, Receiver
from domain.announcements.views import OVER, AnnouncementView, Letter, Progress, State
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.org.rules import Role, below
from domain.people import queries as people


async def announcement(tx: Tx, id: str) -> AnnouncementView:
    """As its author sees it. Raises AnnouncementUnknown."""
    row = await tx.session.get(Announcement, id)
    if row is None:
        raise AnnouncementUnknown
    return await view(tx, row)


async def stoppable(tx: Tx, author: PersonId) -> list[AnnouncementView]:
    """The author's own that are planned or being sent, newest first; else their newest that went out, if any."""
    mine = select(Announcement).where(Announcement.author == author).order_by(Announcement.made_at.desc())
    way = mine.where(Announcement.state.in_([State.PLANNED, State.SENDING]))
    rows = (await tx.session.scalars(way)).all()
    rows = rows or (await tx.session.scalars(mine.where(Announcement.state.in_(OVER)).limit(1))).all()
    return [await view(tx, row) for row in rows]


async def view(tx: Tx, row: Announcement) -> AnnouncementView:
    """A row with what others know of it."""
    shape = await org.structure(tx, tx.today) if row.unit else None
    got = select(func.count(), func.count(Receiver.read_at)).where(
        Receiver.announcement == row.id, Receiver.got_at.is_not(None)
    )
    reached, read = (await tx.session.execute(got)).one() if row.published_at else (0, 0)
    return AnnouncementView(
        id=row.id,
        author=PersonId(row.author),
        title=row.title,
        body=row.body,
        unit=row.unit,
        unit_name=shape.names.get(row.unit, "") if shape and row.unit else None,
        must_read=row.must_read,
        state=State(row.state),
        made_at=row.made_at,
        starts_at=row.starts_at,
        published_at=row.published_at,
        progress=Progress.from_json(row.progress),
        read=read,
        unread=reached - read,
    )


async def audience(tx: Tx, unit: str | None) -> list[PersonId]:
    """Everybody employed today, or in the unit and below it; in the order of their ids."""
    if unit is None:
        return await people.active_ids(tx, tx.today)
    return sorted(await org.members(tx, unit, tx.today))


async def receivers(tx: Tx, id: str) -> list[PersonId]:
    """Who it was for when it was sent."""
    rows = await tx.session.scalars(
        select(Receiver.person).where(Receiver.announcement == id).order_by(Receiver.person)
    )
    return [PersonId(row) for row in rows]


async def reach_of(tx: Tx, person: PersonId) -> tuple[bool, set[str]]:
    """To whom somebody may announce: whether to everybody (HR), and the units they lead with all below those."""
    hr = Role.HR in await org.roles(tx, person, tx.today)
    shape = await org.structure(tx, tx.today)
    led = {one for unit, head in shape.heads.items() if head == person for one in below(unit, shape.parents)}
    return hr, led


async def letters(tx: Tx, person: PersonId, limit: int) -> list[Letter]:
    """The last ones that the person got, newest first."""
    return await _letters(tx, person, limit=limit)


async def unread(tx: Tx, person: PersonId) -> list[Letter]:
    """The must-read ones that the person got and has not acknowledged, oldest first."""
    return list(reversed(await _letters(tx, person, limit=None, unread=True)))


async def letter(tx: Tx, person: PersonId, id: str) -> Letter:
    """One that is for the person, whether it has reached them or not. Raises AnnouncementUnknown."""
    found = await _letters(tx, person, limit=1, id=id)
    if not found:
        raise AnnouncementUnknown
    return found[0]


async def readers(tx: Tx, id: str, *, read: bool, limit: int) -> list[str]:
    """Names of those who got it and have, or have not, acknowledged it; sorted as ids are."""
    said = Receiver.read_at.is_not(None) if read else Receiver.read_at.is_(None)
    rows = await tx.session.scalars(
        select(Receiver.person)
        .where(Receiver.announcement == id, Receiver.got_at.is_not(None), said)
        .order_by(Receiver.person)
        .limit(limit)
    )
    return await _names(tx, [PersonId(row) for row in rows])


async def _letters(
    tx: Tx, person: PersonId, *, limit: int | None, id: str | None = None, unread: bool = False
) -> list[Letter]:
    query = (
        select(Announcement, Receiver.read_at)
        .join(Receiver, Receiver.announcement == Announcement.id)
        .where(Receiver.person == person)
        .order_by(Announcement.published_at.desc(), Announcement.id.desc())
        .limit(limit)
    )
    query = query.where(Announcement.id == id) if id else query.where(Receiver.got_at.is_not(None))
    if unread:
        query = query.where(Announcement.must_read, Receiver.read_at.is_(None))
    rows = (await tx.session.execute(query)).all()
    authors = await people.names(tx, {PersonId(row.author) for row, _ in rows})
    return [
        Letter(
            id=row.id,
            title=row.title,
            body=row.body,
            author_name=authors.get(PersonId(row.author), ""),
            must_read=row.must_read,
            published_at=row.published_at or row.made_at,
            read_at=read_at,
        )
        for row, read_at in rows
    ]


async def _names(tx: Tx, ids: list[PersonId]) -> list[str]:
    found = await people.names(tx, ids)
    return [found[one] for one in ids if one in found]
