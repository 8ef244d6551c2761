"""The access token: one in memory, fetched by one call however many wait for it, and never in a loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.platforms.port import TryLater

EARLY = timedelta(minutes=5)
HOLD = timedelta(seconds=60)
"""After a refusal no token is asked for again: too many wrong ones lock the app out for an hour."""


@dataclass(frozen=True)
class Grant:
    """A token as it was given; `seconds` it is valid."""

    token: str = field(repr=False)
    seconds: int


@dataclass(frozen=True)
class _Held:
    token: str = field(repr=False)
    since: datetime
    renew_at: datetime
    ends_at: datetime


class Tokens:
    """Gives the token of one app. `fetch` raises TryLater; times are real ones, and a clock may jump."""

    def __init__(self, fetch: Callable[[], Awaitable[Grant]], real_now: Callable[[], datetime]) -> None:
        self._fetch, self._real_now = fetch, real_now
        self._held: _Held | None = None
        self._flight: asyncio.Task[TryLater | None] | None = None
        self._refused: tuple[datetime, TryLater] | None = None

    async def get(self) -> str:
        """The token, fetched when there is none, renewed 5 minutes before it ends. Raises TryLater."""
        now = self._real_now()
        held = self._held
        if held and held.since <= now < held.renew_at:
            return held.token
        refusal = self._standing(now) or await self._renew()
        if self._held and (refusal is None or now < self._held.ends_at):
            return self._held.token
        if refusal is None:  # dropped again while we waited for it
            raise TryLater("the access token was just refused", 1, fault=False)
        raise TryLater(refusal.reason, refusal.after, fault=refusal.fault)

    def drop(self, token: str) -> bool:
        """Forget a token that was refused; False when another is held already."""
        if self._held is None or self._held.token != token:
            return False
        self._held = None
        return True

    def hold(self, refusal: TryLater) -> None:
        """Ask for no token for 60 s; whoever needs one is told this."""
        self._refused = (self._real_now() + HOLD, refusal)

    async def close(self) -> None:
        if self._flight:
            self._flight.cancel()
            await asyncio.wait([self._flight])

    def _standing(self, now: datetime) -> TryLater | None:
        if self._refused is None:
            return None
        until, refusal = self._refused
        return refusal if now < until <= now + HOLD else None

    async def _renew(self) -> TryLater | None:
        """Wait for the one fetch that is under way; a waiter that is cancelled leaves it to the others."""
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._fetched())
        return await asyncio.shield(self._flight)

    async def _fetched(self) -> TryLater | None:
        try:
            grant = await self._fetch()
        except TryLater as refusal:
            return refusal
        now, lasts = self._real_now(), timedelta(seconds=grant.seconds)
        self._held = _Held(grant.token, now, now + max(lasts - EARLY, lasts / 2), now + lasts)
        self._refused = None
        return None
