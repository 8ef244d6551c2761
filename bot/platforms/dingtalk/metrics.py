"""What is measured of the calls to DingTalk and of the month's quotas. Label values come from closed sets only."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from bot.platforms.dingtalk.errors import known

CALLS = Counter("hrbot_dingtalk_calls", "Calls of DingTalk's APIs by what was answered", ["api", "code"])
SECONDS = Histogram(
    "hrbot_dingtalk_call_seconds",
    "How long DingTalk took to answer",
    ["api"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
MONTH = Gauge("hrbot_dingtalk_month", "Paid calls and pushes of this month, by all processes", ["kind"])
LIMIT = Gauge("hrbot_dingtalk_month_limit", "What the organisation has of them each month", ["kind"])
EXHAUSTED = Gauge("hrbot_dingtalk_quota_exhausted", "1 after DingTalk refused a call because the month is used up")

NO_ANSWER = "none"


def label(code: str, status: int) -> str:
    """The label of a code: the table's name of it, else `other`."""
    return known(code, status) or "other"
