"""What is measured of the way in. Labels come from closed sets, never from what was sent."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

PUSHES = Counter(
    "hrbot_dingtalk_pushes_total",
    "What DingTalk pushed, by way (stream, http), by what it was and by what became of it",
    ["way", "kind", "outcome"],
)
"""Outcomes: stored, duplicate, ignored (nothing to handle), unnamed, foreign, malformed, lost, fault (ours); of events
later (to be sent again); of ping and disconnect acked; of HTTP forged, stale, busy, refused, too_large."""
EXHAUSTED = Counter(
    "hrbot_dingtalk_exhausted_pushes_total", "Messages that came without their content: the month's pushes are used up"
)
LOST = Counter("hrbot_dingtalk_lost_pushes_total", "Messages and presses that could not be stored in time")
KEPT = Gauge("hrbot_dingtalk_kept", "Messages and presses in memory that are still to be stored")
CONNECTIONS = Gauge("hrbot_dingtalk_connections", "Stream connections that take pushes")
OPENS = Counter("hrbot_dingtalk_opens_total", "Attempts at a Stream connection", ["outcome"])
ENDS = Counter("hrbot_dingtalk_ends_total", "Stream connections that ended", ["reason"])
ACK_SECONDS = Histogram(
    "hrbot_dingtalk_ack_seconds",
    "Seconds from a push to its answer; DingTalk gives a press 2 and an event over HTTP 2.5",
    ["way"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0),
)
