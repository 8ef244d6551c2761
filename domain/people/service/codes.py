"""Codes by which people link their own accounts: given out by HR, good once and for a day. Never logged or audited."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from domain.kernel.crypto import keyring
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import errors, queries
from domain.people.model import LinkCode, LinkTry
from domain.people.queries import PersonView
from domain.people.rules import LINK_LENGTH, LINK_LIFE, LINK_SIGNS, MOST_TRIES, Messenger, link_code
from domain.people.service.linking import link_account


@dataclass(frozen=True)
class Issued:
    """A code as it is given out; nobody can read it again later."""

    name: str
    code: str = field(repr=False)
    expires_at: datetime


async def issue_code(tx: Tx, person: PersonId) -> Issued:
    """A new code for somebody; the one before it ends. Raises PersonUnknown, NotEmployed."""
    whose = await queries.person(tx, person)
    if not await queries.still_here(tx, person):
        raise errors.NotEmployed(name=whose.name)
    before = select(LinkCode).where(LinkCode.person == person, LinkCode.ended_at.is_(None)).with_for_update()
    if (held := await tx.session.scalar(before)) is not None:
        held.ended_at = tx.now
        await tx.session.flush()
    code, expires_at = _new(), tx.now + LINK_LIFE
    tx.session.add(
        LinkCode(id=tx.new_id("lc"), person=person, code=_blind(code), made_at=tx.now, expires_at=expires_at)
    )
    await tx.session.flush()
    await tx.audit("people.issue_code", person)
    return Issued(whose.name, code, expires_at)


async def note_try(tx: Tx, platform: str, account: str) -> None:
    """Count a code that an account tries, whatever becomes of it. Raises TooManyTries."""
    counted = insert(LinkTry).values(platform=Messenger(platform), account=account, day=tx.today, tries=1)
    tries = await tx.session.scalar(
        counted.on_conflict_do_update(
            index_elements=["platform", "account", "day"],
            set_={"tries": LinkTry.tries + 1},
            where=LinkTry.tries < MOST_TRIES,
        ).returning(LinkTry.tries)
    )
    if tries is None:
        raise errors.TooManyTries(most=MOST_TRIES)


async def forget_tries(tx: Tx) -> None:
    """Counts of days that are over: a new day allows new tries."""
    await tx.session.execute(delete(LinkTry).where(LinkTry.day < tx.today))


async def redeem_code(tx: Tx, platform: str, account: str, code: str) -> PersonView:
    """The account is the person's whose code it is, who is returned. Call `note_try` first.

    Raises CodeWrong, AccountInvalid, AccountTaken.
    """
    row = await _live(tx, code)
    if row is None or not await queries.still_here(tx, PersonId(row.person)):
        raise errors.CodeWrong()
    await link_account(tx, PersonId(row.person), platform, account)
    row.ended_at = tx.now
    tried = delete(LinkTry).where(LinkTry.platform == Messenger(platform), LinkTry.account == account)
    await tx.session.execute(tried)
    await tx.audit("people.use_code", row.person, platform=platform)
    return await queries.person(tx, PersonId(row.person))


async def code_owner(tx: Tx, code: str) -> PersonId | None:
    """Whose live code it is; None for any other text."""
    row = await _live(tx, code)
    return PersonId(row.person) if row is not None else None


async def _live(tx: Tx, code: str) -> LinkCode | None:
    """The code that can still be used, locked: it is good once."""
    said = link_code(code)
    if said is None:
        return None
    return await tx.session.scalar(
        select(LinkCode)
        .where(LinkCode.code == _blind(said), LinkCode.ended_at.is_(None), LinkCode.expires_at > tx.now)
        .with_for_update()
    )


def _new() -> str:
    """Drawn again when it is all letters or all digits."""
    while True:
        code = link_code("".join(secrets.choice(LINK_SIGNS) for _ in range(LINK_LENGTH)))
        if code is not None:
            return code


def _blind(code: str) -> bytes:
    return keyring().blind(code, "people_link_code.code")
