"""帮张三请假: for whom leave is asked, and taking back what was asked in somebody's place."""

from __future__ import annotations

from difflib import get_close_matches

from domain.leave import queries, service
from domain.leave.errors import (
    ForWhom,
    NobodyToFillFor,
    NothingFilled,
    OneAtOnce,
    OnlyForYourself,
    SeveralToFillFor,
)
from domain.org import queries as org
from domain.org.rules import Role
from domain.people import queries as people
from domain.people.queries import PersonView
from handlers.chat import Chat, Reply, Router
from handlers.leave_back import give_back
from handlers.leave_change import CLOSE, others_named
from handlers.leave_slots import Days, kind_of

router = Router("leave_behalf")
PRONOUNS = {"他", "她", "它", "ta", "人家", "他们", "她们", "对方"}


async def for_whom(chat: Chat) -> PersonView:
    """Whose leave a sentence is about: the speaker's where nobody else is named.

    Who may not ask for others learns nothing of them, not even whether there is such a person.
    Raises OnlyForYourself, ForWhom, OneAtOnce, NobodyToFillFor, SeveralToFillFor.
    """
    names = others_named(chat)
    if not names:
        return chat.actor
    if len(names) > 1:
        raise OneAtOnce(names=names)
    name = names[0]
    if name.lower() in PRONOUNS:
        raise ForWhom(said=name)
    found = await people.named(chat.tx, name, chat.tx.today)
    if not found and (numbered := await people.by_number(chat.tx, name)) is not None:
        found = [numbered]
    known = [view for view in found if await _near(chat, view)]
    if len(known) > 1:
        raise SeveralToFillFor(name=name, numbers=[view.number for view in known])
    return known[0] if known else await _nobody(chat, name)


async def _near(chat: Chat, person: PersonView) -> bool:
    return person.id == chat.actor.id or await service.is_above(chat.tx, chat.actor.id, person.id)


async def _nobody(chat: Chat, name: str) -> PersonView:
    """Names that look alike are offered of those only whom the speaker looks after."""
    is_hr = Role.HR in await org.roles(chat.tx, chat.actor.id, chat.tx.today)
    mine = await org.reports(chat.tx, chat.actor.id, chat.tx.today)
    views = await people.active(chat.tx, chat.tx.today) if is_hr else (await people.find_all(chat.tx, mine)).values()
    near = get_close_matches(name, [view.name for view in views], 3, CLOSE)
    if is_hr or near:
        raise NobodyToFillFor(name=name, near=near)
    raise OnlyForYourself(name=name)


@router.intent("leave.cancel#for_other", private=True)
async def cancel_for(chat: Chat, days: Days) -> Reply:
    """帮张三撤回请假: only what the speaker asked for in that person's place."""
    person = await for_whom(chat)
    start, end = (days.start, days.end) if days.named else (None, None)
    kind = kind_of(chat.slots)
    if person.id == chat.actor.id:
        return await give_back(chat, await queries.live_requests(chat.tx, person.id, kind, start, end), start, end)
    filled = await queries.filled_requests(chat.tx, chat.actor.id, kind, start, end)
    found = [each for each in filled if each.person == person.id]
    if not found:
        raise NothingFilled(name=person.name)
    return await give_back(chat, found, start, end)
