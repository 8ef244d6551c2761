"""给韩梅梅发离职材料: HR has a one-time link made by which somebody who leaves fetches their papers."""

from __future__ import annotations

import re
from difflib import get_close_matches

from domain.org import leaving
from domain.org import queries as org
from domain.org.rules import Role
from domain.people import leavers, queries, service
from domain.people.errors import LeaverHrOnly, LeaversUnclear, LeaverUnknown, NothingToGive
from domain.people.queries import LeaverView, PersonView
from handlers.chat import Ask, Chat, Reply, Router

router = Router("people_leavers")
OFFERED = (leaving.CERTIFICATE,)
"""Naming them loads the contexts that offer them."""
ASIDE = re.compile(
    r"离职(?:人员)?的?(?:材料|链接|文件|资料|证明)|麻烦|请|帮我|再|重新|把|将|给|为|帮|替|发放?|生成|开|出|做|弄|办|要|"
    r"一个|一份|一下|个|新的?|的|吧|了|链接|[\s@,，。.!！:：]"
)
"""What a sentence holds beside the name."""
CLOSE = 0.5


@router.intent("#leaver_link", private=True)
async def propose(chat: Chat) -> Reply:
    """Only HR. Shows who it is for and which papers there are; nothing is given out yet."""
    await _only_hr(chat)
    said = chat.slots.get("person")
    name = said if isinstance(said, str) and said and said in chat.text else ASIDE.sub("", chat.text)
    if not name:
        raise Ask("person", "people.leaver_who")
    person = await _named(chat, name)
    papers = await leavers.available(chat.tx, person)
    link = await service.propose_leaver_link(chat.tx, chat.actor.id, person.id)
    if not papers:
        raise NothingToGive(name=person.name)
    return Reply("people.leaver", key=link.id, form=True, link=link, papers=papers, today=chat.tx.today)


@router.press("people.leaver_make")
async def make(chat: Chat) -> Reply:
    """The link comes as a message of its own: no card cuts it, and it can be handed on as it is."""
    await _only_hr(chat)
    made = await service.make_leaver_link(chat.tx, chat.actor.id, chat.key)
    told = Reply("people.leaver_link", private=True, made=made)
    return await _shown(chat, made.link, told)


@router.press("people.leaver_drop")
async def drop(chat: Chat) -> Reply:
    await _only_hr(chat)
    return await _shown(chat, await service.drop_leaver_link(chat.tx, chat.key))


async def _only_hr(chat: Chat) -> None:
    if Role.HR not in await org.roles(chat.tx, chat.actor.id, chat.tx.today):
        raise LeaverHrOnly


async def _shown(chat: Chat, link: LeaverView, then: Reply | None = None) -> Reply:
    papers = await leavers.available(chat.tx, await queries.person(chat.tx, link.person))
    return Reply("people.leaver", key=link.id, follow_up=then, link=link, papers=papers, today=chat.tx.today)


async def _named(chat: Chat, name: str) -> PersonView:
    """By name or by number, also who has left; of several with one name the only one who leaves.

    Raises LeaverUnknown, LeaversUnclear.
    """
    found = await queries.called(chat.tx, name)
    leave = [view for view in found if queries.is_leaving(view, chat.tx.today)] or found
    if not leave:
        names = [view.name for view in await queries.leavers(chat.tx)]
        raise LeaverUnknown(name=name, near=get_close_matches(name, names, 3, CLOSE))
    if len(leave) > 1:
        raise LeaversUnclear(name=name, numbers=[view.number for view in leave])
    return leave[0]
