"""Announcements in words and buttons: drafting, sending, stopping; reading and saying so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from domain.announcements import queries, service
from domain.announcements.errors import NotAUnit, NothingOnItsWay, SeveralOnTheirWay
from domain.announcements.rules import uncrowded
from domain.announcements.views import AnnouncementView
from domain.kernel.clock import SHANGHAI
from domain.org import queries as org
from handlers.announcements_words import wanted
from handlers.chat import Ask, Chat, Reply, Router

router = Router("announcements")
LISTED = 5
KEY = "an_"
AT, OWN = "announcement.create#at", "own"


@router.intent("announcement.create", private=True)
async def create(chat: Chat) -> Reply:
    """A draft, or the draft at hand with other words or receivers."""
    chat, key = await _addressed(chat), chat.correcting or ""
    if key.startswith(KEY):
        before = await service.as_wanted(chat.tx, chat.actor.id, key)
        return await _draft(chat, await service.redraft(chat.tx, chat.actor.id, key, wanted(chat, before)))
    said = wanted(chat)
    if not said.body:
        await service.check_may(chat.tx, chat.actor.id, said.unit_name)
        raise Ask("content", "announcements.ask_body", announcement=None)
    return await _draft(chat, await service.draft(chat.tx, chat.actor.id, said))


@router.intent(AT, private=True)
async def at(chat: Chat) -> Reply:
    """The answer to: when is it to go out. A clock time alone is the next one."""
    said, day = chat.slots.get("time"), chat.slots.get("date")
    wrong = _no_such(chat) or (None if said or day else chat.text)
    if wrong:
        seen = await service.own(chat.tx, chat.actor.id, chat.correcting or "")
        return Reply("announcements.ask_time", seen.id, announcement=seen, said=wrong, ask="time", intent=AT)
    clock = time.fromisoformat(str(said)) if said else time(9, 1)
    wished = datetime.combine(date.fromisoformat(str(day)) if day else chat.tx.today, clock, SHANGHAI)
    if not day and wished <= chat.tx.now:
        wished += timedelta(days=1)
    planned = await service.plan(chat.tx, chat.actor.id, chat.correcting or "", uncrowded(wished))
    return _standing(planned)


@router.press("announcements.send")
async def send(chat: Chat) -> Reply:
    """Sent as it stands; the shell sends it after this is committed."""
    return _standing(await service.send(chat.tx, chat.actor.id, chat.key))


@router.press("announcements.plan")
async def plan(chat: Chat) -> Reply:
    await service.as_wanted(chat.tx, chat.actor.id, chat.key)
    seen = await queries.announcement(chat.tx, chat.key)
    return Reply("announcements.ask_time", chat.key, announcement=seen, ask="time", intent=AT)


@router.press("announcements.edit")
async def edit(chat: Chat) -> Reply:
    """The next message is the new text, whole."""
    await service.as_wanted(chat.tx, chat.actor.id, chat.key)
    seen = await queries.announcement(chat.tx, chat.key)
    return Reply("announcements.ask_body", chat.key, announcement=seen, ask="content", intent="announcement.create")


@router.press("announcements.must_read")
async def must_read(chat: Chat) -> Reply:
    before = await service.as_wanted(chat.tx, chat.actor.id, chat.key)
    changed = replace(before, must_read=not before.must_read)
    return await _draft(chat, await service.redraft(chat.tx, chat.actor.id, chat.key, changed))


@router.press("announcements.cancel")
async def cancel(chat: Chat) -> Reply:
    dropped = await service.discard(chat.tx, chat.actor.id, chat.key)
    return Reply("announcements.dropped", chat.key, announcement=dropped)


@router.press("announcements.stop")
async def stop(chat: Chat) -> Reply:
    """What is not sent yet is not sent."""
    return _standing(await service.stop(chat.tx, chat.actor.id, chat.key))


@router.intent("announcement.list#stop", private=True)
async def stop_in_words(chat: Chat) -> Reply:
    """停止发送: the one that is on its way. Raises NothingOnItsWay, SeveralOnTheirWay, NotOnItsWay."""
    found = await queries.stoppable(chat.tx, chat.actor.id)
    if not found:
        raise NothingOnItsWay
    if len(found) > 1:
        raise SeveralOnTheirWay(titles=[one.title for one in found])
    return _standing(await service.stop(chat.tx, chat.actor.id, found[0].id))


@router.press("announcements.refresh")
async def refresh(chat: Chat) -> Reply:
    return _standing(await service.own(chat.tx, chat.actor.id, chat.key))


@router.intent("announcement.list", private=True)
async def listed(chat: Chat) -> Reply:
    return Reply("announcements.listed", letters=await queries.letters(chat.tx, chat.actor.id, LISTED))


@router.press("announcements.open")
async def opened(chat: Chat) -> Reply:
    """One in full, at the chat's end."""
    letter = await queries.letter(chat.tx, chat.actor.id, chat.action_value or "")
    return Reply("announcements.opened", f"{letter.id}:full", letter=letter)


@router.press("announcements.read")
async def read(chat: Chat) -> Reply:
    """The receipt. Typed while several wait for one, it is asked which."""
    key = chat.key.partition(":")[0]
    waiting = await queries.unread(chat.tx, chat.actor.id)
    if chat.text and len(waiting) > 1 and not chat.key.endswith(":full"):
        return Reply("announcements.which", letters=waiting)
    letter = await service.acknowledge(chat.tx, chat.actor.id, key, service.CHAT, chat.key)
    others = [one for one in waiting if one.id != key]
    return Reply("announcements.read", chat.key, letter=letter, others=others, quiet=False)


def _no_such(chat: Chat) -> str | None:
    """2月30号, 25点. It leaves the slots, so that the next answer takes its place."""
    said = [chat.slots[name] for name in ("invalid_date", "invalid_time") if chat.slots.get(name)]
    if isinstance(chat.slots, dict):
        for name in ("invalid_date", "invalid_time"):
            chat.slots.pop(name, None)
    return str(said[0]) if said else None


async def _addressed(chat: Chat) -> Chat:
    """With the unit where the sentence says 我们部门, or calls one by its name. Raises NotAUnit."""
    said = chat.slots.get("to")
    if not said:
        return chat
    post = await org.main_assignment(chat.tx, chat.actor.id, chat.tx.today) if said == OWN else None
    name = post.unit_name if post else str(said)
    if len(await org.unit_named(chat.tx, name, chat.tx.today)) != 1:
        raise NotAUnit(said=name)
    return replace(chat, slots={**chat.slots, "department": name})


async def _draft(chat: Chat, draft: AnnouncementView) -> Reply:
    people = await queries.audience(chat.tx, draft.unit)
    forecast = await chat.forecast(people)
    return Reply("announcements.draft", draft.id, form=True, announcement=draft, people=len(people), forecast=forecast)


def _standing(seen: AnnouncementView) -> Reply:
    """How it stands, on the author's card."""
    return Reply(seen.standing, seen.id, announcement=seen)
