"""Decisions around the engine that company policy dates: when and how often a holder may be urged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from domain.kernel.clock import SHANGHAI, business_date


@dataclass(frozen=True)
class Policy:
    """The company's row in force. Quiet hours may run over midnight; both ends are times of day in Asia/Shanghai."""

    urge_every: timedelta
    escalate_at: int
    """The how-many-th urge of a task also goes to the holder's leader."""
    quiet_from: time
    quiet_to: time

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Policy:
        """From a row of `config/company/approvals/policy.yaml`. Raises KeyError and ValueError."""
        return cls(
            urge_every=timedelta(hours=float(document["urge_every_hours"])),
            escalate_at=int(document["escalate_at"]),
            quiet_from=time.fromisoformat(document["quiet_from"]),
            quiet_to=time.fromisoformat(document["quiet_to"]),
        )


def is_quiet(policy: Policy, instant: datetime) -> bool:
    """Whether nobody is to be disturbed at this instant."""
    at = instant.astimezone(SHANGHAI).time()
    if policy.quiet_from <= policy.quiet_to:
        return policy.quiet_from <= at < policy.quiet_to
    return at >= policy.quiet_from or at < policy.quiet_to


def urge_again_at(policy: Policy, last: datetime | None, now: datetime) -> datetime | None:
    """The instant from which urging works again; None when it works now."""
    if last is None or last + policy.urge_every <= now:
        return None
    return last + policy.urge_every


def opened_before(opened_at: datetime, day: date) -> bool:
    """Whether a task waits since an earlier business date."""
    return business_date(opened_at) < day
