"""Who a sender is whom the connection calls by a cipher: asked of WeCom once, and remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from bot.platforms.port import Undeliverable
from bot.platforms.wecom.api import WeComApi
from bot.platforms.wecom.tables import OpenUser
from domain.kernel.tx import Tx

AGAIN = timedelta(minutes=10)
"""Nobody yet may be somebody once the app may see them."""
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Names:
    """Userids by cipher. WeCom calls an account that stands there as it is unknown."""

    api: WeComApi
    real_now: Callable[[], datetime]

    async def of(self, tx: Tx, cipher: str) -> str | None:
        """The userid in lower case; None for nobody that the app may see. Raises TryLater."""
        row = await tx.session.get(OpenUser, cipher)
        if row is not None and (row.account or self.real_now() - row.asked_at < AGAIN):
            return row.account
        account = await self._asked(cipher)
        values = {"account": account, "asked_at": self.real_now()}
        kept = insert(OpenUser).values(cipher=cipher, **values)
        await tx.session.execute(kept.on_conflict_do_update(index_elements=["cipher"], set_=values))
        return account

    async def forget(self, tx: Tx) -> None:
        """Ciphers of nobody; they are asked about anew when they write again."""
        old = self.real_now() - FORGOTTEN
        await tx.session.execute(delete(OpenUser).where(OpenUser.account.is_(None), OpenUser.asked_at < old))

    async def _asked(self, cipher: str) -> str | None:
        try:
            found = await self.api.accounts([cipher])
        except Undeliverable:
            return None
        account = found.get(cipher)
        return account.lower() if account else None
