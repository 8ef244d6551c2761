"""What `/metrics` would say of a messenger now."""

from __future__ import annotations

from prometheus_client import REGISTRY


def incoming(platform: str, kind: str, outcome: str) -> float:
    """Pushes of this kind that ended like this."""
    labels = {"platform": platform, "kind": kind, "outcome": outcome}
    return REGISTRY.get_sample_value("hrbot_platform_incoming_total", labels) or 0.0


def called(platform: str, api: str, code: str) -> float:
    """Calls of this API that were answered with this code."""
    labels = {"platform": platform, "api": api, "code": code}
    return REGISTRY.get_sample_value("hrbot_platform_calls_total", labels) or 0.0
