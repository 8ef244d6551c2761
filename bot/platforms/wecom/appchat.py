"""What the app says in the group chats that it made: words and pictures, never what one person could press."""

from __future__ import annotations

from dataclasses import dataclass

from bot.platforms.port import APPCHAT, Delivery, Undeliverable
from bot.platforms.wecom import articles
from bot.platforms.wecom.api import WeComApi
from bot.platforms.wecom.tables import Group
from bot.platforms.wecom.wording import Wording
from domain.kernel.tx import Tx

DAY = 24 * 60
PERSONS, CALLS = "appchat/persons", "appchat/messages"
BUDGETS = ((PERSONS, 19_000, 1), (PERSONS + "/hour", 285_000, 60), (CALLS, 190, 1), (CALLS + "/day", 9_500, DAY))
"""By how many minutes. WeCom takes 20,000 person-times a minute and 300,000 an hour, and shows a member 200 messages a
minute and 10,000 a day from all groups together: with no more than that in all, nobody gets more."""


@dataclass(frozen=True)
class AppChat:
    """Sends deliveries whose conversation is `appchat:<chatid>`."""

    api: WeComApi
    wording: Wording

    async def send(self, tx: Tx, delivery: Delivery) -> None:
        """Nothing is changed there once it is said. Raises TryLater, Undeliverable."""
        if delivery.only_in_place:
            return
        card = delivery.card
        if card.actions or card.inputs or delivery.file_id:
            raise Undeliverable("buttons, questions and files do not go to groups")
        group = await tx.session.get(Group, delivery.conversation.removeprefix(APPCHAT))
        if group is None:
            raise Undeliverable("not a group of ours")
        said = articles.grouped(card, self.wording)
        for what, limit, minutes in BUDGETS:
            each = len(group.members) if what.startswith(PERSONS) else 1
            await self.api.spend(what, each * len(said), limit, minutes)
        for body in said:
            await self.api.group("send", {"chatid": group.chat, **body, "safe": 0})
