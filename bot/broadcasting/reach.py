"""On which platform each of many people is reached: as `target_platform` says, a query a table, never one a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.tables import LastSeenRow
from bot.target_platform import WEB, candidates
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people


@dataclass(frozen=True)
class Reached:
    """One receiver, and the account by which a messenger knows them."""

    person: PersonId
    platform: str
    account: str


@dataclass(frozen=True)
class _Messenger:
    """Whom a messenger reaches, and whose link there ended when."""

    accounts: Mapping[PersonId, str]
    ended: Mapping[PersonId, datetime]

    def account(self, person: PersonId, wrote: datetime | None) -> str | None:
        """`wrote`: when they last wrote, if it was here. Where their link ended, a number counts only since."""
        ended = self.ended.get(person)
        if ended is not None and (wrote is None or wrote <= ended):
            return None
        return self.accounts.get(person)


async def spread(tx: Tx, persons: Sequence[PersonId], messengers: Sequence[str]) -> list[Reached]:
    """Where notices of these people go, in their order. `messengers`: the connected ones, the default first."""
    known = {name: await _messenger(tx, name) for name in messengers}
    wishes = await people.notice_wishes(tx)
    rows = await tx.session.scalars(select(LastSeenRow))
    last = {row.person: row for row in rows}
    return [_reached(person, wishes.get(person), last.get(person), known) for person in persons]


def _reached(person: PersonId, wish: str | None, seen: LastSeenRow | None, known: Mapping[str, _Messenger]) -> Reached:
    for name in candidates(wish, seen.platform if seen else None, tuple(known)):
        if name == WEB:
            break
        wrote = seen.at if seen and seen.platform == name else None
        account = known[name].account(person, wrote)
        if account is not None:
            return Reached(person, name, account)
    return Reached(person, WEB, person)


async def _messenger(tx: Tx, name: str) -> _Messenger:
    accounts = {person: account for account, person in (await people.accounts(tx, name)).items()}
    return _Messenger(accounts, await people.links_ended(tx, name))
