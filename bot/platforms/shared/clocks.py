"""Time and chance as the clients of messengers use them."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Clocks:
    """Real time, seconds of a monotonic clock, chance (0…1), and waiting. Tests give their own."""

    real_now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
