"""The circuit breaker: what cannot be reached is left alone for a while, then tried by one call."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.platforms.port import TryLater
from bot.platforms.wecom.api_metrics import CIRCUIT_OPEN

log = structlog.get_logger()
FAILURES, FIRST, LONGEST = 5, 5.0, 60.0


class Unreachable(Exception):
    """No usable answer came: refused, reset, timed out, 5xx, not JSON, too long. `kind` is all that may be logged."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Breaker:
    """Opens after 5 failures in a row for 5 s, doubling to 60 s; then one probe closes it or opens it again.

    Times are of a monotonic clock in seconds; `jitter` gives 0…1 and lengthens each opening by up to a quarter.
    """

    def __init__(self, monotonic: Callable[[], float], jitter: Callable[[], float]) -> None:
        self._monotonic, self._jitter = monotonic, jitter
        self._failures, self._openings = 0, 0
        self._until: float | None = None
        self._probing = False

    @property
    def closed(self) -> bool:
        return self._until is None

    def check(self) -> None:
        """Raises TryLater while no call may be made."""
        if self._until is None:
            return
        left = self._until - self._monotonic()
        if left > 0 or self._probing:
            raise TryLater("WeCom cannot be reached", max(left, 0.0) + 1 + self._jitter(), fault=False)

    def enter(self) -> bool:
        """Begin a call; whether it is the probe. Raises TryLater. Ended by one of the three methods below."""
        self.check()
        self._probing = not self.closed
        return self._probing

    def succeeded(self, probe: bool) -> None:
        if probe:
            log.info("wecom.circuit_closed")
            self._until, self._openings, self._probing = None, 0, False
            CIRCUIT_OPEN.set(0)
        if self.closed:
            self._failures = 0

    def failed(self, probe: bool) -> None:
        """What began before the circuit opened says nothing new when it fails."""
        if probe:
            self._open()
        elif self.closed:
            self._failures += 1
            if self._failures >= FAILURES:
                self._open()

    def abandoned(self, probe: bool) -> None:
        """The call was cancelled: the next one may probe."""
        if probe:
            self._probing = False

    def _open(self) -> None:
        seconds = min(LONGEST, FIRST * 2.0**self._openings) * (1 + self._jitter() / 4)
        self._until = self._monotonic() + seconds
        self._openings = min(self._openings + 1, 10)
        self._failures, self._probing = 0, False
        CIRCUIT_OPEN.set(1)
        log.warning("wecom.circuit_opened", seconds=round(seconds, 1))
