"""The members' limit where one call reaches many: who is at it waits, the others are counted as sent to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from bot.platforms.wecom.member_limit import MemberLimit
from bot.platforms.wecom.turns import REMEMBERED
from config.settings import WeCom
from domain.kernel.tx import Tx

BUSY = 2.0
"""Seconds after which a member is asked about again to whom somebody is just sending."""

_MADE = text(
    """insert into wecom_member (person, sent) select person, '{}' from unnest(cast(:people as text[])) as person
       where not exists (select from wecom_member m where m.person = person.person) order by person.person
       on conflict do nothing"""
)
_FREE = text("select person, sent from wecom_member where person = any(:people) for update skip locked")
_COUNT = text(
    """update wecom_member
       set sent = array(select at from unnest(sent) as at where at > :since) || cast(:now as timestamptz)
       where person = any(:people)"""
)
_SETTLE = text(
    """update wecom_member set sent = array_replace(sent, cast(:reserved as timestamptz), cast(:now as timestamptz))
       where person = any(:people)"""
)


async def hold_back(tx: Tx, accounts: Sequence[str], now: datetime, settings: WeCom) -> dict[str, float]:
    """Who would pass their limit by one more message, and for how many seconds; the others are counted at `now`.

    The members' rows stay locked until the transaction ends: it has to be a short one.
    """
    people = sorted(accounts)
    await tx.session.execute(_MADE, {"people": people})
    rows = (await tx.session.execute(_FREE, {"people": people})).all()
    held = dict.fromkeys(set(people) - {row.person for row in rows}, BUSY)
    for row in rows:
        wait = MemberLimit.delay(row.sent, now, settings.member_per_minute, settings.member_per_hour)
        if wait is not None:
            held[row.person] = wait.total_seconds()
    free = [one for one in people if one not in held]
    await tx.session.execute(_COUNT, {"people": free, "since": now - REMEMBERED, "now": now})
    return held


async def settle(tx: Tx, accounts: Sequence[str], reserved: datetime, now: datetime) -> None:
    """They arrived by `now` and not later; a limit is measured from then."""
    await tx.session.execute(_SETTLE, {"people": list(accounts), "reserved": reserved, "now": now})
