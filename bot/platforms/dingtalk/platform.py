"""DingTalk as the shell sees it: one delivery becomes a message, a card, or a change of a card that is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from bot.files import FileStore
from bot.platforms.dingtalk import copies, limits, render, sessions
from bot.platforms.dingtalk.api import DingTalkApi
from bot.platforms.dingtalk.client import Exhausted
from bot.platforms.dingtalk.copies import Copy
from bot.platforms.dingtalk.errors import CardExists, CardMissing, CardRefused
from bot.platforms.dingtalk.render import Message
from bot.platforms.dingtalk.uploads import parcel
from bot.platforms.dingtalk.wording import Wording
from bot.platforms.port import DIRECT, Delivery, Fetched, Media, Ticket, TryLater, Undeliverable, Update
from bot.platforms.shared.fitting import cut
from bot.platforms.shared.links import card_page
from bot.platforms.shared.pressing import pressable
from bot.tables import FileRow
from cards.card import Card
from cards.said import one_line
from config.settings import DingTalk
from domain.kernel.tx import Tx

log = structlog.get_logger()


class DingTalkPlatform:
    """Sends through the company's robot. Works inside the sender's transaction: what it keeps commits with `sent`."""

    name = "dingtalk"
    public_url: str | None = None
    """Where people's phones reach us; set by the composition root."""

    def __init__(
        self, settings: DingTalk, api: DingTalkApi, files: FileStore, max_file: int, real_now: Callable[[], datetime]
    ) -> None:
        self.settings, self.api, self.files, self.max_file, self.real_now = settings, api, files, max_file, real_now
        self.wording = Wording.load()

    async def open(self) -> None:
        await self.api.open()

    async def close(self) -> None:
        await self.api.close()

    async def heard(self, tx: Tx, update: Update) -> None:
        """Keep the address that takes answers to this message, in the transaction that handles it.

        The update's sender must be what a `Delivery` to them calls the person.
        """
        await sessions.keep(tx, update, self.real_now())

    async def send(self, tx: Tx, delivery: Delivery) -> None:
        """A changed card is changed where it lies, unless it answers what was done elsewhere: at the chat's end."""
        before = await copies.of(tx, delivery.card_id) if delivery.card_id else []
        in_place = delivery.updates and delivery.answers != "words"
        if in_place and await self._change(delivery, before):
            if delivery.file_id:
                await self._robot(delivery, await self._uploaded(tx, delivery.file_id))
            await self._grey(before[1:])
            return
        if delivery.only_in_place:
            return
        await self._send_new(tx, delivery, before)
        await self._grey(before)

    async def fetch(self, media: Media) -> Fetched:
        return await self.api.download(media.id, self.max_file)

    async def pressed(self, tx: Tx, card_id: str, ticket: Ticket) -> bool:
        """A press brings only the name of the pressed copy; a client that is behind presses one without buttons."""
        known = [copy.task for copy in await copies.of(tx, card_id)]
        return ticket.task not in known[1:]

    async def _change(self, delivery: Delivery, before: Sequence[Copy]) -> bool:
        """Change the newest copy, for all who see it; False when there is none that can be changed."""
        if not before or not before[0].live:
            return False
        drawn = self._drawn(delivery)
        if delivery.conversation != DIRECT and not drawn.whole:
            return False
        return await self._put(before[0], drawn.params)

    async def _put(self, copy: Copy, params: dict[str, str]) -> bool:
        try:
            await self.api.update_card(copy.task, params)
        except CardMissing as missing:
            log.info("dingtalk.card_missing", task=copy.task, reason=str(missing))
            copy.live = False
            return False
        return True

    async def _grey(self, older: Sequence[Copy]) -> None:
        """Older copies of a card lose their buttons, each once.

        What they are older than is sent already: to try it all again would send it twice. A button that stays is no
        harm, a press is judged by how things stand; the next change of the card tries again.
        """
        for copy in older:
            if not copy.live:
                continue
            try:
                await self._put(copy, render.outdated(self.wording))
                copy.live = False
            except TryLater as wait:
                log.info("dingtalk.not_greyed", task=copy.task, reason=wait.reason)

    async def _send_new(self, tx: Tx, delivery: Delivery, before: Sequence[Copy]) -> None:
        # the file first: when it cannot be had, nothing was said yet that a next attempt would say again
        file = await self._uploaded(tx, delivery.file_id) if delivery.file_id else None
        session = None
        if delivery.answers == "words":  # never a notice: the address is for answers to that message
            session = await sessions.of(tx, delivery.conversation, delivery.person, self.real_now())
        try:
            shown = self._is_card(delivery) and await self._deliver(tx, delivery, before)
        except Exhausted:
            if session is None:
                raise
            shown = False  # an answer in words may still arrive
        if not shown:
            await self._say(tx, delivery, session)
        if file:
            await self._robot(delivery, file)

    def _is_card(self, delivery: Delivery) -> bool:
        """Something to press makes a card of it; the rest is said in words, whole and without a template's limits."""
        card = delivery.card
        live = bool(delivery.card_id and not card.plain and pressable(card.actions))
        if not live or self.settings.card_template_id is None:
            return False
        return delivery.conversation == DIRECT or self._drawn(delivery).whole

    async def _deliver(self, tx: Tx, delivery: Delivery, before: Sequence[Copy]) -> bool:
        """Show a fresh card; False when DingTalk does not show it.

        A card that exists already is ours, of an attempt whose outcome we did not learn: it gets this content.
        """
        assert delivery.card_id is not None
        generation = before[0].generation + 1 if before else 1
        copy = Copy(task=f"{delivery.card_id}@{generation}", card_id=delivery.card_id, generation=generation, live=True)
        params, preview = self._drawn(delivery).params, self._preview(delivery.card)
        try:
            if delivery.conversation == DIRECT:
                await self.api.deliver_card(copy.task, params, preview, user=delivery.account)
            else:
                await self.api.deliver_card(copy.task, params, preview, cid=delivery.conversation)
        except CardExists:
            await self._put(copy, params)
        except CardRefused as refused:
            log.warning("dingtalk.card_refused", task=copy.task, reason=str(refused))
            copy.live = False
        await copies.add(tx, copy)
        return copy.live

    async def _say(self, tx: Tx, delivery: Delivery, session: sessions.Open | None) -> None:
        """In words; an answer to the address that the person's message brought."""
        working = session
        page = self._page(delivery)
        notice = delivery.answers is None
        for message in render.messages(delivery.card, notice=notice, wording=self.wording, page=page):
            if working and await self.api.send_webhook(working.url, message.webhook):
                continue
            working = None
            await self._robot(delivery, message)
        if session and not working:
            await sessions.forget(tx, session)

    async def _robot(self, delivery: Delivery, message: Message) -> None:
        if delivery.conversation == DIRECT:
            await self.api.send_direct(delivery.account, message.key, message.param)
        else:
            await self.api.send_group(delivery.conversation, message.key, message.param)

    async def _uploaded(self, tx: Tx, file_id: str) -> Message:
        row = await tx.session.get(FileRow, file_id)
        if row is None:
            raise Undeliverable("the file is gone")
        sent = parcel(row.name, await self.files.read(tx, file_id))
        return sent.message(await self.api.upload(sent.kind, sent.name, sent.content))

    def _drawn(self, delivery: Delivery) -> render.Drawn:
        group = delivery.conversation != DIRECT
        return render.variables(delivery.card, group=group, wording=self.wording, page=self._page(delivery))

    def _page(self, delivery: Delivery) -> str | None:
        """Of the person's own cards only: what is in a group has none."""
        return card_page(self.public_url, delivery.card_id) if delivery.conversation == DIRECT else None

    def _preview(self, card: Card) -> str:
        return cut(one_line(card.preview) or self.wording.source, limits.PREVIEW)
