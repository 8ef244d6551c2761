"""A pressed button of a card, with what stood in the card's form. All of it is a reference that the router looks up."""

from __future__ import annotations

import json
from hashlib import sha256

from bot.platforms.dingtalk.messages import (
    MAX_CONVERSATION,
    MAX_ID,
    MAX_TEXT,
    MAX_USERID,
    NAME,
    Incoming,
    check_company,
)
from bot.platforms.port import DIRECT, Ticket, Update
from bot.platforms.shared.documents import Document, clean, listing, loaded, mapping, text, word
from config.settings import DingTalk

CARD = "card"
ACTION, FORM = "action", "form"
MAX_TRACK, MAX_ACTION, MAX_INPUTS = 128, 200, 100
_GROUP = "IM_GROUP"


def parse(payload: Document, settings: DingTalk, delivery: str) -> Incoming:
    """Read a card callback. `delivery`: the frame's id or, over HTTP, the request's time; a press has no id of its own.

    Raises Foreign when it is not of this company. Without card, person or action there is nothing to handle.
    """
    check_company(payload, settings, "corpId")
    track, person = text(payload, "outTrackId"), text(payload, "userId")
    actions, params = _pressed(payload)
    action = (text(params, ACTION) or next(iter(actions), ""))[:MAX_ACTION]
    card_id = track.partition("@")[0]
    if not card_id or len(track) > MAX_TRACK or not action or not person or len(person) > MAX_USERID:
        return Incoming(CARD, None)
    message_id = f"c:{delivery}"
    conversation = _conversation(payload)
    update = Update(
        NAME,
        message_id,
        person,
        conversation,
        card_id=card_id,
        action=action,
        inputs=inputs(params),
        ticket=Ticket(track, ""),
    )
    return Incoming(CARD, update, message_id, conversation=conversation)


def frame_delivery(message_id: str) -> str:
    """The frame's own id; hashed when it would not fit the inbox."""
    return message_id if len(message_id) <= MAX_ID else sha256(message_id.encode("utf-8", "replace")).hexdigest()


def http_delivery(payload: Document, timestamp: str) -> str:
    """What makes a press over HTTP this one: card, person, buttons, values and the time in the request's header."""
    actions, params = _pressed(payload)
    parts = [text(payload, "outTrackId"), text(payload, "userId"), actions, params, timestamp]
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _pressed(payload: Document) -> tuple[list[str], Document]:
    """actionIds and params: in `content`, else in `value`, each with or without cardPrivateData; else at the top."""
    for outer in (mapping(payload, "content"), mapping(payload, "value"), payload):
        inner = mapping(outer, "cardPrivateData") or outer
        actions = [found for raw in listing(inner, "actionIds") if (found := word(raw).strip())]
        params = mapping(inner, "params")
        if actions or params:
            return actions, params or mapping(payload, "params")
    return [], {}


def _conversation(payload: Document) -> str:
    if text(payload, "spaceType").upper() != _GROUP:
        return DIRECT
    group = text(payload, "spaceId").rpartition(f"{_GROUP}.")[2]
    return group if 0 < len(group) <= MAX_CONVERSATION else DIRECT


def inputs(params: Document) -> dict[str, str]:
    """Everything but the action, as text; fields of the form component stand among the others."""
    found: dict[str, str] = {}
    for name, value in params.items():
        fields = loaded(value) if name == FORM else None
        for key, inner in fields.items() if fields else [(name, value)]:
            if key != ACTION and len(key) <= MAX_ID and len(found) < MAX_INPUTS:
                found.setdefault(clean(key), said(inner))
    return found


def said(value: object) -> str:
    """One value as text: of a choice {index, value} its value, several joined by a comma."""
    if isinstance(value, dict):
        value = value["value"] if "value" in value else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        value = ",".join(word(item) for item in value)
    return word(value)[:MAX_TEXT]
