"""What is measured of the calls to WeCom. Label values come from closed sets only."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from bot.platforms.wecom.errcodes import TABLE

CALLS = Counter("hrbot_wecom_calls", "Calls of WeCom's API by what was answered", ["api", "errcode"])
SECONDS = Histogram(
    "hrbot_wecom_call_seconds",
    "How long WeCom took to answer",
    ["api"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)

NO_ANSWER = "none"


def label(errcode: int) -> str:
    """The label of an errcode: itself when it stands in the table, else `other`."""
    return str(errcode) if errcode in TABLE else "other"


def http_label(status: int) -> str:
    """The label of an HTTP status that stands in an errcode's place."""
    return "http_429" if status == 429 else "other"
