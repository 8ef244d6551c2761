"""Leave in words and buttons: asking for it, balances, giving it back, papers, the year's end."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from domain.kernel.clock import Month
from domain.leave import queries, service
from domain.leave.errors import NothingToCancel
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import certificates, settling
from domain.leave.service.certificates import Paper
from domain.leave.views import DraftView
from handlers.chat import Chat, Reply, Router
from handlers.leave_slots import Days, Kind, When, day_of, days_said, kind_of, tops_up

router = Router("leave")

LEAVING = re.compile("离职|辞职")

# asking for leave


@router.intent("leave.request", private=True)
async def request(chat: Chat, kind: Kind, when: When) -> Reply:
    reason = str(chat.slots.get("reason") or "") or None
    if chat.correcting and chat.correcting.startswith("lv_"):
        draft = await service.redraft(chat.tx, chat.actor, chat.correcting, kind.value, when.value, reason)
    else:
        top_up = tops_up(kind.value, chat.slots, chat.text)
        draft = await service.draft(chat.tx, chat.actor, kind.value, when.value, reason, top_up)
    if chat.files:
        kept = await service.attach_certificate(chat.tx, chat.actor.id, _papers(chat))
        draft = replace(draft, proof_at=kept.proof_at)
    return _draft(draft)


def _draft(draft: DraftView) -> Reply:
    return Reply("leave.draft", key=draft.id, form=True, draft=draft)


@router.intent("leave.request#extend", private=True)
async def extend(chat: Chat) -> Reply:
    """想多休一天: more of the same type, from the day after the leave it follows."""
    before = await queries.nearest_approved(chat.tx, chat.actor.id)
    more = Period(before.ends + timedelta(days=1), duration_days=days_said(chat.slots, chat.text))
    return _draft(await service.draft(chat.tx, chat.actor, LeaveKind(before.kind), more, before.reason))


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
    kind = kind_of(chat.slots) or LeaveKind.ANNUAL
    route = await queries.route(chat.tx, chat.actor.id, kind, chat.slots.get("duration_days"))
    return Reply("leave.who_approves", steps=route.steps, kind_name=route.kind_name, amount=route.days)


# giving it back


@router.intent("leave.cancel", private=True)
async def cancel(chat: Chat, days: Days) -> Reply:
    start, end = (days.start, days.end) if days.named else (None, None)
    found = await queries.live_requests(chat.tx, chat.actor.id, kind_of(chat.slots), start, end)
    if not found:
        raise NothingToCancel()
    if len(found) > 1:
        return Reply("leave.cancel_choose", requests=found)
    if found[0].state == "in_approval":
        return Reply("leave.withdraw", key=found[0].id, form=True, request=found[0])
    cancellation = await service.cancel_draft(chat.tx, chat.actor, found[0].id, start, end)
    return Reply("leave.cancellation", key=cancellation.id, form=True, cancellation=cancellation, reason=None)


@router.intent("leave.cancel#retract_part", private=True)
async def retract_part(chat: Chat, days: Days) -> Reply:
    """我提前一天回来了: of leave that runs, the rest from today on; else its last days."""
    if days.named:
        return await cancel(chat, days)
    request = await queries.nearest_approved(chat.tx, chat.actor.id)
    start, end = await queries.last_days(chat.tx, request.id, days_said(chat.slots, chat.text))
    cancellation = await service.cancel_draft(chat.tx, chat.actor, request.id, start, end)
    return Reply("leave.cancellation", key=cancellation.id, form=True, cancellation=cancellation, reason=None)


@router.press("leave.cancel_pick")
async def cancel_pick(chat: Chat) -> Reply:
    picked = await queries.request(chat.tx, chat.action_value or "", chat.actor.id)
    if picked.state == "in_approval":
        return Reply("leave.withdraw", key=picked.id, form=True, request=picked)
    cancellation = await service.cancel_draft(chat.tx, chat.actor, picked.id)
    return Reply("leave.cancellation", key=cancellation.id, form=True, cancellation=cancellation, reason=None)


@router.press("leave.cancel_confirm")
async def cancel_confirm(chat: Chat) -> Reply:
    cancellation = await service.cancel_confirm(chat.tx, chat.actor, chat.key)
    return Reply("leave.cancellation", key=chat.key, cancellation=cancellation, reason=None)


@router.press("leave.cancel_drop")
async def cancel_drop(chat: Chat) -> Reply:
    cancellation = await service.cancel_drop(chat.tx, chat.actor, chat.key)
    return Reply("leave.cancellation", key=chat.key, cancellation=cancellation, reason=None)


# balances


@router.intent("leave.balance", private=True)
async def balance(chat: Chat) -> Reply:
    found = await queries.balances(chat.tx, chat.actor.id)
    kind = kind_of(chat.slots)
    if LEAVING.search(chat.text):
        last_day = day_of(chat.slots, "date") or Month.of(chat.tx.today).last
        return Reply("leave.leaver", leaver=await queries.leaver(chat.tx, chat.actor, last_day))
    if kind is None:
        return Reply("leave.balance", balances=found)
    mine = [each for each in found if each.kind == kind.value]
    if mine:
        return Reply("leave.balance", balances=mine)
    due = await queries.due(chat.tx, chat.actor, kind)
    return Reply("leave.no_balance", kind_name=due.kind_name, ground=due.ground)


@router.intent("leave.balance#explain", private=True)
async def explain(chat: Chat) -> Reply:
    kind = kind_of(chat.slots) or LeaveKind.ANNUAL
    return Reply("leave.explain", explanation=await queries.explain(chat.tx, chat.actor.id, kind))


@router.press("leave.explain")
async def explain_press(chat: Chat) -> Reply:
    kind = LeaveKind(chat.action_value or LeaveKind.ANNUAL)
    return Reply("leave.explain", explanation=await queries.explain(chat.tx, chat.actor.id, kind))


@router.intent("leave.balance#whos_out")
async def whos_out(chat: Chat, days: Days) -> Reply:
    """In a group nobody's type is told."""
    public = chat.conversation != "direct"
    away = await queries.whos_out(chat.tx, chat.actor.id, days.start, days.end, public=public)
    said = chat.slots.get("person")
    asked = [said] if isinstance(said, str) else list(said or ())
    if asked:
        away = [each for each in away if each.name in asked]
    return Reply("leave.whos_out", away=away, start=days.start, end=days.end, asked=asked)


@router.intent("#whos_out")
async def whos_out_of_any(chat: Chat, days: Days) -> Reply:
    return await whos_out(chat, days)


# papers


@router.file
async def certificate(chat: Chat) -> Reply | None:
    """A photo sent alone finds the request that waits for it."""
    if await certificates.waiting_for_proof(chat.tx, chat.actor.id) is None:
        return None
    kept = await service.attach_certificate(chat.tx, chat.actor.id, _papers(chat))
    return Reply("leave.certificate_kept", request=kept, count=len(chat.files))


def _papers(chat: Chat) -> list[Paper]:
    return [Paper(file.id, file.name, file.media_type) for file in chat.files]


# the year's end


@router.intent("leave.balance#waive", private=True)
async def settle(chat: Chat) -> Reply:
    """What became of last year's days, with the choices while it is open."""
    mine = await settling.of_person(chat.tx, chat.actor.id)
    if mine is None:
        return Reply("leave.nothing_to_settle")
    return Reply("leave.settlement", key=mine.id, settlement=mine)


@router.press("leave.carry")
async def carry(chat: Chat) -> Reply:
    return Reply("leave.settlement", key=chat.key, settlement=await service.carry(chat.tx, chat.actor, chat.key))


@router.press("leave.waive_ask")
async def waive_ask(chat: Chat) -> Reply:
    """A waiver is a statement of its own: shown in full, confirmed by its own press."""
    return Reply("leave.waive", key=chat.key, settlement=await settling.show(chat.tx, chat.actor, chat.key))


@router.press("leave.waive_confirm")
async def waive_confirm(chat: Chat) -> Reply:
    return Reply("leave.settlement", key=chat.key, settlement=await service.waive(chat.tx, chat.actor, chat.key))


@router.press("leave.waive_keep")
async def waive_keep(chat: Chat) -> Reply:
    return Reply("leave.settlement", key=chat.key, settlement=await settling.show(chat.tx, chat.actor, chat.key))
