"""What the organisation does when people leave, and how a long import goes on."""

from __future__ import annotations

from domain.kernel.events import Reactions
from domain.kernel.tx import Tx
from domain.org import queries, service
from domain.org.events import ImportPartDue, ImportStopped
from domain.org.importing import run
from domain.org.rules import Role
from domain.people import queries as people
from domain.people.events import AccountGone, Left

reactions = Reactions("org")


@reactions.on(Left)
async def vacate(tx: Tx, event: Left) -> None:
    """Posts, headships and roles end with the last day; twice changes nothing."""
    await service.end_all(tx, event.person, event.last_day)


@reactions.on(ImportPartDue)
async def import_part(tx: Tx, event: ImportPartDue) -> None:
    """The next rows of a roster, one transaction; it asks for those that follow."""
    await run.do_part(tx, event.import_id, event.part)


@reactions.on(ImportStopped)
async def tell_import_stopped(tx: Tx, event: ImportStopped) -> None:
    """Who imports is not left waiting."""
    await run.stop(tx, event.import_id)


@reactions.on(AccountGone)
async def tell_account_gone(tx: Tx, event: AccountGone) -> None:
    """HR hears of it while the person is employed. Nothing is ended: an account may go and its person stay."""
    found = await people.person_of(tx, event.platform, event.account)
    if found is None:
        return
    person = await people.person(tx, found)
    for hr in await queries.holders(tx, Role.HR, tx.today):
        await tx.notify(hr, "people.account_gone", platform=event.platform, name=person.name, number=person.number)
    await tx.audit("people.account_gone", found, platform=event.platform)
