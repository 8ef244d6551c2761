"""Robot messages: single chat in batches, groups, and the answers through a sessionWebhook (facts 3.1)."""

from __future__ import annotations

import re
import secrets
from typing import Any

from tests.fakes.dingtalk.errors import ApiError, bad
from tests.fakes.dingtalk.fields import mapping, octets, parsed, string, strings
from tests.fakes.dingtalk.records import Call, Shown
from tests.fakes.dingtalk.world import World

MOST_USERS = 20
MOST_BYTES = 15_000
"""Documented for groups; for single chats the same is assumed (unconfirmed)."""
FILE_TYPES = {"xlsx", "pdf", "zip", "rar", "doc", "docx"}
VERTICAL = {
    f"sampleActionCard{count}": (
        "title",
        "text",
        *(f"{name}{number}" for number in range(1, count + 1) for name in ("actionTitle", "actionURL")),
    )
    for count in range(2, 6)
}
KEYS: dict[str, tuple[str, ...]] = {
    "sampleText": ("content",),
    "sampleMarkdown": ("title", "text"),
    "sampleImageMsg": ("photoURL",),
    "sampleLink": ("title", "text", "picUrl", "messageUrl"),
    "sampleActionCard": ("title", "text", "singleTitle", "singleURL"),
    **VERTICAL,
    "sampleActionCard6": ("title", "text", "buttonTitle1", "buttonUrl1", "buttonTitle2", "buttonUrl2"),
    "sampleAudio": ("mediaId", "duration"),
    "sampleFile": ("mediaId", "fileName", "fileType"),
    "sampleVideo": ("videoMediaId", "videoType", "picMediaId", "duration"),
}
WEBHOOK: dict[str, tuple[str, ...]] = {
    "text": ("content",),
    "markdown": ("title", "text"),
    "link": ("title", "text", "messageUrl"),
    "actionCard": ("title", "text"),
    "feedCard": ("links",),
}
UNDRAWN = re.compile(r"^\s*\|?(\s*:?-{3,}:?\s*\|)+|</?(?!font)[a-z]+[^>]*>", re.MULTILINE | re.IGNORECASE)
"""Tables and HTML: not in the Markdown subset; they stand there raw."""


def single(world: World, call: Call) -> dict[str, Any]:
    """robot/oToMessages/batchSend. A user not in the directory, or controlled, is named; the others get it."""
    body = mapping(call.body, "body")
    robot(world, body)
    users = strings(body, "userIds", MOST_USERS)
    shown = message(world, body)
    invalid = [user for user in users if user not in world.members]
    controlled = [user for user in users if user in world.members & world.flow_controlled]
    reached = [user for user in users if user not in (*invalid, *controlled)]
    world.show(shown, users=reached)
    return {
        "processQueryKey": shown.message_id,
        "invalidStaffIdList": invalid,
        "flowControlledStaffIdList": controlled,
    }


def group(world: World, call: Call) -> dict[str, Any]:
    """robot/groupMessages/send."""
    body = mapping(call.body, "body")
    robot(world, body)
    cid = string(body, "openConversationId")
    if cid not in world.groups:
        raise bad("the robot is in no such group", "invalidParameter.openConversationId.invalid")  # unconfirmed
    shown = message(world, body)
    world.show(shown, groups=[cid])
    return {"processQueryKey": shown.message_id}


def robot(world: World, body: dict[str, Any]) -> None:
    if string(body, "robotCode") != world.account.robot_code:
        raise bad("robotCode is not this app's", "invalidParameter.robotCode.invalid")


def message(world: World, body: dict[str, Any]) -> Shown:
    key, raw = string(body, "msgKey"), body.get("msgParam")
    if key not in KEYS:
        raise bad(f"no such msgKey: {key}", "invalidParameter.msgKey.invalid")  # unconfirmed
    param = parsed(raw, "msgParam")
    if octets(raw) > MOST_BYTES:
        raise bad(f"msgParam: {octets(raw)} bytes", "invalidParameter.msgParam.overLimit")  # unconfirmed
    for name in KEYS[key]:
        if not isinstance(param.get(name), str) or not (param[name].strip() or name == "picUrl"):
            raise bad(f"msgParam.{name} is not a string with something in it", "invalidParameter.msgParam.invalid")
    world.warnings += [f"{key}: {name} is not known" for name in param if name not in KEYS[key]]
    shown = Shown(key, param.get("title", ""), "", f"pqk-{secrets.token_urlsafe(24)}", world.now(), body=param)
    attach(world, key, param, shown)
    shown.text = param.get("text") or param.get("content") or wordless(shown)
    draw(world, shown)
    return shown


def attach(world: World, key: str, param: dict[str, Any], shown: Shown) -> None:
    """Files must have been uploaded."""
    if key == "sampleFile" and param["fileType"] not in FILE_TYPES:
        raise bad(f"fileType {param['fileType']}", "invalidParameter.msgParam.invalid")
    media = param.get("mediaId") or param.get("photoURL") or param.get("videoMediaId")
    if media is None or media.startswith(("http://", "https://")):
        return
    if media not in world.files:
        raise bad(f"no such mediaId: {media}", "invalidParameter.msgParam.invalid")  # unconfirmed
    stored = world.files[media]
    shown.file = (param.get("fileName", stored.name), stored.content)


def wordless(shown: Shown) -> str:
    return {
        "sampleImageMsg": "[图片]",
        "sampleAudio": "[语音]",
        "sampleVideo": "[视频]",
        "sampleFile": f"[文件] {shown.file[0] if shown.file else ''}".strip(),
    }.get(shown.kind, shown.title)


def draw(world: World, shown: Shown) -> None:
    if shown.kind.lower().endswith(("markdown", "actioncard")) and UNDRAWN.search(shown.text):
        world.warnings.append(f"{shown.kind}: a table or HTML stands raw on the phone: {shown.text[:80]!r}")


def webhook(world: World, call: Call) -> dict[str, Any]:
    """robot/sendBySession: no token; until sessionWebhookExpiredTime; the codes of refusals are unconfirmed."""
    place = world.webhooks.get(call.query.get("session", ""))
    if place is None:
        raise ApiError("session", "session does not exist", 400, 300001)
    cid, user, until = place
    if world.now() > until:
        raise ApiError("session", "session expired", 400, 300001)
    body = mapping(call.body, "body")
    kind = body.get("msgtype")
    if kind == "empty":
        return {}
    if kind not in WEBHOOK:
        raise bad(f"msgtype {kind}")
    content = mapping(body.get(kind), str(kind))
    for name in WEBHOOK[kind]:
        if not content.get(name):
            raise bad(f"{kind}.{name} is missing")
    text = str(content.get("text") or content.get("content") or "")
    unnamed = [one for one in (body.get("at") or {}).get("atUserIds", []) if f"@{one}" not in text]
    world.warnings += [f"webhook: @{one} is not in the text, nobody is notified" for one in unnamed]
    shown = Shown(
        f"webhook.{kind}", str(content.get("title", "")), text, f"wh-{secrets.token_hex(8)}", world.now(), body=content
    )
    draw(world, shown)
    world.show(shown, users=[] if cid else [user], groups=[cid] if cid else [])
    return {}
