"""What is measured of every messenger alike. Label values come from the settings, never from what was sent."""

from __future__ import annotations

from prometheus_client import Gauge

CIRCUIT_OPEN = Gauge(
    "hrbot_platform_circuit_open",
    "1 while a messenger's server is not called because it could not be reached",
    ["platform", "host"],
)
