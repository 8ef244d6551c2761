"""What one member may be sent: more is dropped by WeCom without a word (facts/wecom.md §6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


class MemberLimit:
    """How often one member may be sent something: more is dropped by WeCom without a word."""

    MARGIN = timedelta(seconds=1)
    """Between our recording of a message and its arrival."""

    @classmethod
    def delay(cls, sent_at: Sequence[datetime], now: datetime, per_minute: int, per_hour: int) -> timedelta | None:
        """How long to wait before the next message to this member; None: it may go now.

        `sent_at`: when messages were sent to them in the last hour and a second, or longer, in any order. No window
        of 60 or 3600 seconds, its ends counted, then holds more than its limit. Times in the future count as now.
        """
        past = sorted(min(at, now) for at in sent_at)
        waits = [
            past[-limit] + window + cls.MARGIN - now
            for limit, window in ((per_minute, timedelta(minutes=1)), (per_hour, timedelta(hours=1)))
            if len(past) >= limit
        ]
        longest = max(waits, default=timedelta())
        return longest if longest > timedelta() else None
