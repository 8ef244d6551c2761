"""Wrong PINs, counted for each person and each device. The rows are locked: tries at one time wait for each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.kernel.tx import Tx
from domain.people.model import PinTry

MOST_WRONG = 5
"""In a row, however far apart: then the person's log-on rests."""
MOST_AT_DEVICE = 20
"""Within REST, of all people: whoever tries numbers through is stopped, a morning shift is not."""
MOST_EVER = 50
"""In a row: then only a new starting PIN helps. Two hours and a half of trying, and ten notices."""
REST = timedelta(minutes=15)
KEPT = timedelta(days=90)
REST_MINUTES = REST // timedelta(minutes=1)
PERSON, DEVICE = "person", "device"


async def device_rests(tx: Tx, device: str, now: datetime) -> int | None:
    """For how many minutes more nobody logs on there; None when it does not rest."""
    row = await _locked(tx, DEVICE, device, now)
    if row.since + REST <= now:
        row.wrong, row.since = 0, now
    if row.wrong < MOST_AT_DEVICE:
        return None
    return max(1, -((now - row.since - REST) // timedelta(minutes=1)))


async def person_rests(tx: Tx, subject: str, now: datetime) -> bool:
    """Whether this person's log-on rests; `subject` is anything for what nobody is called."""
    row = await _locked(tx, PERSON, subject, now)
    full = row.wrong > 0 and row.wrong % MOST_WRONG == 0
    return row.wrong >= MOST_EVER or (full and now < row.last_at + REST)


async def count(tx: Tx, device: str, subject: str, now: datetime) -> int:
    """One more wrong try; how many the person has now, in a row."""
    at_device, of_person = await _locked(tx, DEVICE, device, now), await _locked(tx, PERSON, subject, now)
    for row in (at_device, of_person):
        row.wrong, row.last_at = row.wrong + 1, now
    await tx.session.flush()
    return of_person.wrong


async def forget(tx: Tx, subject: str) -> None:
    """The right PIN was given, or a new one was given out."""
    mine = update(PinTry).where(PinTry.kind == PERSON, PinTry.subject == subject)
    await tx.session.execute(mine.values(wrong=0).execution_options(synchronize_session=False))


async def prune_tries(tx: Tx, now: datetime) -> None:
    """Forget what was tried long ago, such as numbers that nobody has."""
    old = delete(PinTry).where(PinTry.last_at < now - KEPT)
    await tx.session.execute(old.execution_options(synchronize_session=False))


async def _locked(tx: Tx, kind: str, subject: str, now: datetime) -> PinTry:
    fresh = insert(PinTry).values(kind=kind, subject=subject, wrong=0, since=now, last_at=now)
    await tx.session.execute(fresh.on_conflict_do_nothing())
    found = select(PinTry).where(PinTry.kind == kind, PinTry.subject == subject).with_for_update()
    return (await tx.session.scalars(found.execution_options(populate_existing=True))).one()
