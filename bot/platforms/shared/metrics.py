"""What is measured of every messenger alike. Label values come from closed sets, never from what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from prometheus_client import Counter, Gauge, Histogram

CALLS = Counter("hrbot_platform_calls", "Calls of a messenger's APIs by what was answered", ["platform", "api", "code"])
CALL_SECONDS = Histogram(
    "hrbot_platform_call_seconds",
    "How long a messenger took to answer",
    ["platform", "api"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
INCOMING = Counter(
    "hrbot_platform_incoming",
    "What a messenger brought, by what it was and by what became of it",
    ["platform", "kind", "outcome"],
)
"""Outcomes of all: stored, duplicate, ignored (nothing to handle), forged, stale, busy, refused, too_large. Of WeCom
also verified (the address check); of DingTalk unnamed, foreign, malformed, lost, fault (ours), later (an event that
will be sent again), acked (ping, disconnect, the address check)."""
ACK_SECONDS = Histogram(
    "hrbot_platform_ack_seconds",
    "Seconds from a push to its answer; WeCom cuts at 5, DingTalk gives a press 2 and an event over HTTP 2.5",
    ["platform", "way"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 2.5, 4.0, 5.0),
)
"""Ways: http, stream."""
KEPT = Gauge("hrbot_platform_kept", "What was taken from a messenger and is still to be stored", ["platform"])
CIRCUIT_OPEN = Gauge(
    "hrbot_platform_circuit_open",
    "1 while a messenger's server is not called because it could not be reached",
    ["platform", "host"],
)
NO_ANSWER = "none"
"""The code of a call that nothing usable came back from."""

Metric = TypeVar("Metric", Counter, Histogram)


@dataclass(frozen=True)
class Of(Generic[Metric]):
    """A metric as one messenger counts it: the other labels in their order."""

    metric: Metric
    platform: str

    def labels(self, *values: str) -> Metric:
        return self.metric.labels(self.platform, *values)
