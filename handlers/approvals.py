"""Approvals in words and buttons: deciding, asking how far it is, taking back, urging."""

from __future__ import annotations

from collections.abc import Sequence

from domain.approvals import queries, service
from domain.approvals.queries import CaseView, TaskView
from domain.kernel.errors import Conflict
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
from handlers.chat import Chat, Reply, Router

router = Router("approvals")

# presses


@router.press("approvals.agree")
async def press_agree(chat: Chat) -> Reply:
    task = await pressed(chat)
    return await _agreed(chat, await service.agree(chat.tx, chat.actor.id, task.id))


@router.press("approvals.reject")
async def press_reject(chat: Chat) -> Reply:
    """With a reason typed into the card at once; without one the reasons are offered."""
    task = await pressed(chat)
    reason = chat.inputs.get("reason", "").strip()
    if reason:
        return await _rejected(chat, task, reason)
    await service.check_turn(chat.tx, chat.actor.id, task.id)
    return _asking_why("approvals.reject", task)


@router.press("approvals.reject_reason")
async def press_reason(chat: Chat) -> Reply:
    """A reason button: its value is the task, and the reason unless it is to be typed."""
    task_id, _, reason = (chat.action_value or "").partition(" ")
    task = await queries.task(chat.tx, task_id)
    reason = reason or chat.inputs.get("reason", "").strip()
    if not reason:
        return _asking_why("approvals.reason_text", task)
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
    tasks = await meant_tasks(chat)
    if not tasks:
        return _nothing(chat)
    if len(tasks) > 1 and chat.slots.get("all"):
        return await _agree_all(chat, tasks)
    task = one_task(tasks)
    return await _agreed(chat, await service.agree(chat.tx, chat.actor.id, task.id))


@router.intent("approval.reject", private=True)
async def reject(chat: Chat) -> Reply:
    tasks = await meant_tasks(chat)
    if not tasks:
        return _nothing(chat)
    task = one_task(tasks)
    reason = str(chat.slots.get("reason") or "").strip()
    if not reason:
        await service.check_turn(chat.tx, chat.actor.id, task.id)
        return _asking_why("approvals.reject", task)
    return await _rejected(chat, task, reason, card=chat.correcting)


@router.intent("approval.list", private=True)
async def waiting(chat: Chat) -> Reply:
    tasks = [task for task in await queries.waiting(chat.tx, chat.actor.id) if of_kind(chat, task.case)]
    return Reply("approvals.waiting", tasks=tasks, own=[])


@router.intent("todo.list", private=True)
async def todo(chat: Chat) -> Reply:
    own = [case for case in await queries.mine(chat.tx, chat.actor.id) if case.live]
    return Reply("approvals.waiting", tasks=await queries.waiting(chat.tx, chat.actor.id), own=own)


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


async def _agreed(chat: Chat, case: CaseView) -> Reply:
    turns = await queries.tasks_of(chat.tx, case.id)
    next_ones = [turn.holder_name for turn in turns if turn.state == "open"]
    return Reply("approvals.done", case=case, outcome="agreed", next=next_ones)


async def _agree_all(chat: Chat, tasks: Sequence[TaskView]) -> Reply:
    """Each its own action and check; what could not be done is named."""
    agreed: list[CaseView] = []
    failed: list[str] = []
    for task in tasks:
        try:
            async with chat.tx.session.begin_nested():
                agreed.append(await service.agree(chat.tx, chat.actor.id, task.id))
        except Conflict:
            failed.append(task.case.label)
    return Reply("approvals.done_many", agreed=agreed, failed=failed)


async def _rejected(chat: Chat, task: TaskView, reason: str, card: str | None = None) -> Reply:
    case = await service.reject(chat.tx, chat.actor.id, task.id, reason)
    if card is not None:
        return Reply("approvals.reject_closed", key=card, case=case, rejected=True)
    return Reply("approvals.done", case=case, outcome="rejected", next=[])


def _asking_why(template: str, task: TaskView) -> Reply:
    """The next message is the reason: the router resumes `intent` with it, and with the card's key in `correcting`."""
    return Reply(template, key=_reason_card(task.id), ask="reason", intent="approval.reject", task=task)


def _reason_card(task_id: str) -> str:
    return f"{task_id}:reason"


async def _withdrawn(chat: Chat, case: CaseView) -> Reply:
    done = await service.withdraw(chat.tx, chat.actor.id, case.id)
    return Reply("approvals.done", case=done, outcome="withdrawn", next=[])


async def _urged(chat: Chat, case: CaseView) -> Reply:
    await service.urge(chat.tx, chat.actor.id, case.id)
    turns = await queries.tasks_of(chat.tx, case.id)
    return Reply("approvals.urge_sent", case=case, holders=[turn.holder_name for turn in turns if turn.state == "open"])


async def _progress(chat: Chat, cases: Sequence[CaseView]) -> Reply:
    views = [await queries.progress(chat.tx, case.id) for case in cases[:MANY]]
    lines = [{"view": view, "step": step} for view in views for step in view.steps]
    return Reply("approvals.progress", progress=views, lines=lines)


def _nothing(chat: Chat, *, own: bool = False) -> Reply:
    return Reply("approvals.nothing", what="own" if own else "waiting", persons=[] if own else persons(chat))
