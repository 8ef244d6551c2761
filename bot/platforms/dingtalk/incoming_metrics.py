"""What is measured of DingTalk's ways in. Labels come from closed sets, never from what was sent."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from bot.platforms.shared import metrics
from bot.platforms.shared.metrics import Of

PUSHES = Of(metrics.INCOMING, "dingtalk")
ACK_SECONDS = Of(metrics.ACK_SECONDS, "dingtalk")
EXHAUSTED = Counter(
    "hrbot_dingtalk_exhausted_pushes_total", "Messages that came without their content: the month's pushes are used up"
)
CONNECTIONS = Gauge("hrbot_dingtalk_connections", "Stream connections that take pushes")
OPENS = Counter("hrbot_dingtalk_opens_total", "Attempts at a Stream connection", ["outcome"])
ENDS = Counter("hrbot_dingtalk_ends_total", "Stream connections that ended", ["reason"])
