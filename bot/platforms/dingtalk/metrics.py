"""What is measured of the calls to DingTalk and of the month's quotas. Label values come from closed sets only."""

from __future__ import annotations

from prometheus_client import Gauge

from bot.platforms.dingtalk.errors import known
from bot.platforms.shared import metrics
from bot.platforms.shared.metrics import NO_ANSWER, Of

__all__ = ["CALLS", "EXHAUSTED", "LIMIT", "MONTH", "NO_ANSWER", "SECONDS", "label"]

CALLS = Of(metrics.CALLS, "dingtalk")
SECONDS = Of(metrics.CALL_SECONDS, "dingtalk")
MONTH = Gauge("hrbot_dingtalk_month", "Paid calls and pushes of this month, by all processes", ["kind"])
LIMIT = Gauge("hrbot_dingtalk_month_limit", "What the organisation has of them each month", ["kind"])
EXHAUSTED = Gauge("hrbot_dingtalk_quota_exhausted", "1 after DingTalk refused a call because the month is used up")


def label(code: str, status: int) -> str:
    """The label of a code: the table's name of it, else `other`."""
    return known(code, status) or "other"
