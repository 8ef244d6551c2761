"""Approvals in words and buttons: deciding, asking how far it is, taking back, urging."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.approvals import queries, service
from domain.approvals.queries import CaseView, TaskView
from handlers import approvals_batch as batch
from handlers.approvals_meant import (
    MANY,
    meant_tasks,
    of_kind,
    one_case,
    one_task,
    own_cases,
    persons,
    pressed,
    pressed_case,
)
from handlers.approvals_words import as_typed, clean_reason, holds_back, holds_back_no, reason_in, sends_back, sends_no
from handlers.chat import Chat, Reply, Router

router = Router("approvals")
SHOWN = 5
"""Lines of 待我审批 at a time: so many show on a phone's card as well."""

# presses


@router.press("approvals.agree")
async def press_agree(chat: Chat) -> Reply:
    task = await pressed(chat)
    return await _agreed(chat, await service.agree(chat.tx, chat.actor.id, task.id))


@router.press("approvals.reject")
async def press_reject(chat: Chat) -> Reply:
    """With a reason typed into the card at once; without one the reasons are offered."""
    task = await pressed(chat)
    reason = clean_reason(chat.inputs.get("reason", ""))
    if reason:
        return await _rejected(chat, task, reason)
    return await _asking_why(chat, task)


@router.press("approvals.reject_reason")
async def press_reason(chat: Chat) -> Reply:
    """A reason button: its value is the task, and the reason unless it is to be typed."""
    task_id, _, reason = (chat.action_value or "").partition(" ")
    task = await queries.task(chat.tx, task_id)
    reason = reason or clean_reason(chat.inputs.get("reason", ""))
    if not reason:
        return _asking("approvals.reason_text", task)
    return await _rejected(chat, task, reason, card=_reason_card(task.id))


@router.press("approvals.keep")
async def press_keep(chat: Chat) -> Reply:
    """取消 on the reason card: nothing is rejected."""
    task = await pressed(chat)
    return Reply("approvals.reject_closed", key=_reason_card(task.id), case=task.case, rejected=False)


@router.press("approvals.more")
async def press_more(chat: Chat) -> Reply:
    task = await pressed(chat)
    return await _progress(chat, [task.case])


@router.press("approvals.withdraw")
async def press_withdraw(chat: Chat) -> Reply:
    return await _withdrawn(chat, await pressed_case(chat))


@router.press("approvals.urge")
async def press_urge(chat: Chat) -> Reply:
    return await _urged(chat, await pressed_case(chat))


# words


@router.intent("approval.approve", private=True)
async def approve(chat: Chat) -> Reply:
    if holds_back(chat.text, chat.slots):
        return await _waiting(chat, held="approve")
    tasks = await meant_tasks(chat)
    if not tasks:
        return _nothing(chat)
    if batch.needs_showing(chat, tasks):
        return await batch.preview_agree(chat, tasks)
    task = one_task(tasks)
    return await _agreed(chat, await service.agree(chat.tx, chat.actor.id, task.id))


@router.intent("approval.approve#batch", private=True)
async def approve_batch(chat: Chat) -> Reply:
    if holds_back(chat.text, chat.slots):
        return await _waiting(chat, held="approve")
    tasks = await meant_tasks(chat)
    return await batch.preview_agree(chat, tasks) if tasks else _nothing(chat)


@router.intent("approval.reject", private=True)
async def reject(chat: Chat) -> Reply:
    answering = chat.correcting is not None
    if not answering and holds_back_no(chat.text):
        return await _waiting(chat, held="reject")
    tasks = await meant_tasks(chat)
    if not tasks:
        return _nothing(chat)
    reason = _reason(chat, tasks)
    if batch.needs_showing(chat, tasks):
        return await batch.preview_reject(chat, tasks, reason)
    back = not answering and sends_back(chat.text)
    task = one_task(tasks, reason, back=back)
    if back or not reason:
        return await _asking_why(chat, task, reason, back=back)
    return await _rejected(chat, task, reason, card=chat.correcting)


@router.intent("approval.reject#batch", private=True)
async def reject_batch(chat: Chat) -> Reply:
    if holds_back_no(chat.text):
        return await _waiting(chat, held="reject")
    tasks = await meant_tasks(chat)
    return await batch.preview_reject(chat, tasks, _reason(chat, tasks)) if tasks else _nothing(chat)


@router.intent("approval.list", private=True)
async def waiting(chat: Chat) -> Reply:
    return await _waiting(chat, kind=chat.slots.get("kind"))


@router.intent("approval.list#undecided", private=True)
async def undecided(chat: Chat) -> Reply:
    """别同意, 先别批: nothing is done; what waits is shown."""
    return await _waiting(chat, held="reject" if sends_no(chat.text) else "approve")


@router.press("approvals.page")
async def press_page(chat: Chat) -> Reply:
    """The rest of a long list: the value is how many were shown, and the kind it was limited to."""
    shown, _, kind = (chat.action_value or "0").partition(" ")
    return await _waiting(chat, offset=int(shown), kind=kind or None)


@router.intent("todo.list", private=True)
async def todo(chat: Chat) -> Reply:
    own = [case for case in await queries.mine(chat.tx, chat.actor.id) if case.live]
    return await _waiting(chat, own=own)


@router.intent("approval.progress", private=True)
async def progress(chat: Chat) -> Reply:
    cases = await own_cases(chat)
    live = [case for case in cases if case.live]
    return await _progress(chat, live or cases[:1]) if cases else _nothing(chat, own=True)


@router.intent("approval.withdraw", private=True)
async def withdraw(chat: Chat) -> Reply:
    cases = await own_cases(chat)
    return await _withdrawn(chat, one_case(chat, cases)) if cases else _nothing(chat, own=True)


@router.intent("approval.urge", private=True)
async def urge(chat: Chat) -> Reply:
    cases = await own_cases(chat)
    return await _urged(chat, one_case(chat, cases)) if cases else _nothing(chat, own=True)


# answers


async def _waiting(
    chat: Chat, *, offset: int = 0, kind: str | None = None, own: Sequence[CaseView] = (), held: str | None = None
) -> Reply:
    """What waits for this person, a page of it; `held`: what was not done because the sentence held it back."""
    tasks = [task for task in await queries.waiting(chat.tx, chat.actor.id) if of_kind(kind, task.case)]
    page = tasks[offset : offset + SHOWN]
    rest = max(len(tasks) - offset - SHOWN, 0)
    after = f"{offset + SHOWN} {kind or ''}".strip()
    return Reply(
        "approvals.waiting", tasks=page, total=len(tasks), offset=offset, rest=rest, after=after, own=own, held=held
    )


def _reason(chat: Chat, tasks: Sequence[TaskView]) -> str:
    """The reason that was said: kept by a button of 是哪一件, in the slots, or behind the code or name."""
    kept = str(chat.slots.get("task") or "")
    if kept.startswith("apt_") and " " in kept:
        return kept.partition(" ")[2]
    if (chat.correcting or "").startswith("apt_"):  # the answer to 驳回理由 is the reason, all of it
        said = str(chat.slots.get("reason") or "")
        return as_typed(clean_reason(said), chat.text)
    return reason_in(chat.slots, chat.text, {task.case.applicant_name for task in tasks})


async def _agreed(chat: Chat, case: CaseView) -> Reply:
    turns = await queries.tasks_of(chat.tx, case.id)
    next_ones = [turn.holder_name for turn in turns if turn.state == "open"]
    return Reply("approvals.done", case=case, outcome="agreed", next=next_ones, **case.spoken(chat.actor.id))


async def _rejected(chat: Chat, task: TaskView, reason: str, card: str | None = None) -> Reply:
    case = await service.reject(chat.tx, chat.actor.id, task.id, reason)
    if card is not None:
        return Reply("approvals.reject_closed", key=card, case=case, rejected=True)
    return Reply("approvals.done", case=case, outcome="rejected", next=[], **case.spoken(chat.actor.id))


async def _asking_why(chat: Chat, task: TaskView, said: str = "", *, back: bool = False) -> Reply:
    """The reasons of this definition as buttons. Raises as `service.check_turn`: nobody is asked in vain."""
    await service.check_turn(chat.tx, chat.actor.id, task.id)
    rules = await queries.settings_of(chat.tx, [task.case])
    offered = [*([said] if said else []), *rules[task.case.id].reject_reasons]
    reasons = [{"id": f"reason{number}", "words": words} for number, words in enumerate(offered, 1)]
    return _asking("approvals.reject", task, reasons=reasons, back=back)


def _asking(template: str, task: TaskView, **data: Any) -> Reply:
    """The next message is the reason: the router resumes `intent` with it, and with the card's key in `correcting`."""
    return Reply(template, key=_reason_card(task.id), ask="reason", intent="approval.reject", task=task, **data)


def _reason_card(task_id: str) -> str:
    return f"{task_id}:reason"


async def _withdrawn(chat: Chat, case: CaseView) -> Reply:
    done = await service.withdraw(chat.tx, chat.actor.id, case.id)
    return Reply("approvals.done", case=done, outcome="withdrawn", next=[], **done.spoken(chat.actor.id))


async def _urged(chat: Chat, case: CaseView) -> Reply:
    await service.urge(chat.tx, chat.actor.id, case.id)
    turns = await queries.tasks_of(chat.tx, case.id)
    holders = [turn.holder_name for turn in turns if turn.state == "open"]
    return Reply("approvals.urge_sent", case=case, holders=holders, **case.spoken(chat.actor.id))


async def _progress(chat: Chat, cases: Sequence[CaseView]) -> Reply:
    views = [await queries.progress(chat.tx, case.id) for case in cases[:MANY]]
    lines = [{"view": view, "step": step} for view in views for step in view.steps]
    shown = [{"view": view, **view.case.spoken(chat.actor.id)} for view in views]
    live = next((view.case for view in views if view.case.live), None)
    reads = await _reads_as(chat, live) if live else "closed"
    return Reply("approvals.progress", shown=shown, lines=lines, reads=reads, live=live, more=len(cases) - len(views))


async def _reads_as(chat: Chat, case: CaseView) -> str:
    """applicant, approver (it is their turn), or other: what they are told they can do."""
    if case.applicant == chat.actor.id:
        return "applicant"
    turns = await queries.tasks_of(chat.tx, case.id)
    mine = any(turn.holder == chat.actor.id and turn.state == "open" for turn in turns)
    return "approver" if mine else "other"


def _nothing(chat: Chat, *, own: bool = False) -> Reply:
    return Reply("approvals.nothing", what="own" if own else "waiting", persons=[] if own else persons(chat))
