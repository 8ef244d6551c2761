"""The HTTP side: real TCP on loopback, every call written down, faults on order."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from aiohttp import web

from tests.fakes.wecom import faults, logins
from tests.fakes.wecom.api import APIS
from tests.fakes.wecom.errors import NO_SUCH_API, NOT_JSON, ApiError
from tests.fakes.wecom.person import PersonSide
from tests.fakes.wecom.records import Call

MOST = 64 << 20


class FakeWeCom(PersonSide):
    """Start it, give `environment()` to hrbot, set `callback_url`, then say, press, and look at `seen`.

    Members are `members` (ids as the directory writes them); `callback_url` is where hrbot listens,
    `http://…/callback/wecom`.
    """

    base = ""
    """`http://127.0.0.1:PORT/cgi-bin` once started."""
    runner: web.AppRunner | None = None

    def environment(self) -> dict[str, str]:
        """HRBOT_WECOM__… for the process under test."""
        return self.account.environment(self.base)

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=MOST)
        app.router.add_get("/aibot", self.aibot.connect)
        app.router.add_get("/aibot/media/{number}", self.aibot.file)
        app.router.add_route("*", "/cgi-bin/{api:.+}", self.serve)
        app.router.add_get("/connect/oauth2/authorize", self.login_page)
        app.router.add_get("/wwlogin/sso/login", self.login_page)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port)
        await site.start()
        self.aibot.base = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.base = f"http://127.0.0.1:{self.runner.addresses[0][1]}/cgi-bin"

    @property
    def origin(self) -> str:
        """Of the login's pages: `/connect/oauth2/authorize` and `/wwlogin/sso/login`."""
        return self.base.removesuffix("/cgi-bin")

    async def login_page(self, request: web.Request) -> web.Response:
        return logins.page(self, request, scan=request.path.startswith("/wwlogin"))

    def oauth_code(self, person: str, *, agent_id: int | None = None) -> str:
        """A code as the login's page hands it out; `agent_id` of another app."""
        return logins.oauth_code(self, person, agent_id=agent_id)

    async def stop(self) -> None:
        await self.hang_up()
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None

    async def __aenter__(self) -> FakeWeCom:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call of an API."""
        call = await self.written_down(request)
        fault = self.faults.take(call)
        answer = self.answered(request.method, call) if fault is None or fault.executes else None
        if fault is not None:
            return await faults.spoil(request, fault, answer)
        assert answer is not None
        return answer

    async def written_down(self, request: web.Request) -> Call:
        api, now = request.match_info["api"], self.now()
        raw, body = b"", None
        if request.content_type == "multipart/form-data":
            part = (await request.post()).get("media")
            if isinstance(part, web.FileField):
                raw = part.file.read()
                body = {"name": part.filename, "content": raw}
        else:
            raw = await request.read()
            body = parsed(raw)
        call = Call(api, now, dict(request.query), raw, body, self.limits.blocked(api, now))
        self.calls[api].append(call)
        return call

    def answered(self, method: str, call: Call) -> web.Response:
        """What WeCom says: HTTP 200 whatever happened, the errcode inside."""
        try:
            self.limits.count(call.api, self.now())
            if call.api == "media/get":
                return self.download(call)
            return web.json_response({"errcode": 0, "errmsg": "ok", **self.executed(method, call)})
        except ApiError as error:
            hint = f"{error.hint}, hint: [{int(self.now())}_fake], from ip: 127.0.0.1"
            return web.json_response({"errcode": error.code, "errmsg": hint})

    def executed(self, method: str, call: Call) -> dict[str, Any]:
        if call.api not in APIS:
            self.warnings.append(f"no such API: {call.api}")
            raise ApiError(NO_SUCH_API, f"this fake has no {call.api}")
        wanted, function = APIS[call.api]
        if method != wanted:
            raise ApiError(43001 if wanted == "GET" else 43002, f"require {wanted} method")
        if call.api != "gettoken":
            self.tokens.check(call.query.get("access_token"), self.now())
            if call.body is None and wanted == "POST" and call.api != "media/upload":
                raise ApiError(NOT_JSON, "data format error")
        return function(self, call)

    def download(self, call: Call) -> web.Response:
        """media/get: the file itself, or JSON with an errcode."""
        self.tokens.check(call.query.get("access_token"), self.now())
        media = self.file(call.query.get("media_id", ""))
        name = quote(media.name)
        head = {"Content-Disposition": f"attachment; filename=\"{name}\"; filename*=utf-8''{name}"}
        return web.Response(body=media.content, content_type=content_type(media.name), headers=head)


def parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def content_type(name: str) -> str:
    kinds = {
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "png": "image/png",
        "amr": "audio/amr",
        "pdf": "application/pdf",
    }
    return kinds.get(name.rpartition(".")[2].lower(), "application/octet-stream")
