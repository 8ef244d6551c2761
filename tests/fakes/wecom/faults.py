"""How a call of WeCom goes wrong on order."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from tests.fakes import faults
from tests.fakes.faults import Fault, cut, half, redirected, stalled

__all__ = ["Fault", "Faults", "spoil"]


class Faults(faults.Faults):
    """errcode: code, errmsg · status: status, retry_after · reset · slow: seconds · stall_after_accept: seconds ·
    half · html · huge: megabytes · answer: body (any JSON, sent instead of the true answer) · redirect: to.
    """

    kinds = frozenset(
        {"errcode", "status", "reset", "slow", "stall_after_accept", "half", "html", "huge", "answer", "redirect"}
    )


async def spoil(request: web.Request, fault: Fault, answer: web.Response | None) -> web.StreamResponse:
    """Answer as the fault says; `answer` is the true one of a call that had its effect."""
    option = fault.options.get
    if fault.kind == "slow":
        await asyncio.sleep(option("seconds", 1.0))
        assert answer is not None, "a slow call has its effect"
        return answer
    if fault.kind == "stall_after_accept":
        return await stalled(request, option("seconds", 3600.0))
    if fault.kind == "reset":
        return cut(request)
    if fault.kind == "redirect":
        return redirected(option("to"))
    if fault.kind == "half":
        whole = answer.body if answer is not None else None
        return await half(request, whole if isinstance(whole, bytes) else b'{"errcode":0,"errmsg":"ok"}')
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
