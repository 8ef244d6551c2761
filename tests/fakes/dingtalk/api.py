"""The APIs. Each takes the world and the call, and gives the answer's JSON or raises ApiError."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.dingtalk import cards, directory, logins, messages
from tests.fakes.dingtalk.errors import ApiError, bad, wrong_secret
from tests.fakes.dingtalk.fields import mapping, string
from tests.fakes.dingtalk.records import Call
from tests.fakes.dingtalk.world import World

LINK_LIFE = 10 * 60.0
"""Of a downloadUrl (unconfirmed)."""
UPLOADS = {"image": 20 << 20, "voice": 2 << 20, "video": 20 << 20, "file": 20 << 20}
"""Bytes of each type at media/upload: of the old documentation, not in the facts (unconfirmed)."""


@dataclass(frozen=True)
class Api:
    method: str
    run: Callable[[Any, Call], dict[str, Any]]
    old: bool = False
    """On the old base: token in the query, errcode in a 200."""
    open: bool = False
    """Needs no token."""
    free: bool = False
    """Does not count against the month's quota."""


def access_token(world: World, call: Call) -> dict[str, Any]:
    body = mapping(call.body, "body")
    credentials(world, string(body, "appKey"), string(body, "appSecret"))
    token, left = world.tokens.get(world.now())
    return {"accessToken": token, "expireIn": left}


def gettoken(world: World, call: Call) -> dict[str, Any]:
    credentials(world, call.query.get("appkey", ""), call.query.get("appsecret", ""))
    token, left = world.tokens.get(world.now())
    return {"access_token": token, "expires_in": left}


def credentials(world: World, key: str, secret: str) -> None:
    account = world.account
    right = secrets.compare_digest(secret.encode(), account.client_secret.encode())
    if key != account.client_id or not right:
        raise wrong_secret()


def download(world: World, call: Call) -> dict[str, Any]:
    """robot/messageFiles/download: a link that needs no token, for a while."""
    body = mapping(call.body, "body")
    messages.robot(world, body)
    code = string(body, "downloadCode")
    if code not in world.files:
        raise bad("downloadCode unknown", "invalidParameter.downloadCode.invalid")  # unconfirmed
    link = secrets.token_urlsafe(24)
    world.links[link] = (code, world.now() + LINK_LIFE)
    return {"downloadUrl": f"{world.base}/files/{link}"}


def upload(world: World, call: Call) -> dict[str, Any]:
    """media/upload on the old base; the server has put the form into `body` (unconfirmed as a whole)."""
    kind = call.query.get("type") or (call.body or {}).get("type")
    if kind not in UPLOADS or not isinstance(call.body, dict) or "content" not in call.body:
        raise ApiError("media", "type, or the multipart field media, missing", 400, 40035)
    if not 0 < len(call.body["content"]) <= UPLOADS[kind]:
        raise ApiError("media", f"{kind}: {len(call.body['content'])} bytes", 400, 40009)
    media_id = world.keep(kind, call.body["name"], call.body["content"])
    return {"media_id": media_id, "type": kind, "created_at": world.millis()}


def user(world: World, call: Call) -> dict[str, Any]:
    """topapi/v2/user/get: only that somebody is there."""
    name = mapping(call.body, "body").get("userid", "")
    if name not in world.members:
        raise ApiError("user", "no such user", 400, 60121)
    return {"result": {"userid": name, "name": name, "unionid": f"union-{name}", "active": True}}


def register(world: World, call: Call) -> dict[str, Any]:
    """card/callbacks/register."""
    body = mapping(call.body, "body")
    route = string(body, "callbackRouteKey")
    if route in world.routes and not body.get("forceUpdate"):
        raise bad(f"{route} is registered", "param.error")
    world.routes[route] = (string(body, "callbackUrl"), str(body.get("apiSecret") or world.account.client_secret))
    return {"success": True, "result": {"callbackUrl": body["callbackUrl"], "apiSecret": world.routes[route][1]}}


APIS: dict[str, Api] = {
    "v1.0/oauth2/accessToken": Api("POST", access_token, open=True, free=True),
    "v1.0/robot/oToMessages/batchSend": Api("POST", messages.single),
    "v1.0/robot/groupMessages/send": Api("POST", messages.group),
    "v1.0/robot/messageFiles/download": Api("POST", download),
    "v1.0/card/instances/createAndDeliver": Api("POST", cards.create),
    "v1.0/card/instances": Api("PUT", cards.update),
    "v1.0/card/callbacks/register": Api("POST", register, free=True),  # whether it counts: unconfirmed
    "gettoken": Api("GET", gettoken, old=True, open=True, free=True),
    "media/upload": Api("POST", upload, old=True),
    "v1.0/oauth2/userAccessToken": Api("POST", logins.user_token, open=True),
    "v1.0/contact/users/me": Api("GET", logins.me, open=True),
    "topapi/user/getbyunionid": Api("POST", logins.by_union, old=True),
    "topapi/v2/user/getuserinfo": Api("POST", logins.in_app, old=True, free=True),
    "topapi/v2/user/get": Api("POST", user, old=True, free=True),
    "topapi/v2/department/listsub": Api("POST", directory.departments, old=True),
    "topapi/v2/user/list": Api("POST", directory.members, old=True),
    "robot/sendBySession": Api("POST", messages.webhook, old=True, open=True),  # that it counts: unconfirmed
}
"""By path. The fake's own names for them leave out `v1.0/`. connections/open stands in the gateway."""


def named(path: str) -> str:
    return path.removeprefix("v1.0/")
