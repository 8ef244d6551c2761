"""Links by which those who leave fetch their papers: drafted, made and dropped by HR. Never logged or audited whole."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from domain.kernel.crypto import keyring
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import errors, queries
from domain.people.model import LeaverLink
from domain.people.queries import LeaverView
from domain.people.rules import LEAVER_AHEAD, LEAVER_LIFE

TOKEN_BYTES = 20
"""160 bits. Written in digits and a to f: messengers read other signs, such as `_`, as marks and change them."""


@dataclass(frozen=True)
class MadeLink:
    """A link as it is given out; nobody can read it again later. `code` only where no ID number is on file."""

    link: LeaverView
    token: str = field(repr=False)
    code: str | None = field(repr=False)
    valid_until: datetime
    """In business time, for the card."""


async def propose_leaver_link(tx: Tx, by: PersonId, person: PersonId) -> LeaverView:
    """A draft of a link for somebody who leaves. Raises PersonUnknown, NotLeaving."""
    view = await queries.person(tx, person)
    if view.left_on is None or not queries.is_leaving(view, tx.today):
        raise errors.NotLeaving(name=view.name, last_day=view.left_on, days=LEAVER_AHEAD)
    row = LeaverLink(id=tx.new_id("ll"), person=person, last_day=view.left_on, made_by=by, made_at=tx.now, wrong=0)
    tx.session.add(row)
    await tx.session.flush()
    return await _shown(tx, row)


async def make_leaver_link(tx: Tx, by: PersonId, link_id: str) -> MadeLink:
    """The draft becomes a link; an older one of the person ends. Once: afterwards its token is not known any more.

    Raises LeaverLinkClosed, NotLeaving.
    """
    row = await _open(tx, link_id)
    view = await queries.person(tx, PersonId(row.person))
    if view.left_on != row.last_day:
        raise errors.NotLeaving(name=view.name, last_day=view.left_on, days=LEAVER_AHEAD)
    for older in await tx.session.scalars(
        select(LeaverLink)
        .where(LeaverLink.person == row.person, LeaverLink.token.is_not(None), LeaverLink.ended_at.is_(None))
        .with_for_update()
    ):
        end(older, await real_now(tx), "replaced")
    await tx.session.flush()
    shown = await _shown(tx, row)
    token, code = secrets.token_hex(TOKEN_BYTES), None if shown.has_id_number else f"{secrets.randbelow(10**6):06d}"
    row.token, row.code, row.made_by = hashed(token), blind(code) if code else None, by
    row.expires_at = await real_now(tx) + LEAVER_LIFE
    await tx.session.flush()
    await tx.audit("people.leaver_link", row.person, link=row.id, by=by, code=code is not None)
    return MadeLink(await _shown(tx, row), token, code, tx.now + LEAVER_LIFE)


async def drop_leaver_link(tx: Tx, link_id: str) -> LeaverView:
    """The draft is no more. Raises LeaverLinkClosed."""
    row = await _open(tx, link_id)
    end(row, await real_now(tx), "dropped")
    await tx.session.flush()
    return await _shown(tx, row)


def end(row: LeaverLink, at: datetime, why: str) -> None:
    row.ended_at, row.ended_why = at, why


def hashed(secret: str) -> bytes:
    """Of what has so many random bits that it needs no key."""
    return hashlib.sha256(secret.encode()).digest()


def blind(code: str) -> bytes:
    """Of what has few digits: without the installation's key it cannot be tried out."""
    return keyring().blind(code, "people_leaver_link.code")


async def real_now(tx: Tx) -> datetime:
    """The database's clock: how long a link lives has nothing to do with business time."""
    now: datetime = (await tx.session.execute(select(func.clock_timestamp()))).scalar_one()
    return now


async def _open(tx: Tx, link_id: str) -> LeaverLink:
    """The draft, locked."""
    row = await tx.session.get(LeaverLink, link_id, with_for_update=True, populate_existing=True)
    if row is None or row.token is not None or row.ended_at is not None:
        known = await _shown(tx, row) if row is not None else None
        raise errors.LeaverLinkClosed(name=known.name if known else "", state=known.state if known else "dropped")
    return row


async def _shown(tx: Tx, row: LeaverLink) -> LeaverView:
    found = await queries.leaver_link(tx, row.id)
    assert found is not None
    return found
