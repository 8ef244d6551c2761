"""Faults on order: the next so many calls of an API go wrong in a chosen way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.wecom.records import Call

KINDS = {"errcode", "status", "reset", "slow", "stall_after_accept", "half", "html", "huge", "answer"}
EXECUTED = {"slow", "stall_after_accept", "half", "huge"}
"""These do what was asked; only the answer suffers. Others do it with `after=True`."""
FOREVER = 10**9


@dataclass
class Fault:
    """Options: errcode: code, errmsg · status: status, retry_after · slow: seconds · stall_after_accept: seconds ·
    huge: megabytes · answer: body (any JSON, sent instead of the true answer) · any: after (done first), when(call).
    """

    api: str
    kind: str
    times: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    used: int = 0

    @property
    def executes(self) -> bool:
        """The call has its effect all the same."""
        return bool(self.options.get("after", self.kind in EXECUTED))

    def fits(self, call: Call) -> bool:
        when: Callable[[Call], bool] | None = self.options.get("when")
        return self.used < self.times and self.api in ("*", call.api) and (when is None or when(call))


class Faults:
    """Those ordered, first come first served."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def inject(self, api: str, kind: str, times: int | None = 1, **options: Any) -> Fault:
        assert kind in KINDS, f"no such fault: {kind}; there are {sorted(KINDS)}"
        fault = Fault(api, kind, FOREVER if times is None else times, options)
        self.ordered.append(fault)
        return fault

    def clear(self) -> None:
        self.ordered.clear()

    def take(self, call: Call) -> Fault | None:
        for fault in self.ordered:
            if fault.fits(call):
                fault.used += 1
                return fault
        return None


async def spoil(request: web.Request, fault: Fault, answer: web.Response | None) -> web.StreamResponse:
    """Answer as the fault says; `answer` is the true one of a call that had its effect."""
    option = fault.options.get
    if fault.kind == "slow":
        await asyncio.sleep(option("seconds", 1.0))
        assert answer is not None, "a slow call has its effect"
        return answer
    if fault.kind == "stall_after_accept":
        await asyncio.sleep(option("seconds", 3600.0))
        return cut(request)
    if fault.kind == "reset":
        return cut(request)
    if fault.kind == "half":
        return await half(request, answer)
    if fault.kind == "errcode":
        code = option("code", -1)
        return web.json_response({"errcode": code, "errmsg": option("errmsg", f"injected, hint: [{code}]")})
    if fault.kind == "status":
        headers = {"Retry-After": str(option("retry_after"))} if option("retry_after") is not None else {}
        return web.Response(status=option("status", 503), text="<html>busy</html>", headers=headers)
    if fault.kind == "html":
        return web.Response(text="<html><body>nginx</body></html>", content_type="text/html")
    if fault.kind == "huge":
        filler = "x" * int(option("megabytes", 16) * 1024 * 1024)
        return web.json_response({"errcode": 0, "errmsg": "ok", "filler": filler})
    return web.Response(text=json.dumps(option("body")), content_type="application/json")


def cut(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def half(request: web.Request, answer: web.Response | None) -> web.StreamResponse:
    """The head promises a whole body, half of it follows, then the connection ends."""
    body = answer.body if answer is not None and isinstance(answer.body, bytes) else b'{"errcode":0,"errmsg":"ok"}'
    stream = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await stream.prepare(request)
    await stream.write(body[: len(body) // 2])
    await asyncio.sleep(0.01)
    cut(request)
    return stream
