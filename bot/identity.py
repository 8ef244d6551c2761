"""Who speaks: whose account it is, a person who is with us today, and the platform they last used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.dialects.postgresql import insert

from bot.database import Database
from bot.errors import Stranger
from bot.tables import LastSeenRow
from domain.kernel.ids import PersonId
from domain.kernel.tx import Outbox, Tx
from domain.people import queries as people
from domain.people.queries import PersonView
from domain.people.rules import Messenger

STRANGER = "?"
"""Before the account of a stranger who is called like somebody's id, so that nobody speaks as that person.

No account begins with it."""


@dataclass
class Accounts:
    """Accounts on messengers and the people they belong to, kept in memory; `refresh` follows the changes."""

    database: Database
    outbox: Callable[[], Outbox]
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    """Person ids by platform and account."""
    ids: frozenset[str] = field(default_factory=frozenset, repr=False)
    """Person ids that an account could be spelt like."""
    revision: str = ""

    def person(self, platform: str, account: str) -> str:
        """The person's id; the account itself for a stranger. Needs no database: callbacks are answered with it."""
        found = self.known.get(platform, {}).get(account.lower())
        return found or (STRANGER + account if account in self.ids else account)

    async def account(self, tx: Tx, person: str, platform: str) -> str:
        """Where a message to a person goes on a platform; a stranger's account is what they are called by."""
        if platform not in set(Messenger):
            return person
        return await people.account_of(tx, PersonId(person), platform) or person.removeprefix(STRANGER)

    async def refresh(self) -> None:
        """Read the accounts if they changed since the last time."""
        async with self.database.transaction(self.outbox(), "system") as tx:
            revision = await people.accounts_revision(tx)
            if revision != self.revision:
                self.known = {each.value: await people.accounts(tx, each) for each in Messenger}
                self.ids, self.revision = frozenset(await people.look_alikes(tx)), revision


async def settled(tx: Tx, platform: str, said: str) -> str:
    """The person of a stored update: who was a stranger when it came may have been linked since."""
    if platform not in set(Messenger) or await people.names(tx, [PersonId(said)]):
        return said
    return await people.person_of(tx, platform, said.removeprefix(STRANGER)) or said


async def called(tx: Tx, platform: str, account: str) -> str:
    """As `Accounts.person` does, of an account that is known only now."""
    if found := await people.person_of(tx, platform, account):
        return found
    return STRANGER + account if await people.names(tx, [PersonId(account)]) else account


async def actor(tx: Tx, person: PersonId) -> PersonView:
    """Who speaks. Raises Stranger for somebody unknown or gone."""
    found = await people.find(tx, person)
    if found is None or (found.left_on is not None and found.left_on < tx.today):
        raise Stranger
    return found


async def remember_platform(tx: Tx, person: PersonId, platform: str, *, passing: bool = False) -> None:
    """Notices go to the platform a person last used; `passing`: only if that was this one, or none."""
    seen = {"platform": platform, "at": tx.now}
    statement = insert(LastSeenRow).values(person=person, **seen)
    same = LastSeenRow.platform == platform if passing else None
    await tx.session.execute(statement.on_conflict_do_update(index_elements=["person"], set_=seen, where=same))
