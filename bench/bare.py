"""Two bare aiohttp+uvloop servers, a process each: the floor, and a messenger's API that says OK to everything.

python -m bench.bare floor|api PORT
"""

from __future__ import annotations

import asyncio
import itertools
import sys

import uvloop
from aiohttp import web

_numbers = itertools.count(1)


async def floor(request: web.Request) -> web.Response:
    """What every callback costs before anything is done with it: the body is read."""
    await request.read()
    return web.Response()


async def api(request: web.Request) -> web.Response:
    """Never limits, never fails, remembers nothing."""
    await request.read()
    number = next(_numbers)
    said = {"errcode": 0, "errmsg": "ok", "access_token": "bench", "expires_in": 7200}
    said |= {"accessToken": "bench", "expireIn": 7200, "processQueryKey": f"key-{number}"}
    return web.json_response({**said, "msgid": f"msg-{number}", "response_code": f"code-{number}"})


async def serve(handler: str, port: int) -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", {"floor": floor, "api": api}[handler])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2])))
