"""How the bot stands, asked from outside: nobody subscribes for it, for that would cut off who is connected."""

from __future__ import annotations

import aiohttp

from bot.platforms.shared.probing import PATIENCE
from config.settings import WeCom

LOCK = 7_304_002
"""Of whoever holds the connection."""
LED = f"""select exists (select from pg_locks where locktype = 'advisory' and granted and classid = 0 and objid = {LOCK}
  and objsubid = 1 and database = (select oid from pg_database where datname = current_database()))"""  # noqa: S608
"""SQL: whether some process leads, and so is or will be connected."""


async def reached(settings: WeCom, patience: float = PATIENCE) -> str | None:
    """Why WeCom's bot service cannot be reached from here; None when it can."""
    timeout = aiohttp.ClientTimeout(total=patience)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as http, http.ws_connect(settings.bot_url):
            return None
    except aiohttp.WSServerHandshakeError as refused:
        return f"http {refused.status}"
    except (aiohttp.ClientError, OSError, ValueError) as fault:
        return type(fault).__name__
