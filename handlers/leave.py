"""Asking for leave in words and buttons: the draft, its corrections, sending it, taking it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from domain.kernel.errors import DomainError
from domain.leave import queries, service
from domain.leave.errors import DraftClosed, InsufficientBalance, NothingToCancel, NothingToExtend
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import Wish
from domain.leave.views import DraftView
from domain.people.queries import PersonView
from handlers.chat import Chat, Reply, Router
from handlers.leave_anew import anew, in_words
from handlers.leave_behalf import for_whom
from handlers.leave_papers import papers_of
from handlers.leave_slots import Kind, When, days_said, kind_in, kind_of, tops_up

router = Router("leave")


@dataclass(frozen=True)
class Wanted:
    """What a sentence asks for, and for whom."""

    person: PersonView
    wish: Wish
    reason: str | None


@router.intent("leave.request", private=True)
async def request(chat: Chat) -> Reply:
    key = chat.correcting or ""
    if key.startswith("lv_") and not await service.is_over(chat.tx, chat.actor, key):
        draft = await queries.request(chat.tx, key, chat.actor.id)
        if draft.person == (await for_whom(chat)).id:
            return await _corrected(chat, key)
    return await _anew(chat, _said)


async def _corrected(chat: Chat, key: str) -> Reply:
    """The same draft changed; when that is refused it says that the draft stays as it was. Raises Ask, DraftClosed."""
    wanted = await _said(chat)
    try:
        async with chat.tx.session.begin_nested():
            wish = wanted.wish
            draft = await service.redraft(chat.tx, chat.actor, key, wish.kind, wish.period, wanted.reason)
    except DraftClosed:
        raise
    except InsufficientBalance as short:
        offered = await _offered(chat, wanted, short)
        return offered or in_words(short, kept=True)
    except DomainError as refusal:
        return in_words(refusal, kept=True)
    return await _draft(chat, draft)


@router.intent("leave.request#extend", private=True)
async def extend(chat: Chat) -> Reply:
    """想多休一天: more of the same type, from the day after the leave it follows."""
    return await _anew(chat, _more)


async def _anew(chat: Chat, read: Callable[[Chat], Awaitable[Wanted]]) -> Reply:
    async def draft(chat: Chat) -> Reply:
        wanted = await read(chat)
        try:
            async with chat.tx.session.begin_nested():
                made = await service.draft_for(chat.tx, chat.actor, wanted.person, wanted.wish, wanted.reason)
        except InsufficientBalance as short:
            if (offered := await _offered(chat, wanted, short)) is None:
                raise
            return offered
        return await _draft(chat, made)

    return await anew(chat, lambda: service.close_open(chat.tx, chat.actor.id), draft)


async def _said(chat: Chat) -> Wanted:
    person = await for_whom(chat)
    await service.check_may_fill(chat.tx, chat.actor.id, person)
    kind, when = Kind.from_slots(chat.slots, chat), When.from_slots(chat.slots, chat)
    reason = str(chat.slots.get("reason") or "") or None
    return Wanted(person, Wish(kind.value, when.value, tops_up(kind.value, chat.slots, chat.text)), reason)


async def _more(chat: Chat) -> Wanted:
    person = await for_whom(chat)
    await service.check_may_fill(chat.tx, chat.actor.id, person)
    try:
        before = await queries.nearest_approved(chat.tx, person.id)
    except NothingToCancel:
        raise NothingToExtend() from None
    length = days_said(chat.slots, chat.text) or Decimal(1)
    more = Period(before.ends + timedelta(days=1), duration_days=length)
    return Wanted(person, Wish(LeaveKind(before.kind), more), before.reason)


async def _offered(chat: Chat, wanted: Wanted, short: InsufficientBalance) -> Reply | None:
    """Too little, with the offer to make up for it; None where nothing would."""
    if wanted.wish.top_up is not None:
        return None
    offer = await service.offer_top_up(chat.tx, chat.actor, wanted.person, wanted.wish, wanted.reason)
    if offer is None:
        return None
    return Reply("leave.short", key=offer.id, form=True, facts=short.facts, offer=offer)


async def _draft(chat: Chat, draft: DraftView) -> Reply:
    """The draft; a paper that came with the sentence is kept with it where one is wanted."""
    if chat.files and draft.proof_due is not None:
        kept = await service.attach_certificate(chat.tx, chat.actor.id, await papers_of(chat), draft.id)
        draft = replace(draft, proof_at=kept.proof_at)
    return Reply("leave.draft", key=draft.id, form=True, draft=draft)


@router.press("leave.top_up")
async def top_up(chat: Chat) -> Reply:
    """不够的用调休补: the refused wish again."""
    draft = await service.top_up(chat.tx, chat.actor, chat.key)
    return Reply("leave.draft", key=draft.id, form=True, draft=draft)


@router.press("leave.submit")
async def submit(chat: Chat) -> Reply:
    return Reply("leave.request", key=chat.key, request=await service.submit(chat.tx, chat.actor, chat.key))


@router.press("leave.edit")
async def edit(chat: Chat) -> Reply:
    """Says how; the draft stays what 改成… refers to."""
    await service.check_draft(chat.tx, chat.actor, chat.key)
    return Reply("leave.edit", form=True)


@router.press("leave.discard")
async def discard(chat: Chat) -> Reply:
    return Reply("leave.dropped", key=chat.key, code=await service.discard(chat.tx, chat.actor, chat.key))


@router.press("leave.withdraw")
async def withdraw(chat: Chat) -> Reply:
    return Reply("leave.request", key=chat.key, request=await service.withdraw(chat.tx, chat.actor, chat.key))


@router.intent("#who_approves", private=True)
async def who_approves(chat: Chat) -> Reply:
    kind = kind_of(chat.slots) or kind_in(chat.text) or LeaveKind.ANNUAL
    route = await queries.route(chat.tx, chat.actor.id, kind, chat.slots.get("duration_days"))
    return Reply("leave.who_approves", steps=route.steps, kind_name=route.kind_name, amount=route.days)
