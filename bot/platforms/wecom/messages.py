"""What a person sent, made into an update: text, pictures, files, places; and what only asks for a word back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.platforms.port import Media, Update
from bot.platforms.shared.crypto import Forged
from bot.platforms.wecom import events
from bot.platforms.wecom.events import ContactChanged
from bot.platforms.wecom.letter import MAX_USERID, NAME, Letter
from bot.platforms.wecom.xml import fields, read

UNKNOWN = "unknown"
SYSTEM = "sys"
"""WeCom's own name as a sender; it never speaks as a person."""
MAX_ID = 512
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Incoming:
    """One callback as it was understood. `kind` is one of KINDS; without `update` there is nothing to handle."""

    kind: str
    update: Update | None
    message_id: str = ""
    contact: ContactChanged | None = None


def text(letter: Letter) -> Update | None:
    return letter.said(letter.fields.get("Content", ""))


def image(letter: Letter) -> Update:
    return _media(letter, "")


def file(letter: Letter) -> Update:
    """Not documented for self-built apps, but some clients deliver it: the name may be missing."""
    return _media(letter, letter.get("FileName") or letter.get("Title"))


def _media(letter: Letter, name: str) -> Update:
    media_id = letter.get("MediaId")
    if not media_id or len(media_id) > MAX_ID:
        return letter.unread("other")
    return Update(NAME, letter.message_id, letter.sender, media=(Media(media_id, name[:MAX_NAME]),))


def location(letter: Letter) -> Update:
    latitude, longitude = _degrees(letter.get("Location_X"), 90), _degrees(letter.get("Location_Y"), 180)
    if latitude is None or longitude is None:
        return letter.unread("other")
    place = {"latitude": latitude, "longitude": longitude, "label": letter.get("Label")[:MAX_NAME]}
    return Update(NAME, letter.message_id, letter.sender, location=place)


def _degrees(value: str, most: float) -> float | None:
    try:
        degrees = float(value)
    except ValueError:
        return None
    return degrees if math.isfinite(degrees) and abs(degrees) <= most else None


def voice(letter: Letter) -> Update:
    """Accounts of old have what was said written down beside; all others send the sound alone."""
    return letter.said(letter.get("Recognition")) or unreadable(letter)


def unreadable(letter: Letter) -> Update:
    return letter.unread(letter.get("MsgType").lower())


MESSAGES: dict[str, Callable[[Letter], Update | None]] = {
    "text": text,
    "image": image,
    "file": file,
    "location": location,
    "voice": voice,
    "video": unreadable,
    "link": unreadable,
}
KINDS = frozenset({UNKNOWN, *MESSAGES, *(kind for kind, _ in events.EVENTS.values())})
"""Every value that `Incoming.kind` can have; nothing from a message gets among them."""
_OF_NO_AGENT = frozenset({"change_contact", "batch_job_result"})
"""Of the contact list and its jobs: they belong to the company, not to an app."""
_OF_ANOTHER = frozenset({"sys_approval_change", "open_approval_change"})
"""Of the approval app, with its AgentID. No update is made of these."""


def parse(xml: bytes, corp_id: str, agent_id: int) -> Incoming:
    """Read a decrypted message. Raises Forged when it is no message, or one of another company or app."""
    root = read(xml)
    letter = Letter(root, found := fields(root), xml, agent_id, found.get("FromUserName", "").strip().lower())
    kind, reader = _reader(letter)
    _check_address(letter, kind, corp_id)
    if kind == UNKNOWN or not letter.sender or len(letter.sender.encode()) > MAX_USERID:
        return Incoming(UNKNOWN, None, letter.message_id)
    if kind == "change_contact":
        return Incoming(kind, None, letter.message_id, events.contact(letter))
    if letter.sender == SYSTEM:
        return Incoming(kind, None, letter.message_id)
    update = reader(letter) if reader else None
    return Incoming(kind, update, update.message_id if update else letter.message_id)


def _reader(letter: Letter) -> tuple[str, events.Reader | None]:
    kind = letter.get("MsgType").lower()
    if kind == "event":
        return events.EVENTS.get(letter.get("Event").lower(), (UNKNOWN, None))
    return (kind, MESSAGES[kind]) if kind in MESSAGES else (UNKNOWN, None)


def _check_address(letter: Letter, kind: str, corp_id: str) -> None:
    agent = letter.get("AgentID")
    ours = agent == str(letter.agent_id) or kind in _OF_ANOTHER or (not agent and kind in _OF_NO_AGENT)
    if not ours or letter.get("ToUserName") != corp_id:
        raise Forged
