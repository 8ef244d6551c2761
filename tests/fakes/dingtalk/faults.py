"""How a call of DingTalk goes wrong on order."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from tests.fakes import faults
from tests.fakes.dingtalk.errors import busy, too_fast
from tests.fakes.faults import Fault, cut, half, redirected, stalled

__all__ = ["Fault", "Faults", "spoil"]


class Faults(faults.Faults):
    """code: code, message, status · errcode: code (old base) · rate · busy · banned (the address is blocked, HTML-like
    JSON) · status: status, retry_after · reset · slow: seconds · stall_after_accept: seconds · half · html ·
    huge: megabytes · answer: body (any JSON instead of the true answer) · redirect: to.
    """

    kinds = frozenset(
        {"code", "errcode", "rate", "busy", "banned", "status", "reset", "slow", "stall_after_accept", "half", "html"}
        | {"huge", "answer", "redirect"}
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
        body = answer.body if answer is not None and isinstance(answer.body, bytes) else b'{"success":true}'
        return await half(request, body)
    return said(fault)


def said(fault: Fault) -> web.Response:
    """A whole answer, but not the true one."""
    option = fault.options.get
    if fault.kind in ("rate", "busy"):
        error = too_fast() if fault.kind == "rate" else busy()
        return web.json_response({"code": error.code, "message": error.hint, "requestid": "R"}, status=error.status)
    if fault.kind == "code":
        body = {"code": option("code", "system.error"), "message": option("message", "injected"), "requestid": "R"}
        return web.json_response(body, status=option("status", 400))
    if fault.kind == "errcode":
        return web.json_response({"errcode": option("code", -1), "errmsg": option("message", "injected")})
    if fault.kind == "banned":
        return web.json_response({"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "x"})
    if fault.kind == "status":
        headers = {"Retry-After": str(option("retry_after"))} if option("retry_after") is not None else {}
        return web.Response(status=option("status", 503), text="<html>busy</html>", headers=headers)
    if fault.kind == "html":
        return web.Response(text="<html><body>nginx</body></html>", content_type="text/html")
    if fault.kind == "huge":
        return web.json_response({"success": True, "filler": "x" * int(option("megabytes", 16) * 1024 * 1024)})
    return web.Response(text=json.dumps(option("body")), content_type="application/json")
