"""HR's side of leave: 给某人加1天年假，原因… , the papers of a request."""

from __future__ import annotations

from domain.leave import queries, service
from domain.leave.errors import NothingToClear
from domain.leave.service.adjusting import Change
from handlers.chat import Chat, Reply, Router
from handlers.leave_anew import anew
from handlers.leave_change import read

router = Router("leave_hr")


@router.intent("leave.balance#adjust", private=True)
async def adjust(chat: Chat) -> Reply:
    await service.may_adjust(chat.tx, chat.actor.id)
    return await anew(chat, lambda: service.close_adjustments(chat.tx, chat.actor.id), _adjust)


async def _adjust(chat: Chat) -> Reply:
    said = await read(chat)
    if said.amount is None:
        left = await queries.balance(chat.tx, said.person.id, said.kind)
        if not left.available:
            raise NothingToClear(name=said.person.name, account=left.kind_name)
        change = Change(said.person.id, said.kind, -left.available, said.reason, clears=True)
    else:
        change = Change(said.person.id, said.kind, said.amount, said.reason, said.unit)
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
