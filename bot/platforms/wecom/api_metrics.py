"""What is measured of the calls to WeCom. Label values come from closed sets only."""

from __future__ import annotations

from bot.platforms.shared import metrics
from bot.platforms.shared.metrics import NO_ANSWER, Of
from bot.platforms.wecom.errcodes import TABLE

__all__ = ["CALLS", "NO_ANSWER", "SECONDS", "http_label", "label"]

CALLS = Of(metrics.CALLS, "wecom")
SECONDS = Of(metrics.CALL_SECONDS, "wecom")


def label(errcode: int) -> str:
    """The label of an errcode: itself when it stands in the table, else `other`."""
    return str(errcode) if errcode in TABLE else "other"


def http_label(status: int) -> str:
    """The label of an HTTP status that stands in an errcode's place."""
    return "http_429" if status == 429 else "other"
