"""A stranger who writes just a code that HR gave out is somebody from then on. Codes are heard before anything else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.identity import STRANGER
from bot.platforms.port import DIRECT, Update
from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries as people
from domain.people import rules, service
from domain.people.errors import CodeNotYours
from domain.people.rules import Messenger
from handlers.chat import Reply

BEFORE = re.compile(r"^\s*(?:我的)?绑定码\s*(?:是|为)?\s*[:：]?")


@dataclass(frozen=True)
class Heard:
    """Who speaks, as it is known now; the answer when it was about a code, else None."""

    person: str
    answer: Reply | DomainError | None = None


async def listen(tx: Tx, update: Update) -> Heard:
    """Links the sender when they are a stranger and the code is right. A refusal keeps the count of wrong tries."""
    code = rules.link_code(BEFORE.sub("", update.text)) if update.conversation == DIRECT else None
    if code is None or update.card_id is not None:
        return Heard(update.sender)
    if await people.find(tx, PersonId(update.sender)) is not None:
        return Heard(update.sender, await _known(tx, PersonId(update.sender), code))
    if update.platform not in set(Messenger):
        return Heard(update.sender)
    return await _stranger(tx, update, code)


async def _known(tx: Tx, person: PersonId, code: str) -> Reply | DomainError | None:
    """Somebody may well write eight signs: only a live code is taken for one."""
    owner = await service.code_owner(tx, code)
    if owner is None or not await people.still_here(tx, person):
        return None
    return Reply("people.linked_before", private=True) if owner == person else CodeNotYours()


async def _stranger(tx: Tx, update: Update, code: str) -> Heard:
    account = update.sender.removeprefix(STRANGER)
    try:
        await service.note_try(tx, update.platform, account)
        async with tx.session.begin_nested():
            person = await service.redeem_code(tx, update.platform, account, code)
    except DomainError as refusal:
        await tx.audit("people.link_refused", tx.principal, platform=update.platform, code=refusal.code)
        return Heard(update.sender, refusal)
    return Heard(person.id, Reply("people.linked", private=True, name=person.name))
