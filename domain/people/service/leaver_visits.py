"""What somebody does with the link to their papers: opens it in one browser, says who they are, fetches.

Nothing is raised: a refused step leaves its trace in the audit, so its transaction is one to keep. All times are
real, given by the caller.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries
from domain.people.model import DetailRow, LeaverLink
from domain.people.queries import PersonView
from domain.people.rules import LEAVER_OPEN, LEAVER_TRIES, Detail, id_tail, leaver_code
from domain.people.service.leavers import blind, end, hashed

State = Literal["gone", "elsewhere", "ask", "unclear", "wrong", "open"]
LONGEST = 100


@dataclass(frozen=True)
class Visit:
    """How a link stands towards a browser: gone (or never there), opened elsewhere, to be asked, or open.

    unclear: what was said cannot be an answer; wrong: it was none.
    """

    state: State
    link: str = ""
    asks_code: bool = False
    left: int = 0
    """Answers that may still be wrong."""
    person: PersonView | None = None
    """Only when it is open."""
    until: datetime | None = None
    browser: str | None = field(default=None, repr=False)
    """What the browser that has just opened it is to keep."""


GONE = Visit("gone")


async def open_link(tx: Tx, token: str, browser: str, now: datetime) -> Visit:
    """The first browser to open a link is the one that may use it."""
    row = await _live(tx, token, now)
    if row is None:
        return GONE
    if row.browser is not None:
        visit = await _standing(tx, row, browser)
        await tx.audit("people.leaver_open", row.person, link=row.id, outcome=visit.state)
        return visit
    secret = secrets.token_urlsafe(32)
    row.browser, row.opened_at = hashed(secret), now
    await tx.session.flush()
    await tx.audit("people.leaver_open", row.person, link=row.id, outcome="ask")
    return Visit("ask", row.id, row.code is not None, LEAVER_TRIES - row.wrong, browser=secret)


async def look(tx: Tx, token: str, browser: str, now: datetime) -> Visit:
    """How the link stands; a browser that did not open it only learns that."""
    row = await _live(tx, token, now)
    return GONE if row is None else await _standing(tx, row, browser)


async def answer(tx: Tx, token: str, browser: str, said: str, now: datetime) -> Visit:
    """Who opens it says the end of their ID number, or the code that HR told them. The fifth wrong one ends it."""
    row = await _live(tx, token, now)
    if row is None:
        return GONE
    visit = await _standing(tx, row, browser)
    if visit.state != "ask":
        return visit
    right = await _is_right(tx, row, said)
    if right is None:
        return Visit("unclear", row.id, visit.asks_code, visit.left)
    if not right:
        return await _wrong(tx, row, now)
    row.passed_at = now
    await tx.session.flush()
    await tx.audit("people.leaver_answer", row.person, link=row.id)
    return await _standing(tx, row, browser)


async def note_fetched(tx: Tx, visit: Visit, document: str) -> None:
    """A paper was handed over."""
    assert visit.person is not None
    await tx.audit("people.leaver_fetch", visit.person.id, link=visit.link, document=document)


async def _live(tx: Tx, token: str, now: datetime) -> LeaverLink | None:
    """The link, locked, while it is good for anything: not ended or spent, and its employment is as it was."""
    if not token or len(token) > LONGEST:
        return None
    row = await tx.session.scalar(
        select(LeaverLink)
        .where(LeaverLink.token == hashed(token), LeaverLink.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.expires_at is None:
        return None
    over = row.passed_at + LEAVER_OPEN if row.passed_at is not None else row.expires_at
    if now >= over or (await queries.person(tx, PersonId(row.person))).left_on != row.last_day:
        return None
    return row


async def _standing(tx: Tx, row: LeaverLink, browser: str) -> Visit:
    if row.browser is None or not hmac.compare_digest(row.browser, hashed(browser)):
        return Visit("elsewhere" if row.browser is not None else "gone")
    if row.passed_at is None:
        return Visit("ask", row.id, row.code is not None, LEAVER_TRIES - row.wrong)
    person = await queries.person(tx, PersonId(row.person))
    return Visit("open", row.id, person=person, until=row.passed_at + LEAVER_OPEN)


async def _is_right(tx: Tx, row: LeaverLink, said: str) -> bool | None:
    """None for what cannot be an answer. Compared in constant time."""
    if row.code is not None:
        code = leaver_code(said)
        return None if code is None else hmac.compare_digest(row.code, blind(code))
    tail = id_tail(said)
    held = await tx.session.scalar(
        select(DetailRow.value).where(
            DetailRow.person == row.person, DetailRow.detail == Detail.ID_NUMBER, DetailRow.replaced_at.is_(None)
        )
    )
    return None if tail is None else hmac.compare_digest((held or "")[-4:].encode(), tail.encode())


async def _wrong(tx: Tx, row: LeaverLink, now: datetime) -> Visit:
    row.wrong += 1
    await tx.audit("people.leaver_wrong", row.person, link=row.id, wrong=row.wrong)
    if row.wrong < LEAVER_TRIES:
        await tx.session.flush()
        return Visit("wrong", row.id, row.code is not None, LEAVER_TRIES - row.wrong)
    end(row, now, "tries")
    await tx.session.flush()
    name = (await queries.person(tx, PersonId(row.person))).name
    await tx.notify(PersonId(row.made_by), "people.leaver_locked", name=name, most=LEAVER_TRIES)
    return GONE
