"""What every conversation needs: help, a greeting, a way to a human."""

from __future__ import annotations

from domain.kernel.ids import PersonId
from domain.org import queries as org
from domain.people import queries as people
from handlers.chat import Chat, Reply, Router

router = Router("basics")


@router.intent("help", private=False)
async def help_card(chat: Chat) -> Reply:
    today = chat.tx.today
    roles = await org.roles(chat.tx, chat.actor.id, today)
    heads = {unit.head for unit in await org.units(chat.tx, today)}
    return Reply("basics.help", name=chat.actor.name, manages=chat.actor.id in heads, hr="hr" in roles)


@router.intent("smalltalk", private=False)
async def greet(chat: Chat) -> Reply:
    thanks = any(word in chat.text for word in ("谢", "辛苦", "thank", "Thank"))
    return Reply("basics.welcome" if thanks else "basics.hello", name=chat.actor.name)


@router.intent("human.handoff")
async def hand_over(chat: Chat) -> Reply:
    """Tell HR that somebody wants to talk; what was written stays between the person and the bot."""
    tx, actor = chat.tx, chat.actor
    post = await org.main_assignment(tx, actor.id, tx.today)
    holders = [person for person in await org.holders(tx, "hr", tx.today) if person != actor.id]
    from_people = await _names(chat, holders)
    for person in holders:
        await tx.notify(
            person, "basics.somebody_asks", name=actor.name, department=post.unit_name if post else "", at=tx.now
        )
    await tx.audit("human.handoff", actor.id)
    return Reply("basics.handed_over", people=from_people)


async def _names(chat: Chat, ids: list[PersonId]) -> list[str]:
    names = await people.names(chat.tx, ids)
    return [names[person] for person in ids]
