"""Several cases with one press: shown first, what must be looked at one by one is named, each its own action."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.approvals import queries, service
from domain.approvals.queries import CaseView, TaskView
from domain.kernel.errors import DomainError
from handlers.approvals_meant import codes_in, listed, persons
from handlers.approvals_words import rejects_all
from handlers.chat import Chat, Reply, Router

router = Router("approvals_batch")
MOST = 20
"""Cases on one card: nobody agrees to what they were not shown."""
KEY = "apb_"


@dataclass(frozen=True)
class Chosen:
    """What a batch takes, what it leaves to be decided one by one and why, and excluded names that nobody has."""

    tasks: Sequence[TaskView]
    single: Sequence[dict[str, Any]]
    unknown: Sequence[str]
    rest: int

    @property
    def ids(self) -> str:
        return " ".join(task.id for task in self.tasks)


def asked_for(chat: Chat) -> bool:
    """Whether the sentence means several at once."""
    everything = bool(chat.slots.get("all")) or (chat.intent == "approval.reject" and rejects_all(chat.text))
    return limited(chat) or everything or len(persons(chat)) > 1 or len(codes_in(chat.text)) > 1


def needs_showing(chat: Chat, tasks: Sequence[TaskView]) -> bool:
    """全部同意 with one waiting is plain 同意; a limit is always shown with what it means."""
    if (chat.correcting or "").startswith(KEY):
        return True
    return limited(chat) or (asked_for(chat) and len(tasks) > 1)


def limited(chat: Chat) -> bool:
    """Whether only some of them were meant."""
    return any(chat.slots.get(slot) not in (None, []) for slot in ("except", "max_days", "min_days"))


async def choose(chat: Chat, tasks: Sequence[TaskView]) -> Chosen:
    """Part what waits by the names and the length that were said, and by what definitions allow."""
    left_out = listed(chat.slots.get("except"))
    rules = await queries.settings_of(chat.tx, [task.case for task in tasks])
    taken: list[TaskView] = []
    single: list[dict[str, Any]] = []
    for task in tasks:
        case = task.case
        if case.applicant_name in left_out:
            why: str | None = "excluded"
        elif rules[case.id].batch != "together":
            why = "one_by_one"
        else:
            why = _out_of_limits(chat, case.days)
        if why is None:
            taken.append(task)
        else:
            single.append({"task": task, "why": why, "days": case.days})
    here = {task.case.applicant_name for task in tasks}
    unknown = [name for name in left_out if name not in here]
    return Chosen(taken[:MOST], single, unknown, max(len(taken) - MOST, 0))


def _out_of_limits(chat: Chat, days: Decimal | None) -> str | None:
    """Why a length is not what was said, by 3 天以内 or 3 天以上."""
    most, least = chat.slots.get("max_days"), chat.slots.get("min_days")
    if most is None and least is None:
        return None
    if days is None:
        return "no_length"
    if most is not None and days > Decimal(str(most)):
        return "too_long"
    return "too_short" if least is not None and days < Decimal(str(least)) else None


async def preview_agree(chat: Chat, tasks: Sequence[TaskView]) -> Reply:
    """What would be agreed to; only the press on it does."""
    chosen = await choose(chat, tasks)
    return Reply("approvals.batch_agree", key=_key(chat), form=bool(chosen.tasks), chosen=chosen)


async def preview_reject(chat: Chat, tasks: Sequence[TaskView], reason: str) -> Reply:
    """What would be rejected: with a reason to be confirmed, without one the reasons are offered."""
    chosen = await choose(chat, tasks)
    rules = await queries.settings_of(chat.tx, [task.case for task in chosen.tasks])
    offers = [one.reject_reasons for one in rules.values()]
    common = [one for one in offers[0] if all(one in others for others in offers)] if offers else []
    reasons = [{"id": f"reason{number}", "words": words} for number, words in enumerate(common, 1)]
    data: dict[str, Any] = {"chosen": chosen, "reason": reason, "reasons": reasons, "intent": "approval.reject"}
    if not chosen.tasks:
        return Reply("approvals.batch_reject", key=_key(chat), **data)
    if reason:
        return Reply("approvals.batch_reject", key=_key(chat), form=True, **data)
    return Reply("approvals.batch_reject", key=_key(chat), ask="reason", **data)


@router.press("approvals.batch_agree")
async def press_agree(chat: Chat) -> Reply:
    ids = (chat.action_value or "").split()

    async def agree(task_id: str) -> CaseView:
        return await service.agree(chat.tx, chat.actor.id, task_id)

    done, failed = await _each(chat, ids, "agreed", agree)
    return Reply("approvals.done_many", key=chat.key, outcome="agreed", reason="", done=done, failed=failed)


@router.press("approvals.batch_reject")
async def press_reject(chat: Chat) -> Reply:
    ids, _, reason = (chat.action_value or "").partition("|")

    async def reject(task_id: str) -> CaseView:
        return await service.reject(chat.tx, chat.actor.id, task_id, reason)

    done, failed = await _each(chat, ids.split(), "rejected", reject)
    return Reply("approvals.done_many", key=chat.key, outcome="rejected", reason=reason, done=done, failed=failed)


@router.press("approvals.batch_drop")
async def press_drop(chat: Chat) -> Reply:
    return Reply("approvals.batch_dropped", key=chat.key)


async def _each(
    chat: Chat, ids: Sequence[str], outcome: str, act: Callable[[str], Awaitable[CaseView]]
) -> tuple[list[CaseView], list[dict[str, Any]]]:
    """Each its own action and check; what changed meanwhile is skipped and named. Pressed twice is done once."""
    done: list[CaseView] = []
    failed: list[dict[str, Any]] = []
    for task_id in ids:
        try:
            async with chat.tx.session.begin_nested():
                done.append(await act(task_id))
        except DomainError as refused:
            task = await queries.task(chat.tx, task_id)
            if refused.facts.get("mine") and refused.facts.get("outcome") == outcome:
                done.append(task.case)
                continue
            failed.append({"case": task.case, "why": refused.code.partition(".")[2]})
    return done, failed


def _key(chat: Chat) -> str:
    corrected = chat.correcting or ""
    return corrected if corrected.startswith(KEY) else chat.tx.new_id("apb")
