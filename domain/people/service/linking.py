"""Which account on a messenger is whose. An account is personal data: neither logged nor audited."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import errors, queries
from domain.people.model import Account
from domain.people.rules import Messenger
from domain.people.rules import account as normalised
from domain.people.service.inserting import insert


async def link_account(tx: Tx, person: PersonId, platform: str, account: str) -> bool:
    """This account is this person from now on; another one of theirs ends. False when it was so already.

    Who has left keeps the account only until somebody else needs it.
    Raises PersonUnknown, AccountInvalid, AccountTaken.
    """
    await queries.person(tx, person)
    messenger, wanted = Messenger(platform), normalised(account)
    if wanted is None:
        raise errors.AccountInvalid(platform=messenger.value)
    own = await _live(tx, messenger, Account.person == person)
    if own is not None and own.account == wanted:
        return False
    refusal = errors.AccountTaken(platform=messenger.value, account=wanted)
    held = await _live(tx, messenger, Account.account == wanted)
    if held is not None:
        if await queries.still_here(tx, PersonId(held.person)):
            raise refusal
        await _end(tx, held)
    if own is not None:
        await _end(tx, own)
    row = Account(id=tx.new_id("ac"), person=person, platform=messenger, account=wanted, linked_at=tx.now)
    await insert(tx, refusal, row)
    await tx.audit("people.link_account", person, platform=messenger.value)
    return True


async def unlink_account(tx: Tx, person: PersonId, platform: str) -> bool:
    """The link ends; from then on their number (工号) counts again. False when there was none."""
    own = await _live(tx, Messenger(platform), Account.person == person)
    if own is None:
        return False
    await _end(tx, own)
    return True


async def _live(tx: Tx, platform: Messenger, which: ColumnElement[bool]) -> Account | None:
    """The link that has not ended, locked."""
    return await tx.session.scalar(
        select(Account).where(Account.platform == platform, Account.ended_at.is_(None), which).with_for_update()
    )


async def _end(tx: Tx, row: Account) -> None:
    row.ended_at = tx.now
    await tx.session.flush()
    await tx.audit("people.unlink_account", row.person, platform=row.platform)
