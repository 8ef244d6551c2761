"""Giving leave back: 销假, 取消, 提前回来."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.leave import queries, service
from domain.leave.errors import NothingToCancel
from domain.leave.views import RequestView
from handlers.chat import Chat, Reply, Router
from handlers.leave_slots import Days, days_said, kind_of

router = Router("leave_back")


@router.intent("leave.cancel", private=True)
async def cancel(chat: Chat, days: Days) -> Reply:
    start, end = (days.start, days.end) if days.named else (None, None)
    found = await queries.live_requests(chat.tx, chat.actor.id, kind_of(chat.slots), start, end)
    return await give_back(chat, found, start, end)


async def give_back(chat: Chat, found: Sequence[RequestView], start: date | None, end: date | None) -> Reply:
    """Of requests that may be meant the only one, else a choice. Raises NothingToCancel."""
    if not found:
        raise NothingToCancel()
    if len(found) > 1:
        return Reply("leave.cancel_choose", requests=found)
    if found[0].state == "in_approval":
        return Reply("leave.withdraw", key=found[0].id, form=True, request=found[0])
    return await _cancellation(chat, found[0].id, start, end)


@router.intent("leave.cancel#retract_part", private=True)
async def retract_part(chat: Chat, days: Days) -> Reply:
    """我提前一天回来了: of leave that runs the rest from today on, else its last days; asked where several would do."""
    if days.named:
        return await cancel(chat, days)
    request = await queries.nearest_approved(chat.tx, chat.actor.id)
    choices = await queries.early_returns(chat.tx, request.id, days_said(chat.slots, chat.text))
    if not choices:
        raise NothingToCancel()
    if len(choices) > 1:
        return Reply("leave.back_when", request=request, choices=choices)
    return await _cancellation(chat, request.id, choices[0].first, choices[0].last)


@router.press("leave.back_from")
async def back_from(chat: Chat) -> Reply:
    """The first day given back was picked; the rest of the leave goes with it."""
    request_id, _, first = (chat.action_value or "").partition(" ")
    request = await queries.request(chat.tx, request_id, chat.actor.id)
    return await _cancellation(chat, request.id, date.fromisoformat(first), request.ends)


@router.press("leave.cancel_pick")
async def cancel_pick(chat: Chat) -> Reply:
    picked = await queries.request(chat.tx, chat.action_value or "", chat.actor.id)
    if picked.state == "in_approval":
        return Reply("leave.withdraw", key=picked.id, form=True, request=picked)
    return await _cancellation(chat, picked.id)


@router.press("leave.cancel_confirm")
async def cancel_confirm(chat: Chat) -> Reply:
    cancellation = await service.cancel_confirm(chat.tx, chat.actor, chat.key)
    return Reply("leave.cancellation", key=chat.key, cancellation=cancellation, reason=None)


@router.press("leave.cancel_drop")
async def cancel_drop(chat: Chat) -> Reply:
    cancellation = await service.cancel_drop(chat.tx, chat.actor, chat.key)
    return Reply("leave.cancellation", key=chat.key, cancellation=cancellation, reason=None)


async def _cancellation(chat: Chat, request_id: str, start: date | None = None, end: date | None = None) -> Reply:
    cancellation = await service.cancel_draft(chat.tx, chat.actor, request_id, start, end)
    return Reply("leave.cancellation", key=cancellation.id, form=True, cancellation=cancellation, reason=None)
