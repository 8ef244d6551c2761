"""The HTTP side: both bases and the WebSocket on real TCP, every call written down, faults on order."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.fakes.dingtalk import faults, logins
from tests.fakes.dingtalk.api import APIS, Api, named
from tests.fakes.dingtalk.errors import ApiError, no_permission, not_allowed_ip
from tests.fakes.dingtalk.person import PersonSide
from tests.fakes.dingtalk.records import Call

MOST = 64 << 20
OPEN = "v1.0/gateway/connections/open"


class FakeDingTalk(PersonSide):
    """Start it, give `environment()` to hrbot, wait for `connected()`, then say, press, and look at `seen`."""

    runner: web.AppRunner | None = None

    def environment(self, *, template: bool = True) -> dict[str, str]:
        """HRBOT_DINGTALK__… for the process under test."""
        return self.account.environment(self.base, template=template, mode=self.mode)

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=MOST)
        app.router.add_get("/connect", self.connect)
        app.router.add_get("/oauth2/auth", self.login_page)
        app.router.add_get("/files/{link}", self.file)
        app.router.add_route("*", "/{api:.+}", self.serve)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", port).start()
        self.base = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def login_page(self, request: web.Request) -> web.Response:
        return logins.page(self, request)

    def oauth_code(self, person: str, *, script: bool = False, **other: str) -> str:
        """A code of the login's page, or of the in-app `script`; `corp_id`, `client_id`: of another."""
        return logins.code(self, person, "script" if script else "page", **other)

    async def stop(self) -> None:
        await self.hang_up()
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None

    async def __aenter__(self) -> FakeDingTalk:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call of an API."""
        path = request.match_info["api"]
        call = await written_down(request, path, self.now())
        self.calls[call.api].append(call)
        fault = self.faults.take(call)
        answer = self.answered(request.method, path, call) if fault is None or fault.executes else None
        if fault is not None:
            return await faults.spoil(request, fault, answer)
        assert answer is not None
        return answer

    def answered(self, method: str, path: str, call: Call) -> web.Response:
        """As the base of this API answers: a status, or an errcode in a 200."""
        api = Api("POST", type(self).open_connection, open=True, free=True) if path == OPEN else APIS.get(path)
        old = api.old if api is not None else not path.startswith("v1.0/")
        try:
            body = self.executed(method, call, api)
        except ApiError as error:
            if old:
                return web.json_response({"errcode": error.errcode, "errmsg": f"{error.code} {error.hint}"})
            body = {"code": error.code, "requestid": f"R{self.millis()}", "message": error.hint}
            return web.json_response(body, status=error.status)
        return web.json_response({"errcode": 0, "errmsg": "ok", **body} if old else body)

    def executed(self, method: str, call: Call, api: Api | None) -> dict[str, Any]:
        if api is None or method != api.method:
            self.warnings.append(f"no such API: {method} {call.api}")
            raise ApiError("InvalidAction.NotFound", f"this fake has no {method} {call.api}", 404)
        if not self.ip_allowed:
            raise not_allowed_ip()
        if not api.open:
            self.tokens.check(call.query.get("access_token") if api.old else call.token, self.now())
        if call.api in self.missing_permissions:
            raise no_permission(call.api)
        self.limits.count(call.api, self.now())
        if not api.free:
            self.quotas.call(self.now())
        if call.body is None and api.method != "GET":
            raise ApiError("invalidParameter", "the body is not JSON")
        return api.run(self, call)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """What a downloadUrl leads to."""
        call = Call("files", self.now(), dict(request.query), b"", None, headers=dict(request.headers))
        self.calls["files"].append(call)
        code, until = self.links.get(request.match_info["link"], ("", 0.0))
        stored = self.files.get(code)
        answer = web.Response(status=403)
        if stored is not None and self.now() <= until:
            answer = web.Response(body=stored.content, content_type="application/octet-stream")
        if fault := self.faults.take(call):
            return await faults.spoil(request, fault, answer if fault.executes else None)
        return answer


async def written_down(request: web.Request, path: str, now: float) -> Call:
    raw, body = b"", None
    if request.content_type == "multipart/form-data":
        form = await request.post()
        part = form.get("media")
        if isinstance(part, web.FileField):
            raw = part.file.read()
            body = {"name": part.filename, "content": raw, "type": form.get("type")}
    else:
        raw = await request.read()
        body = parsed(raw)
    token = request.headers.get("x-acs-dingtalk-access-token")
    return Call(named(path), now, dict(request.query), raw, body, token, dict(request.headers))


def parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
