"""Faults on order, for every platform: the next so many calls of an API go wrong in a chosen way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

EXECUTED = {"slow", "stall_after_accept", "half", "huge"}
"""These do what was asked; only the answer suffers. Others do it with `after=True`."""
FOREVER = 10**9


class Named(Protocol):
    """A call."""

    @property
    def api(self) -> str: ...


@dataclass
class Fault:
    """Options are those of the platform's `spoil`, and for any kind: after (done first), when(call)."""

    api: str
    kind: str
    times: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    used: int = 0

    @property
    def executes(self) -> bool:
        """The call has its effect all the same."""
        return bool(self.options.get("after", self.kind in EXECUTED))

    def fits(self, call: Named) -> bool:
        when: Callable[[Any], bool] | None = self.options.get("when")
        return self.used < self.times and self.api in ("*", call.api) and (when is None or when(call))


class Faults:
    """Those ordered, first come first served."""

    kinds: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def inject(self, api: str, kind: str, times: int | None = 1, **options: Any) -> Fault:
        assert kind in self.kinds, f"no such fault: {kind}; there are {sorted(self.kinds)}"
        fault = Fault(api, kind, FOREVER if times is None else times, options)
        self.ordered.append(fault)
        return fault

    def clear(self) -> None:
        self.ordered.clear()

    def take(self, call: Named) -> Fault | None:
        for fault in self.ordered:
            if fault.fits(call):
                fault.used += 1
                return fault
        return None


def cut(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def redirected(to: str) -> web.Response:
    """The method and the body are to be kept."""
    return web.Response(status=307, headers={"Location": to})


async def half(request: web.Request, body: bytes) -> web.StreamResponse:
    """The head promises a whole body, half of it follows, then the connection ends."""
    stream = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await stream.prepare(request)
    await stream.write(body[: len(body) // 2])
    await asyncio.sleep(0.01)
    cut(request)
    return stream


async def stalled(request: web.Request, seconds: float) -> web.Response:
    """Silence, then the end."""
    await asyncio.sleep(seconds)
    return cut(request)
