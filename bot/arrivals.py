"""What still lies with the platform when an update is handled: its files, and what a press brought along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot import identity
from bot.errors import MediaGone
from bot.files import FileStore
from bot.identity import STRANGER
from bot.platforms.port import Attachment, Hearing, Media, Naming, Platform, Undeliverable, Update
from bot.tables import CardRow
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people


@dataclass(frozen=True)
class Arrivals:
    """Completes an update before anybody answers it."""

    platforms: Mapping[str, Platform]
    files: FileStore

    async def sender(self, tx: Tx, update: Update) -> str | None:
        """Who wrote: the person, a stranger's account, or None for one whom the platform calls by a cipher only.

        Raises TryLater.
        """
        person = await identity.settled(tx, update.platform, update.sender)
        platform = self.platforms[update.platform]
        if not isinstance(platform, Naming) or not platform.ciphered(update):
            return person
        if await people.names(tx, [PersonId(person)]):
            return person
        account = await platform.named(tx, person.removeprefix(STRANGER))
        return None if account is None else await identity.called(tx, update.platform, account)

    async def complete(self, tx: Tx, update: Update) -> Update:
        """The update with its files kept. Raises TryLater, or MediaGone for a file that nobody can give us any more."""
        kept = [await self._keep(tx, update, media) for media in update.media]
        return replace(update, files=(*update.files, *kept), media=())

    async def note(self, tx: Tx, update: Update) -> bool:
        """Keep what it brought along, of a press if the card is the presser's own; False for one on an old message."""
        platform = self.platforms[update.platform]
        if isinstance(platform, Hearing):
            await platform.heard(tx, update)
        if update.ticket is None or update.card_id is None:
            return True
        card = await tx.session.get(CardRow, update.card_id)
        if card is None or (card.platform, card.person) != (update.platform, update.sender):
            return True
        return await self.platforms[update.platform].pressed(tx, card.id, update.ticket)

    async def _keep(self, tx: Tx, update: Update, media: Media) -> Attachment:
        try:
            found = await self.platforms[update.platform].fetch(media)
        except Undeliverable:
            raise MediaGone from None
        row = await self.files.keep(tx, update.sender, media.name or found.name, found.media_type, found.content)
        return Attachment(row.id, row.name, row.media_type, row.size)
