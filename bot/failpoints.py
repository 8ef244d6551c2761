"""Named places at which a test can kill, stall or break this process. Unset, they are nothing.

`HRBOT_FAILPOINTS="inbox.after_commit=kill@5;handler.before_commit=sleep:0.2"`: the 5th time the first is passed the
process kills itself. `HRBOT_FAILPOINTS_LOG` names a file to which every passed name is appended.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path

NAMES = (
    "inbox.before_commit",
    "inbox.after_commit",
    "handler.before_commit",
    "handler.after_commit",
    "outbox.before_send",
    "outbox.after_send",
    "reaction.before_commit",
    "schedule.before_commit",
    "broadcast.before_send",
    "broadcast.after_send",
)


class Broken(Exception):
    """Raised by a failpoint set to `raise`."""


class _Points:
    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()
        self.log = os.environ.get("HRBOT_FAILPOINTS_LOG")
        self.actions: dict[str, tuple[str, int]] = {}
        for part in filter(None, os.environ.get("HRBOT_FAILPOINTS", "").split(";")):
            name, _, action = part.partition("=")
            verb, _, at = action.partition("@")
            if name not in NAMES:
                raise ValueError(f"no failpoint is called {name}")
            self.actions[name] = (verb, int(at or 1))


POINTS = _Points()


async def failpoint(name: str) -> None:
    """Pass a declared failpoint."""
    if not POINTS.actions and not POINTS.log:
        return
    POINTS.passed[name] += 1
    if POINTS.log:
        with Path(POINTS.log).open("a", encoding="ascii") as log:  # noqa: ASYNC230 - only in fault tests
            log.write(name + "\n")
    verb, at = POINTS.actions.get(name, ("", 0))
    if verb.startswith("sleep:"):
        await asyncio.sleep(float(verb.removeprefix("sleep:")))
    if POINTS.passed[name] != at:
        return
    if verb == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if verb == "raise":
        raise Broken(name)
