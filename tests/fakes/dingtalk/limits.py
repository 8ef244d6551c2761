"""Calls a second of each API, and the organisation's quotas of the month."""

from __future__ import annotations

import datetime
from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.fakes.dingtalk.errors import out_of_quota, too_fast

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


@dataclass
class QpsLimits:
    """Going over refuses the call; what was refused does not count."""

    per_second: dict[str, int] = field(default_factory=dict)
    default: int = 20
    until: dict[str, float] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def block(self, api: str, now: float, seconds: float) -> None:
        self.until[api] = now + seconds

    def count(self, api: str, now: float) -> None:
        calls = self.recent[api]
        while calls and calls[0] <= now - 1:
            calls.popleft()
        if now < self.until.get(api, 0.0) or len(calls) >= self.per_second.get(api, self.default):
            self.refused[api] += 1
            raise too_fast()
        calls.append(now)


@dataclass
class Quotas:
    """Paid API calls and pushes of a calendar month (Shanghai). The numbers are those of the standard edition."""

    calls: int = 5_000
    pushes: int = 3_000
    called: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """By month, `2026-03`."""
    pushed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @staticmethod
    def month(now: float) -> str:
        return datetime.datetime.fromtimestamp(now, SHANGHAI).strftime("%Y-%m")

    def call(self, now: float) -> None:
        month = self.month(now)
        if self.called[month] >= self.calls:
            raise out_of_quota()
        self.called[month] += 1

    def push(self, now: float) -> bool:
        """Whether the push still carries its content."""
        month = self.month(now)
        if self.pushed[month] >= self.pushes:
            return False
        self.pushed[month] += 1
        return True
