"""Where a notice to somebody goes: one platform, on which they can be reached."""

from __future__ import annotations

from collections.abc import Sequence

from bot.tables import LastSeenRow
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people

WEB = "console"
"""The web chat: everybody has a mailbox there."""


def candidates(wish: str | None, last: str | None, messengers: Sequence[str]) -> list[str]:
    """Platforms in the order in which they are tried; the first on which the person has an account it is.

    `wish`: what they said; `last`: what they last used; `messengers`: those that are connected, the default first.
    """
    wanted = [name for name in (wish, last, *messengers) if name in {*messengers, WEB}]
    return list(dict.fromkeys([*wanted, WEB]))


async def platform_for(tx: Tx, person: PersonId, messengers: Sequence[str]) -> str:
    """Their wish, else the platform last used, else the default, else another messenger, else the web chat."""
    if not messengers:
        return WEB
    seen = await tx.session.get(LastSeenRow, person)
    tried = candidates(await people.notice_wish(tx, person), seen.platform if seen else None, messengers)
    for name in tried:
        if name == WEB or await _reached(tx, person, name, seen):
            return name
    return WEB


async def _reached(tx: Tx, person: PersonId, messenger: str, seen: LastSeenRow | None) -> bool:
    """Whether they have an account there. Where their link ended, a number counts once they wrote with it."""
    if await people.account_of(tx, person, messenger) is None:
        return False
    ended = await people.link_ended(tx, person, messenger)
    if ended is None:
        return True
    return seen is not None and seen.platform == messenger and seen.at is not None and seen.at > ended
