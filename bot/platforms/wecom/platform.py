"""WeCom as the shell sees it: one delivery becomes a message, a card, or a change of a card that is there already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import structlog

from bot.files import FileStore
from bot.platforms.port import AIBOT, APPCHAT, DIRECT, Delivery, Fetched, Media, Ticket, TryLater, Undeliverable, Update
from bot.platforms.shared.links import card_page
from bot.platforms.wecom import copies, render
from bot.platforms.wecom.aibot.answers import Answers
from bot.platforms.wecom.aibot.media import Shelf
from bot.platforms.wecom.aibot.names import Names
from bot.platforms.wecom.api import CardFrozen, WeComApi
from bot.platforms.wecom.appchat import AppChat
from bot.platforms.wecom.copies import Copy
from bot.platforms.wecom.turns import Turns
from bot.platforms.wecom.wording import Wording
from bot.tables import FileRow
from config.settings import WeCom
from domain.kernel.tx import Tx

log = structlog.get_logger()
REPEAT_SECONDS = 4 * 3_600
"""For so long WeCom hides a repeat of the same request, its longest."""


class WeComPlatform:
    """Sends through the company's own app. Works inside the sender's transaction: what it keeps commits with `sent`."""

    name = "wecom"
    public_url: str | None = None
    """Where people's phones reach us; set by the composition root."""

    def __init__(
        self, settings: WeCom, api: WeComApi, files: FileStore, max_file: int, real_now: Callable[[], datetime]
    ) -> None:
        self.settings, self.api, self.files, self.max_file, self.real_now = settings, api, files, max_file, real_now
        self.wording, self.turns = Wording.load(), Turns(settings, real_now)
        self.answers = Answers(self.turns, real_now)
        self.groups = AppChat(api, self.wording)
        self.names = Names(api, real_now)
        self._shelf = Shelf(max_file, frozenset(filter(None, [urlsplit(settings.api_base).hostname])))

    async def open(self) -> None:
        await self.api.open()

    async def close(self) -> None:
        await self.api.close()

    async def tidy(self, tx: Tx) -> None:
        await copies.forget_expired(tx, self.real_now())
        await self.names.forget(tx)

    async def send(self, tx: Tx, delivery: Delivery) -> None:
        if delivery.conversation.startswith(AIBOT):
            await self.answers.send(tx, delivery)
        elif delivery.conversation.startswith(APPCHAT):
            await self.groups.send(tx, delivery)
        elif delivery.conversation == DIRECT:
            await self._send_direct(tx, delivery)
        else:
            raise Undeliverable("an app of one's own speaks in direct chats and in its own groups only")

    async def _send_direct(self, tx: Tx, delivery: Delivery) -> None:
        """A changed card is changed where it lies, unless it answers what was done elsewhere: at the chat's end."""
        before = await copies.of(tx, delivery.card_id) if delivery.card_id else []
        in_place = before and delivery.updates and delivery.answers != "words"
        if in_place and await self._change(tx, delivery, before[0]):
            await self._grey(tx, delivery.account, before[1:])
            return
        if delivery.only_in_place:
            await self._grey(tx, delivery.account, before[1:])
            return
        await self._send_new(tx, delivery, before)
        await self._grey(tx, delivery.account, before)

    def ciphered(self, update: Update) -> bool:
        return update.message_id.startswith(AIBOT)

    async def named(self, tx: Tx, cipher: str) -> str | None:
        return await self.names.of(tx, cipher)

    async def fetch(self, media: Media) -> Fetched:
        if media.id.startswith(AIBOT):
            return await self._shelf.fetch(media)
        return await self.api.download(media.id, self.max_file)

    async def pressed(self, tx: Tx, card_id: str, ticket: Ticket) -> bool:
        await copies.keep_code(tx, ticket.task, ticket.code, self.real_now())
        known = [copy.task for copy in await copies.of(tx, card_id)]
        return ticket.task not in known[1:]

    async def _change(self, tx: Tx, delivery: Delivery, copy: Copy) -> bool:
        """Change the newest copy with its newest unused code; False when none is left that works."""
        page = card_page(self.public_url, delivery.card_id)
        change = render.changed(delivery.card, task_id=copy.task, wording=self.wording, page=page)
        return await self._with_code(tx, delivery.account, copy, change)

    async def _with_code(self, tx: Tx, account: str, copy: Copy, change: dict[str, object]) -> bool:
        for code in await copies.unused(tx, copy.task, self.real_now()):
            code.used = True  # whatever the answer: a code is worth one attempt that WeCom decided on
            try:
                await self.api.update_card([account], code.code, change)
            except CardFrozen as frozen:
                log.info("wecom.card_frozen", task=copy.task, reason=str(frozen))
                continue
            except TryLater:
                code.used = False
                raise
            return True
        return False

    async def _grey(self, tx: Tx, account: str, older: Sequence[Copy]) -> None:
        """Older copies of a card lose their buttons, where a code is left for it and WeCom takes it now.

        What they are older than is sent already: to try it all again would send it twice. A button that stays is no
        harm, a press is judged by how things stand.
        """
        for copy in older:
            try:
                if await self._with_code(tx, account, copy, render.greyed(self.wording.replaced)):
                    await copies.spend(tx, copy.task)
            except TryLater as wait:
                log.info("wecom.not_greyed", task=copy.task, reason=wait.reason)

    async def _send_new(self, tx: Tx, delivery: Delivery, before: Sequence[Copy]) -> None:
        generation = before[0].generation + 1 if before else 1
        task = f"{delivery.card_id or delivery.id}@{generation}"
        bodies = render.messages(
            delivery.card,
            task_id=task,
            notice=delivery.answers is None,
            links=render.Links(self.settings.notice_url, card_page(self.public_url, delivery.card_id)),
            wording=self.wording,
        )
        # the file first: when it cannot be had, nothing was said yet that a next attempt would say again
        file = [await self._uploaded(tx, delivery.file_id)] if delivery.file_id else []
        code = None
        async with self.turns.around(tx, delivery.account, len(bodies) + len(file)):
            for body in (*bodies, *file):
                code = await self._call(delivery.account, body) or code
        if delivery.card_id:
            await copies.add(tx, Copy(task=task, card_id=delivery.card_id, generation=generation))
            if code:
                await copies.keep_code(tx, task, code, self.real_now())

    async def _call(self, account: str, body: dict[str, object]) -> str | None:
        """Send one body; the response code of an interactive card. Raises Undeliverable for a member not there."""
        message = {"touser": account, **body}
        if body["msgtype"] == "template_card":  # carries a task id of its own: only a repeat can be the same
            message |= {"enable_duplicate_check": 1, "duplicate_check_interval": REPEAT_SECONDS}
        sent = await self.api.send(message)
        if account.lower() in sent.invalid:
            raise Undeliverable("not a member within the app's visible range")
        return sent.response_code

    async def _uploaded(self, tx: Tx, file_id: str) -> dict[str, object]:
        row = await tx.session.get(FileRow, file_id)
        if row is None:
            raise Undeliverable("the file is gone")
        media = await self.api.upload("file", row.name, await self.files.read(tx, file_id))
        return {"msgtype": "file", "file": {"media_id": media}}
