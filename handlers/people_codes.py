"""给李雷发绑定码: HR has a code made by which somebody links an account of their own."""

from __future__ import annotations

import re
from difflib import get_close_matches

from domain.org import queries as org
from domain.org.rules import Role
from domain.people import queries, service
from domain.people.errors import CodeHrOnly, NobodyNamed, SeveralNamed
from domain.people.queries import PersonView
from handlers.chat import Ask, Chat, Reply, Router

router = Router("people_codes")
ASIDE = re.compile(
    r"绑定码|(?:绑定|关联)(?:账号|帐号)?的?(?:验证)?码|麻烦|请|帮我|再|重新|给|为|帮|替|发放?|生成|开|做|弄|来|要|"
    r"一个|一下|个|新的?|的|吧|了|[\s@,，。.!！:：]"
)
"""What a sentence holds beside the name."""
CLOSE = 0.5


@router.intent("#link_code", private=True)
async def link_code(chat: Chat) -> Reply:
    """Only HR. Nobody is guessed: a name that sounds alike is offered, not taken."""
    if Role.HR not in await org.roles(chat.tx, chat.actor.id, chat.tx.today):
        raise CodeHrOnly
    name = name_in(chat, ASIDE)
    if not name:
        raise Ask("person", "people.link_who")
    person = await named(chat, name)
    return Reply("people.link_code", private=True, issued=await service.issue_code(chat.tx, person.id))


def name_in(chat: Chat, aside: re.Pattern[str]) -> str:
    """Whose name or number the sentence holds; empty when it holds none."""
    said = chat.slots.get("person")
    return said if isinstance(said, str) and said and said in chat.text else aside.sub("", chat.text)


async def named(chat: Chat, name: str) -> PersonView:
    """By name or by number, also who is still to come. Raises NobodyNamed, SeveralNamed."""
    here = await queries.here(chat.tx)
    found = await queries.named(chat.tx, name, chat.tx.today)
    found = found or [view for view in here if name.lower() in {view.name.lower(), view.number.lower()}]
    if not found:
        raise NobodyNamed(name=name, near=get_close_matches(name, [view.name for view in here], 3, CLOSE))
    if len(found) > 1:
        raise SeveralNamed(name=name, numbers=[view.number for view in found])
    return found[0]
