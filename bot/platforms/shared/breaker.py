"""The circuit breaker: what cannot be reached is left alone for a while, then tried by one call."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.platforms.port import TryLater
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.metrics import CIRCUIT_OPEN

log = structlog.get_logger()
FAILURES, FIRST, LONGEST = 5, 5.0, 60.0


class Unreachable(Exception):
    """No usable answer came: refused, reset, timed out, 5xx, not JSON, too long. `kind` is all that may be logged."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Peer:
    """Who is called: a messenger by its name (`WeCom`) and, where it has several, the host."""

    name: str
    host: str = ""

    @property
    def key(self) -> str:
        """As it stands in logs and metrics."""
        return self.name.lower()


class Breaker:
    """Opens after 5 failures in a row for 5 s, doubling to 60 s; then one probe closes it or opens it again.

    Times are of the monotonic clock; chance lengthens each opening by up to a quarter.
    """

    def __init__(self, peer: Peer, clocks: Clocks) -> None:
        self._peer, self._monotonic, self._jitter = peer, clocks.monotonic, clocks.jitter
        self._open_now = CIRCUIT_OPEN.labels(peer.key, peer.host)
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
            raise TryLater(f"{self._peer.name} cannot be reached", max(left, 0.0) + 1 + self._jitter(), fault=False)

    def enter(self) -> bool:
        """Begin a call; whether it is the probe. Raises TryLater. Ended by one of the three methods below."""
        self.check()
        self._probing = not self.closed
        return self._probing

    def succeeded(self, probe: bool) -> None:
        if probe:
            log.info(f"{self._peer.key}.circuit_closed", **self._where())
            self._until, self._openings, self._probing = None, 0, False
            self._open_now.set(0)
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
        self._open_now.set(1)
        log.warning(f"{self._peer.key}.circuit_opened", seconds=round(seconds, 1), **self._where())

    def _where(self) -> dict[str, str]:
        return {"host": self._peer.host} if self._peer.host else {}
