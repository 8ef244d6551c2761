"""What is done with announcements: drafted, changed, sent, stopped, acknowledged; and what is told of their way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import String, cast, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from domain.announcements import queries
from domain.announcements.errors import (
    AlreadyDecided,
    AnnouncementUnknown,
    NobodyThere,
    NothingSaid,
    NotOnItsWay,
    NotYourScope,
    StartsInThePast,
    TooLong,
    UnitUnclear,
)
from domain.announcements.events import Planned, Published, Stopped
from domain.announcements.model import Announcement, Receiver
from domain.announcements.rules import BODY, may_announce, title_of
from domain.announcements.views import NAMED, ON_ITS_WAY, OVER, AnnouncementView, Letter, Progress, State, Unreached
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import queries as people

CHAT, PAGE = "chat", "page"


@dataclass(frozen=True)
class Wanted:
    """What is to be announced. `unit_name` None: to everybody."""

    body: str
    unit_name: str | None = None
    must_read: bool = False


async def draft(tx: Tx, actor: PersonId, wanted: Wanted) -> AnnouncementView:
    """Keep a draft. Raises NotYourScope, UnitUnclear, NothingSaid, TooLong, NobodyThere."""
    unit = await _checked(tx, actor, wanted)
    body = wanted.body.strip()
    row = Announcement(
        id=tx.new_id("an"),
        author=actor,
        title=title_of(body),
        body=body,
        unit=unit,
        must_read=wanted.must_read,
        state=State.DRAFT,
        made_at=tx.now,
        progress={},
    )
    tx.session.add(row)
    await tx.session.flush()
    return await queries.view(tx, row)


async def redraft(tx: Tx, actor: PersonId, id: str, wanted: Wanted) -> AnnouncementView:
    """The draft with other words or receivers. Raises as `draft`, AnnouncementUnknown, AlreadyDecided."""
    row = await _draft_of(tx, actor, id)
    row.unit = await _checked(tx, actor, wanted)
    row.body, row.must_read = wanted.body.strip(), wanted.must_read
    row.title = title_of(row.body)
    return await queries.view(tx, row)


async def check_may(tx: Tx, actor: PersonId, unit_name: str | None) -> None:
    """Raises NotYourScope and UnitUnclear: somebody who may not is not asked for words first."""
    await _check_scope(tx, actor, await _unit(tx, unit_name))


async def own(tx: Tx, actor: PersonId, id: str) -> AnnouncementView:
    """How the author's own one stands. Raises AnnouncementUnknown."""
    return await queries.view(tx, await _own(tx, actor, id))


async def as_wanted(tx: Tx, actor: PersonId, id: str) -> Wanted:
    """What the draft says now. Raises AnnouncementUnknown, AlreadyDecided."""
    seen = await queries.view(tx, await _draft_of(tx, actor, id))
    return Wanted(seen.body, seen.unit_name, seen.must_read)


async def discard(tx: Tx, actor: PersonId, id: str) -> AnnouncementView:
    """Raises AnnouncementUnknown, AlreadyDecided."""
    row = await _draft_of(tx, actor, id)
    row.state = State.DROPPED
    return await queries.view(tx, row)


async def send(tx: Tx, actor: PersonId, id: str) -> AnnouncementView:
    """Send the draft to those who are there now; how it stands when it was sent before.

    Raises AnnouncementUnknown, AlreadyDecided for a dropped one, NotYourScope.
    """
    row = await _own(tx, actor, id)
    if row.state == State.DROPPED:
        raise AlreadyDecided(title=row.title, state=row.state)
    if row.state in {State.DRAFT, State.PLANNED}:
        await _check_scope(tx, actor, row.unit)
        await _publish(tx, row)
    return await queries.view(tx, row)


async def plan(tx: Tx, actor: PersonId, id: str, at: datetime) -> AnnouncementView:
    """Send it at an instant of business time. Raises AnnouncementUnknown, AlreadyDecided, StartsInThePast."""
    row = await _draft_of(tx, actor, id)
    if at <= tx.now:
        raise StartsInThePast(at=at)
    row.state, row.starts_at = State.PLANNED, at
    await tx.emit(Planned(announcement_id=row.id, at=at))
    await tx.audit("announcements.plan", row.id, at=at, unit=row.unit)
    return await queries.view(tx, row)


async def send_planned(tx: Tx, id: str) -> datetime | None:
    """Send a planned one; when its moment is still to come, that moment. What may no longer be sent is dropped."""
    row = await _locked(tx, id)
    if row.state != State.PLANNED or row.starts_at is None:
        return None
    if row.starts_at > tx.now:
        return row.starts_at
    acting = replace(tx, principal=row.author)
    try:
        await _check_scope(acting, PersonId(row.author), row.unit)
        await _publish(acting, row)
    except (NotYourScope, NobodyThere):
        row.state = State.DROPPED
    await tell(acting, row)
    return None


async def stop(tx: Tx, actor: PersonId, id: str) -> AnnouncementView:
    """Send no more of it. Twice is once. Raises AnnouncementUnknown, NotOnItsWay."""
    row = await _own(tx, actor, id)
    if row.state == State.PLANNED:
        row.state = State.DROPPED
    elif row.state == State.SENDING:
        row.state = State.STOPPING
        await tx.emit(Stopped(announcement_id=row.id))
        await tx.audit("announcements.stop", row.id)
    elif row.state != State.STOPPING:
        raise NotOnItsWay(title=row.title, state=row.state)
    return await queries.view(tx, row)


async def acknowledge(tx: Tx, person: PersonId, id: str, by: str, answering: str | None = None) -> Letter:
    """The receiver has read it: recorded once, the first time counts. Raises AnnouncementUnknown.

    Their cards of it offer nothing any more; the one that is answered (its key) is left to the answer.
    """
    await queries.letter(tx, person, id)
    await tx.session.execute(
        update(Receiver)
        .where(Receiver.announcement == id, Receiver.person == person, Receiver.read_at.is_(None))
        .values(read_at=tx.now, read_by=by, got_at=func.coalesce(Receiver.got_at, tx.now))
    )
    read = await queries.letter(tx, person, id)
    for key in {id, f"{id}:full"} - {answering}:
        await tx.notify(person, "announcements.read", key=key, letter=read, others=(), quiet=True)
    return read


async def delivered(tx: Tx, id: str, persons: Collection[PersonId]) -> None:
    """A platform took it for these people."""
    await tx.session.execute(
        update(Receiver)
        .where(Receiver.announcement == id, Receiver.person.in_(list(persons)), Receiver.got_at.is_(None))
        .values(got_at=tx.now)
    )


async def progressed(tx: Tx, id: str, progress: Progress) -> None:
    """It is on its way: the author's card is changed."""
    row = await _locked(tx, id)
    if row.state in ON_ITS_WAY:
        row.progress = progress.to_json()
        await tell(tx, row)


async def finished(tx: Tx, id: str, progress: Progress, *, stopped: bool) -> None:
    """All that will be sent is sent: the author is told. Twice is once."""
    row = await _locked(tx, id)
    if row.state in OVER:
        return
    row.state, row.progress = State.STOPPED if stopped else State.SENT, progress.to_json()
    await tell(tx, row)
    facts = {"sent": progress.sent, "failed": progress.failed, "left": progress.left}
    await tx.audit("announcements.finished", row.id, stopped=stopped, **facts)


async def named(tx: Tx, failed: Collection[tuple[PersonId, str]]) -> tuple[Unreached, ...]:
    """The first of those who could not be reached, by name."""
    first = list(failed)[:NAMED]
    names = await people.names(tx, [person for person, _ in first])
    return tuple(Unreached(names.get(person, person), reason) for person, reason in first)


async def tell(tx: Tx, row: Announcement) -> None:
    """The author's live card, as it stands."""
    seen = await queries.view(tx, row)
    await tx.notify(PersonId(row.author), seen.standing, key=row.id, announcement=seen)


async def _publish(tx: Tx, row: Announcement) -> None:
    """The receivers of this moment are kept; the author is one of them, where the scope holds them."""
    there = await queries.audience(tx, row.unit)
    if not there:
        raise NobodyThere
    everybody = select(literal(row.id), func.unnest(cast(there, ARRAY(String))))
    await tx.session.execute(insert(Receiver).from_select(["announcement", "person"], everybody))
    row.state, row.published_at = State.SENDING, tx.now
    row.progress = Progress(total=len(there)).to_json()
    await tx.session.flush()
    await tx.emit(Published(announcement_id=row.id))
    await tx.audit("announcements.send", row.id, unit=row.unit, people=len(there), must_read=row.must_read)


async def _checked(tx: Tx, actor: PersonId, wanted: Wanted) -> str | None:
    """The unit's id."""
    if not wanted.body.strip():
        raise NothingSaid
    if len(wanted.body.strip()) > BODY:
        raise TooLong(longest=BODY, given=len(wanted.body.strip()))
    unit = await _unit(tx, wanted.unit_name)
    await _check_scope(tx, actor, unit)
    if not set(await queries.audience(tx, unit)) - {actor}:
        raise NobodyThere
    return unit


async def _unit(tx: Tx, name: str | None) -> str | None:
    if name is None:
        return None
    found = await org.unit_named(tx, name, tx.today)
    if len(found) != 1:
        raise UnitUnclear(name=name, found=len(found))
    return found[0].id


async def _check_scope(tx: Tx, actor: PersonId, unit: str | None) -> None:
    hr, led = await queries.reach_of(tx, actor)
    if not may_announce(hr, unit, led):
        shape = await org.structure(tx, tx.today)
        raise NotYourScope(unit_name=shape.names.get(unit) if unit else None)


async def _locked(tx: Tx, id: str) -> Announcement:
    row = await tx.session.get(Announcement, id, with_for_update=True, populate_existing=True)
    if row is None:
        raise AnnouncementUnknown
    return row


async def _own(tx: Tx, actor: PersonId, id: str) -> Announcement:
    row = await _locked(tx, id)
    if row.author != actor:
        raise AnnouncementUnknown
    return row


async def _draft_of(tx: Tx, actor: PersonId, id: str) -> Announcement:
    row = await _own(tx, actor, id)
    if row.state != State.DRAFT:
        raise AlreadyDecided(title=row.title, state=row.state)
    return row
