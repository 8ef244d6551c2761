"""appchat/create, update, get, send (facts 3.3), and batch/openuserid_to_userid (facts 2B)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.wecom import messages
from tests.fakes.wecom.errors import BAD_MSGTYPE, ApiError, bad
from tests.fakes.wecom.fields import Part
from tests.fakes.wecom.records import Call, Shown
from tests.fakes.wecom.world import World

Answer = dict[str, Any]
CHATID = re.compile(r"[A-Za-z0-9]{1,32}")
KINDS = {"text": messages.text, "markdown": messages.markdown, "textcard": messages.textcard, "news": messages.news}
NO_CHAT, CHAT_EXISTS = 86003, 86215  # unconfirmed


@dataclass
class Chat:
    """A group that the app made."""

    name: str
    owner: str
    members: set[str]
    said: list[Shown] = field(default_factory=list)


def create(world: World, call: Call) -> Answer:
    request = _part(call)
    name, owner = request.text("name"), request.text("owner")
    users = _users(world, call.body.get("userlist"))
    request.known.add("userlist")
    chat = request.text("chatid", required=True)
    request.done()
    world.warnings += request.warnings
    if len(name) > 50 or not CHATID.fullmatch(chat) or not 2 <= len(users) <= 2000 or owner not in users:
        raise bad("name, chatid, owner or userlist")
    if chat in world.chats:
        raise ApiError(CHAT_EXISTS, "chatid exists")
    world.chats[chat] = Chat(name, owner, users)
    return {"chatid": chat}


def update(world: World, call: Call) -> Answer:
    chat = _chat(world, call.body.get("chatid"))
    chat.members |= _users(world, call.body.get("add_user_list") or [])
    chat.members -= {user.lower() for user in call.body.get("del_user_list") or []}
    chat.owner = call.body.get("owner") or chat.owner
    if chat.owner not in chat.members or not 2 <= len(chat.members) <= 2000:
        raise bad("the owner is not a member, or too few are")
    return {}


def get(world: World, call: Call) -> Answer:
    chat = _chat(world, call.query.get("chatid"))
    users = sorted(world.display(user) for user in chat.members)
    return {"chat_info": {"chatid": call.query["chatid"], "name": chat.name, "owner": chat.owner, "userlist": users}}


def send(world: World, call: Call) -> Answer:
    """No template cards."""
    request = _part(call)
    id, kind = request.text("chatid"), request.text("msgtype")
    request.number("safe", range(2), 0)
    chat = _chat(world, id)
    content = request.part(kind)
    if kind not in KINDS or content is None:
        raise ApiError(BAD_MSGTYPE, f"msgtype: {kind!r}")
    KINDS[kind](content)
    content.done()
    request.done()
    world.warnings += request.warnings
    shown = Shown(kind, "", f"group-{len(chat.said)}", world.now(), body=content.values)
    shown.text = messages.cut(content.values.get("content", "")) or str(content.values.get("title", ""))
    chat.said.append(shown)
    for member in chat.members:
        world.seen[member].append(shown)
    return {}


def real_names(world: World, call: Call) -> Answer:
    """Of members that the app sees; a plain userid lands among the invalid."""
    wanted = call.body.get("open_userid_list")
    if not isinstance(wanted, list) or not 0 < len(wanted) <= 1000:
        raise bad("open_userid_list")
    plain = {cipher: user for user, cipher in world.ciphers().items() if user in world.members}
    found = [{"open_userid": one, "userid": plain[one]} for one in wanted if one in plain]
    return {"userid_list": found, "invalid_open_userid_list": [one for one in wanted if one not in plain]}


def _part(call: Call) -> Part:
    if not isinstance(call.body, dict):
        raise bad("the request is not a JSON object")
    return Part(call.body, "request", [])


def _chat(world: World, id: object) -> Chat:
    found: Chat | None = world.chats.get(id) if isinstance(id, str) else None
    if found is None:
        raise ApiError(NO_CHAT, "no such chatid of this app")
    return found


def _users(world: World, wanted: object) -> set[str]:
    """Lower-case; whoever the app does not see cannot be in a group (unconfirmed)."""
    visible = {member.lower() for member in world.members}
    users = {str(user).lower() for user in wanted} if isinstance(wanted, list) else set()
    if unknown := users - visible:
        raise ApiError(40003, f"invalid userid: {sorted(unknown)}")
    return users
