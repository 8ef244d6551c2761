"""How often an address may try something in a quarter of an hour; counted by all processes together, in real time."""

from __future__ import annotations

import ipaddress
from datetime import datetime

from aiohttp import web
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from bot.web.tables import WebTry
from domain.kernel.crypto import keyring
from domain.kernel.tx import Tx

MOST = {"login.start": 600, "login.refused": 60, "kiosk.register": 60, "leaver": 120}
"""A whole office may share one address, so that logins are many; refusals are not."""
QUARTER = 15 * 60
LONGEST = 45
"""Characters of an address."""


async def note(tx: Tx, what: str, address: str, now: datetime) -> bool:
    """Count one more; False when that is too many. Raises KeyError for a kind without a limit."""
    row = insert(WebTry).values(what=what, address=_blind(address), quarter=_quarter(now), tries=1)
    counted = row.on_conflict_do_update(
        index_elements=["what", "address", "quarter"], set_={"tries": WebTry.tries + 1}
    ).returning(WebTry.tries)
    return int(await tx.session.scalar(counted) or 0) <= MOST[what]


async def may(tx: Tx, what: str, address: str, now: datetime) -> bool:
    """Whether one more is allowed; counts nothing."""
    at = WebTry.what == what, WebTry.address == _blind(address), WebTry.quarter == _quarter(now)
    return int(await tx.session.scalar(select(WebTry.tries).where(*at)) or 0) < MOST[what]


async def prune(tx: Tx, now: datetime) -> None:
    old = delete(WebTry).where(WebTry.quarter < _quarter(now))
    await tx.session.execute(old.execution_options(synchronize_session=False))


def address_of(request: web.Request, proxies: tuple[str, ...]) -> str:
    """Where a request comes from: what a proxy of ours says last, else the other end of the connection."""
    peer = request.remote or ""
    said = request.headers.getall("X-Forwarded-For", [])
    last = said[-1].rpartition(",")[2].strip() if said and peer in proxies else ""
    return _network(last if last and len(last) <= LONGEST else peer)


def _network(address: str) -> str:
    """An IPv6 customer has a whole /64; who tries may use all of it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:  # a proxy that listens for both
        return str(found.ipv4_mapped)
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


def _blind(address: str) -> bytes:
    return keyring().blind(address, "web_try.address")


def _quarter(now: datetime) -> int:
    return int(now.timestamp()) // QUARTER
