"""设置一体机密码: a starting PIN for shared devices, for oneself, or by HR for somebody. No PIN is ever typed here."""

from __future__ import annotations

import re

from domain.org import queries as org
from domain.org.rules import Role
from domain.people import service
from domain.people.errors import PinHrOnly
from domain.people.rules import Messenger
from handlers.chat import Chat, Reply, Router
from handlers.people_codes import ASIDE, name_in, named

router = Router("people_kiosk")
BESIDE = re.compile(
    rf"(?:一体机|自助机|工牌|打卡机|公用机)+上?的?|登[录陆]|初始|密码|口令|pin码?|设置|设定|设|重置|修改|更改|改|换|忘记|忘|怎么|如何|我想|我|{ASIDE.pattern}",
    re.IGNORECASE,
)
"""What a sentence holds beside the name."""
ONLY_ASKED = re.compile(
    r"别|不要|不用|不想|不必|先不|是多少|多少|是什么|是啥|什么|规则|要求|有没有|设过|[吗么？?]\s*$", re.IGNORECASE
)
"""Not meant: a PIN that is given ends the one before it."""


@router.intent("#kiosk_pin", private=True)
async def kiosk_pin(chat: Chat) -> Reply:
    """A message is kept, so the PIN of one's choice is typed at the device only: here is what lets one choose it there.

    In the web chat nobody gets their own: it may be open on that very device, left by its person a moment ago.
    """
    if ONLY_ASKED.search(chat.text):
        return Reply("people.kiosk_pin_there", private=True)
    name = name_in(chat, BESIDE)
    person = await named(chat, name) if name else chat.actor
    if person.id == chat.actor.id:
        if chat.platform not in set(Messenger):
            return Reply("people.kiosk_pin_there", private=True)
        return Reply("people.kiosk_pin", private=True, own=True, given=await service.give_pin(chat.tx, person.id))
    if Role.HR not in await org.roles(chat.tx, chat.actor.id, chat.tx.today):
        raise PinHrOnly
    given = await service.give_pin(chat.tx, person.id)
    await chat.tx.notify(person.id, "people.kiosk_pin_given", by=chat.actor.name)
    return Reply("people.kiosk_pin", private=True, own=False, given=given)
