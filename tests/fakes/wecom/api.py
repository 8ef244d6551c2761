"""The APIs. Each takes the world and the call, and gives the answer's JSON or raises ApiError."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from tests.fakes.wecom import directory, groups, logins, menus, messages, updates
from tests.fakes.wecom.cards import INTERACTIVE
from tests.fakes.wecom.errors import (
    BAD_MEDIA,
    BAD_PARAMETER,
    NOBODY,
    OTHER_AGENT,
    RECALL,
    WRONG_CORP,
    WRONG_SECRET,
    ApiError,
    bad,
)
from tests.fakes.wecom.messages import Send
from tests.fakes.wecom.records import Call, Message, Shown
from tests.fakes.wecom.seen import preview
from tests.fakes.wecom.world import World

Answer = dict[str, Any]
UPLOADS = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}
DAY = 24 * 3600


def gettoken(world: World, call: Call) -> Answer:
    if call.query.get("corpid") != world.account.corp_id:
        raise ApiError(WRONG_CORP, "invalid corpid")
    if not secrets.compare_digest(call.query.get("corpsecret", "").encode(), world.account.secret.encode()):
        raise ApiError(WRONG_SECRET, "invalid credential")
    token, left = world.tokens.get(world.now())
    return {"access_token": token, "expires_in": left}


def send(world: World, call: Call) -> Answer:
    request = messages.check(call.body, world.account.agent_id)
    if request.kind in messages.MEDIA:
        world.file(request.content["media_id"], request.kind)
    users, answer = receivers(world, request)
    now = world.now()
    if request.once is not None and now < world.shown_once.get(call.digest, 0.0):
        world.duplicates.append(call.body)
        return answer
    if request.task_id in world.task_ids:
        raise bad(f"template_card.task_id was used before: {request.task_id}")
    task_ids = {request.task_id} if request.task_id else set()
    world.task_ids |= task_ids
    if request.once is not None:
        world.shown_once[call.digest] = now + request.once
    world.warnings += request.warnings
    message = Message(f"msg-{secrets.token_urlsafe(16)}", tuple(users), now, task_ids, call.body)
    world.messages[message.msgid] = message
    for user in users:
        if world.member_limits.admits(user, now):
            world.seen[user].append(shown(world, request, message))
        else:
            world.dropped.append((user, call.body))
    answer["msgid"] = message.msgid
    if request.content.get("card_type") in INTERACTIVE:
        answer["response_code"] = world.new_code(message)
    return answer


def receivers(world: World, request: Send) -> tuple[list[str], Answer]:
    """Who gets it, lower-case, and the answer that names who does not. Raises ApiError when nobody is left."""
    visible = {member.lower() for member in world.members}
    unlicensed = {member.lower() for member in world.unlicensed}
    wanted = sorted(visible) if request.everybody else list(dict.fromkeys(name.lower() for name in request.to))
    invalid = [user for user in wanted if user not in visible]
    refused = [user for user in wanted if user in visible & unlicensed]
    users = [user for user in wanted if user in visible - unlicensed]
    if not users:
        raise ApiError(NOBODY, "user & party & tag all invalid")
    answer: Answer = {}
    if invalid:
        answer["invaliduser"] = "|".join(invalid)
    if refused:
        answer["unlicenseduser"] = "|".join(refused)
    return users, answer


def shown(world: World, request: Send, message: Message) -> Shown:
    """What appears on a screen."""
    one = Shown(request.kind, "", message.msgid, message.at, task_id=request.task_id, body=request.content)
    if request.kind in ("text", "markdown"):
        one.text = messages.cut(request.content["content"])
        return one
    if request.kind in messages.MEDIA:
        media = world.file(request.content["media_id"])
        one.file = (media.name, media.content)
    if request.kind == "template_card":
        one.card = request.content
    one.text = preview(one)
    return one


def recall(world: World, call: Call) -> Answer:
    """Within 24 hours; the message goes from every screen."""
    body = call.body if isinstance(call.body, dict) else {}
    message = world.messages.get(body.get("msgid", ""))
    if message is None or world.now() > message.at + DAY:
        raise ApiError(RECALL, "msgid unknown or too old")
    for user in message.recipients:
        for one in world.seen[user]:
            if one.msgid == message.msgid:
                one.recalled = True
    return {}


def upload(world: World, call: Call) -> Answer:
    """The server has put the parsed form into `body`: {"name", "content"}."""
    kind = call.query.get("type", "")
    if kind not in UPLOADS or not isinstance(call.body, dict) or "content" not in call.body:
        raise ApiError(BAD_PARAMETER, "type, or the multipart field media, missing")
    if not 5 < len(call.body["content"]) <= UPLOADS[kind]:
        raise ApiError(BAD_MEDIA, f"{kind}: {len(call.body['content'])} bytes")
    if "%" in call.body["name"]:
        world.warnings.append(f"media/upload: the name stands percent-encoded on the phone: {call.body['name']}")
    media_id = world.keep(kind, call.body["name"], call.body["content"])
    return {"type": kind, "media_id": media_id, "created_at": str(int(world.now()))}


def agent(world: World, call: Call) -> Answer:
    """agent/get: of this app only (its errcode for another is unconfirmed)."""
    own_agent(world, call)
    return {"agentid": world.account.agent_id, "name": "HR 助手", "close": int(world.app_closed)}


def menu(world: World, call: Call) -> Answer:
    """menu/create: the whole menu in place of the one before."""
    own_agent(world, call)
    body = call.body if isinstance(call.body, dict) else {}
    world.menu, warnings = menus.check(body)
    world.warnings += warnings
    return {}


def own_agent(world: World, call: Call) -> None:
    if call.query.get("agentid") != str(world.account.agent_id):
        raise ApiError(OTHER_AGENT, "not allow operate another agent with this accesstoken")


APIS: dict[str, tuple[str, Callable[[World, Call], Answer]]] = {
    "gettoken": ("GET", gettoken),
    "message/send": ("POST", send),
    "message/update_template_card": ("POST", updates.update),
    "message/recall": ("POST", recall),
    "media/upload": ("POST", upload),
    "agent/get": ("GET", agent),
    "menu/create": ("POST", menu),
    "auth/getuserinfo": ("GET", logins.getuserinfo),
    "department/simplelist": ("GET", directory.departments),
    "user/list": ("GET", directory.members),
    "user/list_id": ("POST", directory.list_id),
    "batch/openuserid_to_userid": ("POST", groups.real_names),
    "appchat/create": ("POST", groups.create),
    "appchat/update": ("POST", groups.update),
    "appchat/get": ("GET", groups.get),
    "appchat/send": ("POST", groups.send),
}
"""Method and function. media/get answers with a file and stands in the server."""
