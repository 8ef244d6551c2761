"""What is measured of the bot. Labels come from closed sets, never from what was sent."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from bot.platforms.shared import metrics
from bot.platforms.shared.metrics import NO_ANSWER, Of
from bot.platforms.wecom.api_metrics import label

INCOMING = Of(metrics.INCOMING, "aibot")
CALLS = Of(metrics.CALLS, "aibot")
CONNECTIONS = Gauge("hrbot_aibot_connections", "1 in the process that holds the intelligent bot's connection")
LEADER = Gauge("hrbot_aibot_leader", "1 in the process whose turn it is to hold the connection")
ENDS = Counter("hrbot_aibot_ends", "Connections of the bot that ended", ["reason"])
FEEDBACK = Counter("hrbot_aibot_feedback", "What people thought of an answer: good, bad or taken back", ["what"])


def commanded(cmd: str, errcode: int | None) -> None:
    """Count a command of ours by what was answered; None when nothing came."""
    CALLS.labels(cmd, NO_ANSWER if errcode is None else label(errcode)).inc()
