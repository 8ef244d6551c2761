"""Logging in: the page and the in-app script that hand out codes, and what they are exchanged for (facts 4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from tests.fakes.dingtalk.errors import ApiError, bad, wrong_secret
from tests.fakes.dingtalk.fields import mapping, string
from tests.fakes.dingtalk.records import Call
from tests.fakes.dingtalk.world import World

CODE_LIFE = 5 * 60
TOKEN_LIFE = 2 * 3600


@dataclass
class LoginCode:
    """Worth one exchange within five minutes. `kind`: page or script; of another app it is worth nothing."""

    person: str
    kind: str
    corp_id: str
    client_id: str
    at: float
    used: bool = False


def code(world: World, person: str, kind: str, *, corp_id: str | None = None, client_id: str | None = None) -> str:
    """A code for this person, of our organisation and app unless said otherwise."""
    made = secrets.token_hex(16)
    own = world.account
    world.login.codes[made] = LoginCode(person, kind, corp_id or own.corp_id, client_id or own.client_id, world.now())
    return made


def taken(world: World, given: str, kind: str) -> LoginCode:
    known = world.login.codes.get(given)
    late = known is not None and world.now() > known.at + CODE_LIFE
    if known is None or known.used or late or known.kind != kind or known.client_id != world.account.client_id:
        raise ApiError("invalidParameter.authCode.notFound", "code unknown, used or expired", 400, 40078)
    known.used = True
    return known


def user_token(world: World, call: Call) -> dict[str, Any]:
    """oauth2/userAccessToken"""
    body = mapping(call.body, "body")
    own = world.account
    right = secrets.compare_digest(string(body, "clientSecret").encode(), own.client_secret.encode())
    if string(body, "clientId") != own.client_id or not right:
        raise wrong_secret()
    if string(body, "grantType") != "authorization_code":
        raise bad("grantType")
    known = taken(world, string(body, "code"), "page")
    token = secrets.token_hex(16)
    world.login.user_tokens[token] = (known.person, world.now() + TOKEN_LIFE)
    return {
        "accessToken": token,
        "refreshToken": secrets.token_hex(16),
        "expireIn": TOKEN_LIFE,
        "corpId": known.corp_id,
    }


def me(world: World, call: Call) -> dict[str, Any]:
    """contact/users/me: by the person's own token, without a userId."""
    person, until = world.login.user_tokens.get(call.token or "", ("", 0.0))
    if world.now() >= until:
        raise ApiError("InvalidAuthentication", "the person's access token is missing or not valid", 400, 40014)
    return {"nick": person, "unionId": f"union-{person}", "openId": f"open-{person}"}


def by_union(world: World, call: Call) -> dict[str, Any]:
    """topapi/user/getbyunionid: members, and outside contacts of the organisation."""
    person = string(mapping(call.body, "body"), "unionid").removeprefix("union-")
    if person not in world.members | world.login.outside:
        raise ApiError("user", "no such user", 400, 60121)
    return {"result": {"contact_type": int(person in world.login.outside), "userid": person}}


def in_app(world: World, call: Call) -> dict[str, Any]:
    """topapi/v2/user/getuserinfo"""
    known = taken(world, string(mapping(call.body, "body"), "code"), "script")
    person = known.person
    return {"result": {"userid": person, "unionid": f"union-{person}", "name": person, "sys": "false", "sys_level": 0}}


def page(world: World, request: web.Request) -> web.Response:
    """login.dingtalk.com/oauth2/auth: whoever is `at_browser` agrees, and is sent back with an authCode."""
    given, own = request.query, world.account
    wanted = {"client_id": own.client_id, "response_type": "code", "scope": "openid corpid", "prompt": "consent"}
    wrong = [name for name, value in wanted.items() if given.get(name) != value]
    back = given.get("redirect_uri", "")
    if wrong or urlsplit(back).netloc != world.login.trusted_domain:
        return web.Response(status=400, text=f"invalid: {wrong or 'redirect_uri'}")
    made = code(world, world.login.at_browser, "page", corp_id=world.login.chosen_corp)
    sent = urlencode({"authCode": made, "state": given.get("state", "")})
    return web.Response(status=302, headers={"Location": f"{back}?{sent}"})
