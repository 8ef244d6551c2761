"""Logging in: the pages that hand out codes, and auth/getuserinfo (facts 4)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from tests.fakes.wecom.errors import BAD_LOGIN, ApiError
from tests.fakes.wecom.records import Call
from tests.fakes.wecom.world import World

CODE_LIFE = 5 * 60
STATE = re.compile(r"[a-zA-Z0-9]{0,128}")


@dataclass
class LoginCode:
    """Worth one call of one app within five minutes."""

    person: str
    agent_id: int
    at: float
    used: bool = False


def oauth_code(world: World, person: str, *, agent_id: int | None = None) -> str:
    """A code as the page hands it out once this person is known; `agent_id` of another app of the company."""
    code = secrets.token_urlsafe(32)
    world.login.codes[code] = LoginCode(person, agent_id or world.account.agent_id, world.now())
    return code


def getuserinfo(world: World, call: Call) -> dict[str, str]:
    """The userid; an openid for somebody who is no member."""
    known = world.login.codes.get(call.query.get("code", ""))
    if known is None or known.used or world.now() > known.at + CODE_LIFE:
        raise ApiError(BAD_LOGIN, "invalid code")
    if known.agent_id != world.account.agent_id:
        raise ApiError(BAD_LOGIN, "invalid code: of another app")  # which errcode: unconfirmed
    known.used = True
    if known.person.lower() not in {member.lower() for member in world.members}:
        return {"openid": f"o-{known.person}"}
    return {"userid": world.display(known.person)}


def page(world: World, request: web.Request, *, scan: bool) -> web.Response:
    """Both pages: strict about their parameters; whoever is `at_browser` is sent back with a code."""
    own, given = world.account, request.query
    wanted = {"appid": own.corp_id, "agentid": str(own.agent_id)}
    wanted |= {"login_type": "CorpApp"} if scan else {"response_type": "code", "scope": "snsapi_base"}
    wrong = [name for name, value in wanted.items() if given.get(name) != value]
    back, state = given.get("redirect_uri", ""), given.get("state", "")
    if wrong or not STATE.fullmatch(state):
        return web.Response(status=400, text=f"invalid: {wrong or 'state'}")
    if urlsplit(back).netloc != world.login.trusted_domain:
        return web.Response(status=400, text="50001 redirect_uri is not of the trusted domain")
    sent = urlencode({"code": oauth_code(world, world.login.at_browser), "state": state})
    return web.Response(status=302, headers={"Location": f"{back}?{sent}"})
