"""What is measured of WeCom's way in. Labels come from closed sets, never from what was sent."""

from __future__ import annotations

from bot.platforms.shared import metrics
from bot.platforms.shared.metrics import Of

CALLBACKS = Of(metrics.INCOMING, "wecom")
SECONDS = metrics.ACK_SECONDS.labels("wecom", "http")
