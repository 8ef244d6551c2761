"""Frames of the long connection (facts/wecom.md §2B): JSON text, each with a req_id; answers have no command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SUBSCRIBE, PING = "aibot_subscribe", "ping"
MESSAGE, EVENT = "aibot_msg_callback", "aibot_event_callback"
RESPOND, WELCOME, SEND = "aibot_respond_msg", "aibot_respond_welcome_msg", "aibot_send_msg"
MAX_BYTES = 1024 * 1024
MAX_REQ_ID = 256
_MISSING = -2
"""Stands for an errcode that is no number."""


class Unreadable(Exception):
    """No frame of the protocol."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame from WeCom; without a command it answers the request of ours that had this req_id."""

    cmd: str
    req_id: str
    errcode: int
    body: Mapping[str, Any] = field(repr=False)


def read(raw: str) -> Frame:
    """Raises Unreadable."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreadable from None
    headers = found.get("headers") if isinstance(found, dict) else None
    req_id = headers.get("req_id") if isinstance(headers, dict) else None
    if not isinstance(req_id, str) or not 0 < len(req_id) <= MAX_REQ_ID:
        raise Unreadable
    cmd, body, errcode = found.get("cmd"), found.get("body"), found.get("errcode", 0)
    number = errcode if isinstance(errcode, int) and not isinstance(errcode, bool) else _MISSING
    return Frame(cmd if isinstance(cmd, str) else "", req_id, number, body if isinstance(body, dict) else {})


def written(cmd: str, req_id: str, body: Mapping[str, Any] | None = None) -> str:
    frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = dict(body)
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
