"""HR's side of leave: 给某人加1天年假，原因… , the papers of a request."""

from __future__ import annotations

from domain.leave import service
from domain.leave.rules.policy import LeaveKind
from domain.leave.service.adjusting import Change
from domain.people import queries as people
from domain.people.errors import PersonUnknown
from handlers.chat import Ask, Chat, Reply, Router
from handlers.leave_slots import change_of, kind_of, reason_of

router = Router("leave_hr")


@router.intent("leave.balance#adjust", private=True)
async def adjust(chat: Chat) -> Reply:
    await service.may_adjust(chat.tx, chat.actor.id)
    said = chat.slots.get("person")
    name = said[0] if isinstance(said, list) and said else said
    if not name:
        raise Ask("person", "leave.adjust_ask", missing="person")
    amount = change_of(chat.slots, chat.text)
    if amount is None:
        raise Ask("duration_days", "leave.adjust_ask", missing="amount")
    reason = reason_of(chat.slots, chat.text)
    if not reason:
        raise Ask("reason", "leave.adjust_ask", missing="reason")
    found = await people.named(chat.tx, str(name), chat.tx.today)
    if not found:
        raise PersonUnknown(person=name)
    change = Change(found[0].id, kind_of(chat.slots) or LeaveKind.ANNUAL, amount, reason)
    adjustment = await service.adjust_draft(chat.tx, chat.actor, change)
    return Reply("leave.adjustment", key=adjustment.id, form=True, adjustment=adjustment, reason=None)


@router.press("leave.adjust_confirm")
async def adjust_confirm(chat: Chat) -> Reply:
    adjustment = await service.adjust_confirm(chat.tx, chat.actor, chat.key)
    return Reply("leave.adjustment", key=chat.key, adjustment=adjustment, reason=None)


@router.press("leave.adjust_drop")
async def adjust_drop(chat: Chat) -> Reply:
    adjustment = await service.adjust_drop(chat.tx, chat.actor, chat.key)
    return Reply("leave.adjustment", key=chat.key, adjustment=adjustment, reason=None)


@router.press("leave.certificate_open")
async def certificate_open(chat: Chat) -> Reply | None:
    """The papers of a request, one message each; the look is recorded."""
    code = chat.action_value or ""
    answer: Reply | None = None
    for paper in reversed(await service.open_certificate(chat.tx, chat.actor.id, code)):
        content = (paper.name, await chat.read_file(paper.file_id))
        answer = Reply(
            "leave.certificate_file", private=True, file=content, follow_up=answer, code=code, name=paper.name
        )
    return answer
