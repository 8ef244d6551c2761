"""/h5/login and its callbacks, /h5/logout."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web

from bot.platforms.shared.login import Door
from bot.web import directory, login, pages
from bot.web.console_bodies import body, posted
from bot.web.doors import doors, own_door
from bot.web.login import Entry, NotNow, again
from bot.web.login_states import safe_target
from bot.web.who import BOT, DEMO, require_own_origin, session_of
from domain.kernel.ids import PersonId

Handler = Callable[[web.Request], Awaitable[web.Response]]


def shown(handler: Handler) -> Handler:
    """A login that comes to nothing ends with a page that says what to do."""

    @wraps(handler)
    async def page(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except NotNow as ended:
            target = ended.target or request.query.get("next", "")
            return pages.render("login_refused.html", status=ended.status, why=ended.why, again=again(target))

    return page


@shown
async def entrance(request: web.Request) -> web.Response:
    """GET /h5/login?next=/h5/…: straight through the messenger whose browser it is, else a choice."""
    target, bot = safe_target(request.query.get("next", "")), request.app[BOT]
    session = await session_of(request)
    if session is not None and session.kind in {Entry(session.person, target).kind, "chat"} and "kiosk" not in target:
        return web.Response(status=302, headers={"Location": target})
    known, own = doors(bot), own_door(request.headers.get("User-Agent", ""))
    if own == "dingtalk" and own in known and bot.settings.dingtalk and bot.settings.dingtalk.corp_id:
        return await _inside_dingtalk(request, bot.settings.dingtalk.corp_id, target)
    if own is not None and own in known:
        return await login.start(request, known[own])
    if not known and not request.app[DEMO]:
        raise NotNow("off", 503)
    people = await directory.people(bot) if request.app[DEMO] else []
    return pages.render("login.html", doors=list(known), people=people, target=target)


async def _inside_dingtalk(request: web.Request, corp_id: str, target: str) -> web.Response:
    """Its own script knows the person; where that does not work, a button leads through DingTalk's page."""
    state, browser = await login.new_state(request, "dingtalk", target)
    response = pages.render("login_dingtalk.html", corp_id=corp_id, state=state, target=target)
    login.keep_browser(request, response, browser)
    return response


@shown
async def go(request: web.Request) -> web.Response:
    """GET /h5/login/go/wecom?next=…: a button of the choice."""
    name = request.match_info["platform"]
    inside = own_door(request.headers.get("User-Agent", "")) == name
    return await login.start(request, _door(request), scan=not inside)


@shown
async def back(request: web.Request) -> web.Response:
    """GET /h5/login/wecom?code=…&state=…: from the messenger. DingTalk calls its code authCode."""
    code = request.query.get("authCode") or request.query.get("code", "")
    entry = await login.finish(request, _door(request), code, request.query.get("state", ""))
    return await login.enter(request, entry, web.Response(status=302, headers={"Location": entry.target}))


async def by_script(request: web.Request) -> web.Response:
    """POST /h5/login/dingtalk/code {code, state} → {next}"""
    require_own_origin(request)
    given = await body(request)
    code, state = (given.get(name) for name in ("code", "state")) if isinstance(given, dict) else (None, None)
    if not isinstance(code, str) or not isinstance(state, str) or "dingtalk" not in doors(request.app[BOT]):
        raise web.HTTPBadRequest(text="code and state are wanted")
    try:
        entry = await login.finish(request, doors(request.app[BOT])["dingtalk"], code, state, by_script=True)
    except NotNow as ended:
        return web.json_response({"why": ended.why}, status=ended.status)
    return await login.enter(request, entry, web.json_response({"next": entry.target}))


async def as_anybody(request: web.Request) -> web.Response:
    """POST /h5/login/demo: in a demo only, which answers nobody but this machine."""
    if not request.app[DEMO]:
        raise web.HTTPNotFound
    require_own_origin(request)
    form = await posted(request)
    person, target = form.get("person", ""), safe_target(form.get("next", ""))
    if not any(one["id"] == person for one in await directory.people(request.app[BOT])):
        raise web.HTTPNotFound
    entry = Entry(PersonId(person), target)
    return await login.enter(request, entry, web.Response(status=303, headers={"Location": target}))


def _door(request: web.Request) -> Door:
    found = doors(request.app[BOT]).get(request.match_info["platform"])
    if found is None:
        raise NotNow("off", 404)
    return found


def routes() -> list[web.AbstractRouteDef]:
    return [
        web.get("/h5/login", entrance, allow_head=False),
        web.get("/h5/login/go/{platform:wecom|dingtalk}", go, allow_head=False),
        web.get("/h5/login/{platform:wecom|dingtalk}", back, allow_head=False),
        web.post("/h5/login/dingtalk/code", by_script),
        web.post("/h5/login/demo", as_anybody),
        web.post("/h5/logout", login.leave),
    ]
