"""Frequency limits: per API (45009, blocked for a minute) and per member (the excess is dropped without a word)."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.fakes.wecom.errors import RATE, ApiError


@dataclass
class ApiLimits:
    """Calls of each API a minute; going over blocks that API."""

    per_minute: dict[str, int] = field(default_factory=dict)
    default: int = 10_000
    block_seconds: float = 60.0
    until: dict[str, float] = field(default_factory=dict)
    blocked_calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Calls that came during a block: what a client should not do."""
    recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def block(self, api: str, now: float, seconds: float | None = None) -> None:
        self.until[api] = now + (self.block_seconds if seconds is None else seconds)

    def blocked(self, api: str, now: float) -> bool:
        return now < self.until.get(api, 0.0)

    def count(self, api: str, now: float) -> None:
        if self.blocked(api, now):
            self.blocked_calls[api] += 1
            raise over()
        calls = self.recent[api]
        calls.append(now)
        while calls[0] <= now - 60:
            calls.popleft()
        if len(calls) > self.per_minute.get(api, self.default):
            calls.clear()
            self.block(api, now)
            raise over()


def over() -> ApiError:
    return ApiError(RATE, "api freq out of limit")


@dataclass
class MemberLimits:
    """Messages of the app to one member."""

    per_minute: int = 30
    per_hour: int = 1000
    sent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def admits(self, member: str, now: float) -> bool:
        """Counts the message when it is let through."""
        times = self.sent[member]
        while times and times[0] <= now - 3600:
            times.popleft()
        last_minute = sum(1 for at in reversed(times) if at > now - 60) if len(times) >= self.per_minute else 0
        if len(times) >= self.per_hour or last_minute >= self.per_minute:
            return False
        times.append(now)
        return True
