"""PINs of shared devices: starting ones given out, own ones chosen, wrong ones counted. None is logged or audited."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import errors, pins, queries
from domain.people.badges import blind
from domain.people.model import DetailRow, Pin
from domain.people.rules import Detail, id_facts
from domain.people.service import tries


@dataclass(frozen=True)
class GivenPin:
    """A starting PIN as it is given out; nobody can read it again later."""

    name: str
    pin: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Entry:
    """What was typed at a device: a badge or number, a PIN, and the new PIN that shall take its place."""

    said: str = field(repr=False)
    pin: str = field(repr=False)
    device: str
    place: str
    """What the device is called: it stands in the notice to the person."""
    new: str | None = field(default=None, repr=False)


async def give_pin(tx: Tx, person: PersonId) -> GivenPin:
    """A starting PIN; the one before it is void, wrong tries are forgotten. Raises PersonUnknown, NotEmployed."""
    whose = await queries.person(tx, person)
    if not await queries.still_here(tx, person):
        raise errors.NotEmployed(name=whose.name)
    own, born_on = await _known_of(tx, person)
    chosen = pins.drawn()
    while pins.guessable(chosen, own, born_on):
        chosen = pins.drawn()
    expires_at = tx.now + pins.STARTING_LIFE
    await tries.forget(tx, person)
    await _keep(tx, person, chosen, expires_at)
    await tx.audit("people.give_pin", person)
    return GivenPin(whose.name, chosen, expires_at)


async def log_on(tx: Tx, entry: Entry, now: datetime) -> PersonId | DomainError:
    """Who it is. A refusal is returned, not raised: what was counted is kept. `now` is real time.

    One after the other at a device and for a person, so that nobody gets more tries by asking at the same time.
    Returns DeviceRests, LogOnWrong, PinExpired, PinStarting, and of a new PIN PinShape, PinGuessable, PinSame.
    """
    if (rest := await tries.device_rests(tx, entry.device, now)) is not None:
        return errors.DeviceRests(minutes=rest)
    person = await queries.by_badge_or_number(tx, entry.said)
    subject = person or blind(entry.said.strip().upper()).hex()
    if await tries.person_rests(tx, subject, now):
        return _wrong()
    row = await tx.session.get(Pin, person or "", with_for_update=True)
    fits = await asyncio.to_thread(pins.matches, row.sealed if row else pins.nobodys(), pins.pin(entry.pin) or "")
    if person is None or row is None or not fits:
        return await _count(tx, entry, person, subject, now)
    if row.expires_at is not None and row.expires_at <= tx.now:
        return errors.PinExpired()
    refusal = await _chosen(tx, person, entry) if entry.new is not None or row.starting else None
    if refusal is None:
        await tries.forget(tx, person)
    return refusal or person


async def _chosen(tx: Tx, person: PersonId, entry: Entry) -> DomainError | None:
    """The new PIN is the person's own from now on; why not."""
    if entry.new is None:
        return errors.PinStarting()
    new = pins.pin(entry.new)
    if new is None:
        return errors.PinShape()
    if new == pins.pin(entry.pin):
        return errors.PinSame()
    if pins.guessable(new, *await _known_of(tx, person)):
        return errors.PinGuessable()
    await _keep(tx, person, new, None)
    await tx.audit("people.choose_pin", person, device=entry.device)
    return None


async def _count(tx: Tx, entry: Entry, person: PersonId | None, subject: str, now: datetime) -> DomainError:
    """One more wrong try, of the person and at the device; the person hears of every fifth."""
    wrong = await tries.count(tx, entry.device, subject, now)
    if person is not None and wrong % tries.MOST_WRONG == 0:
        await tx.audit("people.pin_locked", person, device=entry.device, wrong=wrong)
        await tx.notify(person, "people.kiosk_wrong", place=entry.place, at=tx.now, minutes=tries.REST_MINUTES)
    return _wrong()


def _wrong() -> DomainError:
    return errors.LogOnWrong(most=tries.MOST_WRONG, minutes=tries.REST_MINUTES)


async def _keep(tx: Tx, person: PersonId, chosen: str, expires_at: datetime | None) -> None:
    """`expires_at` is a starting PIN's."""
    values = {
        "sealed": await asyncio.to_thread(pins.sealed, chosen),
        "starting": expires_at is not None,
        "set_at": tx.now,
        "expires_at": expires_at,
    }
    kept = insert(Pin).values(person=person, **values).on_conflict_do_update(index_elements=["person"], set_=values)
    await tx.session.execute(kept.execution_options(populate_existing=True))


async def _known_of(tx: Tx, person: PersonId) -> tuple[list[str], date | None]:
    """Numbers of theirs that others know, and the birthday that the ID number says: nobody is shown them."""
    rows = await tx.session.execute(
        select(DetailRow.detail, DetailRow.value).where(
            DetailRow.person == person,
            DetailRow.detail.in_([Detail.ID_NUMBER, Detail.MOBILE]),
            DetailRow.replaced_at.is_(None),
        )
    )
    told = {Detail(row.detail): row.value for row in rows}
    facts = id_facts(told.get(Detail.ID_NUMBER, ""))
    numbers = [(await queries.person(tx, person)).number, *told.values()]
    return numbers, facts.born_on if facts else None
