"""Frames of the Stream gateway and the answers to them (facts/dingtalk.md §2.1)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from bot.platforms.shared.documents import Document, Unreadable, load, mapping, text

ROBOT = "/v1.0/im/bot/messages/get"
CARD = "/v1.0/card/instances/callback"
SYSTEM, EVENT, CALLBACK = "SYSTEM", "EVENT", "CALLBACK"
PING, DISCONNECT = "ping", "disconnect"
SUBSCRIPTIONS = [
    {"type": EVENT, "topic": "*"},
    {"type": CALLBACK, "topic": ROBOT},
    {"type": CALLBACK, "topic": CARD},
]
OK, NOT_FOUND, FAILED = 200, 404, 500
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `data` is still as it came, mostly the text of an object."""

    type: str
    topic: str
    message_id: str
    headers: Document
    data: object = field(repr=False)


def read(raw: str) -> Frame:
    """Raises Unreadable when it is no object."""
    found = load(raw)
    headers = mapping(found, "headers")
    return Frame(
        text(found, "type").upper(), text(headers, "topic"), text(headers, "messageId"), headers, found.get("data")
    )


def ack(frame: Frame, data: object, code: int = OK) -> str:
    """The answer to a frame; `data` travels as text."""
    answer = {
        "code": code,
        "headers": {"messageId": frame.headers.get("messageId"), "contentType": _JSON},
        "message": "OK" if code == OK else "not handled",
        "data": json.dumps(data, separators=(",", ":")),
    }
    return json.dumps(answer, separators=(",", ":"))


def pong(frame: Frame) -> str:
    """The answer to a ping: its `opaque`, or all of its data when that is not to be read."""
    try:
        return ack(frame, {"opaque": load(frame.data).get("opaque")})
    except Unreadable:
        return ack(frame, frame.data)
