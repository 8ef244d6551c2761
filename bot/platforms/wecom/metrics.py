"""What is measured of the way in. Labels come from closed sets, never from what was sent."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

CALLBACKS = Counter(
    "hrbot_wecom_callbacks_total",
    "Callbacks of WeCom by what they were and what became of them",
    ["kind", "outcome"],
)
SECONDS = Histogram(
    "hrbot_wecom_callback_seconds",
    "Seconds from a callback's first byte of body to its answer; WeCom cuts at 5",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 4.0, 5.0),
)
