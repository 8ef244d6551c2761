"""A new wish closes what was drafted before it, also when it is refused itself or something has to be asked first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from domain.kernel.errors import DomainError
from handlers.chat import Ask, Chat, Reply


async def anew(chat: Chat, close: Callable[[], Awaitable[int]], act: Callable[[Chat], Awaitable[Reply]]) -> Reply:
    """`close` the older drafts, then `act`. What closed stays closed: a refusal or question is then a plain answer.

    Without older drafts a refusal is raised as everywhere. Raises Ask, DomainError.
    """
    closed = await close()
    try:
        async with chat.tx.session.begin_nested():
            return await act(chat)
    except Ask as question:
        if not closed:
            raise
        return Reply(question.template, ask=question.slot, **{"intent": chat.intent, **question.data})
    except DomainError as refusal:
        if not closed:
            raise
        return in_words(refusal)


def in_words(refusal: DomainError, *, kept: bool = False) -> Reply:
    """A refusal as an answer, so that what was changed before it stays. `kept`: the draft before them is as it was;
    otherwise 改成… now means the refused wish."""
    context, name = refusal.code.split(".")
    words = f"{context}.errors"
    return Reply("leave.refused", form=not kept, listed=words, name=name, facts=refusal.facts, kept=kept)
