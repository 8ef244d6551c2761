"""What becomes of links when a messenger's directory changes."""

from __future__ import annotations

from domain.kernel.events import Reactions
from domain.kernel.tx import Tx
from domain.people import queries, service
from domain.people.errors import AccountInvalid, AccountTaken
from domain.people.events import AccountRenamed

reactions = Reactions("people")


@reactions.on(AccountRenamed)
async def follow_account(tx: Tx, event: AccountRenamed) -> None:
    """The link moves along. A name that is somebody else's already is left to HR: the person is a stranger there."""
    person = await queries.person_of(tx, event.platform, event.account)
    if person is None:
        return
    try:
        async with tx.session.begin_nested():
            await service.link_account(tx, person, event.platform, event.renamed)
    except (AccountTaken, AccountInvalid) as refusal:
        await tx.audit("people.rename_refused", person, platform=event.platform, code=refusal.code)
