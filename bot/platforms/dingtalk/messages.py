"""What a person sent to the robot, made into an update: text, pictures, files; and what only asks for a word back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from bot.platforms.dingtalk import webhook
from bot.platforms.port import DIRECT, Media, Update
from bot.platforms.shared.documents import Document, clean, listing, mapping, seconds, text, word
from config.settings import DingTalk

NAME = "dingtalk"
UNKNOWN, EXHAUSTED = "unknown", "exhausted"
QUOTA = "20001"
"""The code of a message that came without its content, because the month's pushes are used up."""
MAX_USERID, MAX_CONVERSATION, MAX_ID = 64, 60, 100
"""Characters that the inbox keeps of each."""
MAX_TEXT, MAX_NAME, MAX_CODE, MAX_MEDIA = 4_000, 200, 2_048, 20
_MENTION = re.compile(r"@\S+(\s+|$)")
_OURS = ("e:", "c:", "m:")
"""How message ids begin that are not DingTalk's own."""


class Foreign(Exception):
    """Of another company or robot."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One push as it was understood. `kind` is one of KINDS; without `update` there is nothing to handle.

    `unnamed`: the sender has no userId, so there is nobody to answer as; `conversation` and `reply_to` say where a
    sentence can go that holds nothing of anybody.
    """

    kind: str
    update: Update | None
    message_id: str = ""
    unnamed: bool = False
    conversation: str = DIRECT
    reply_to: tuple[str, float] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """What was in a message, before it is known whose it is."""

    text: str = ""
    media: tuple[Media, ...] = ()
    unread: str | None = None

    def __bool__(self) -> bool:
        return bool(self.text or self.media or self.unread)


def _text(payload: Document) -> Said:
    return Said(word(mapping(payload, "text").get("content")))


def _rich(payload: Document) -> Said:
    """Runs of words are one text; a picture between them ends the line."""
    words: list[str] = []
    codes: list[str] = []
    for raw in listing(mapping(payload, "content"), "richText"):
        part = raw if isinstance(raw, dict) else {}
        if code := text(part, "downloadCode"):
            codes.append(code)
            words.append("\n")
        else:
            words.append(word(part.get("text")))
    lines = (line.rstrip() for line in "".join(words).splitlines())
    return Said("\n".join(line for line in lines if line), _media((code, "") for code in codes))


def _file(payload: Document) -> Said:
    content = mapping(payload, "content")
    media = _media([(text(content, "downloadCode"), text(content, "fileName"))])
    return Said(media=media) if media else Said(unread="other")


def _media(found: Iterable[tuple[str, str]]) -> tuple[Media, ...]:
    readable = [Media(code, name[:MAX_NAME]) for code, name in found if 0 < len(code) <= MAX_CODE]
    return tuple(readable[:MAX_MEDIA])


def _audio(payload: Document) -> Said:
    heard = text(mapping(payload, "content"), "recognition")
    return Said(heard) if heard else Said(unread="voice")


MESSAGES: dict[str, Callable[[Document], Said]] = {
    "text": _text,
    "richtext": _rich,
    "picture": _file,
    "file": _file,
    "audio": _audio,
    "video": lambda _: Said(unread="video"),
    "link": lambda _: Said(unread="link"),
}
KINDS = frozenset({UNKNOWN, EXHAUSTED, *MESSAGES})
"""Every value that `Incoming.kind` of a robot message can have; nothing from a message gets among them."""


def parse(payload: Document, settings: DingTalk, now: datetime) -> Incoming:
    """Read a robot message. Raises Foreign when it is not for this robot or not of this company."""
    check_company(payload, settings, "chatbotCorpId", *(["senderCorpId"] if payload.get("senderStaffId") else []))
    if text(payload, "robotCode") not in ("", settings.robot):
        raise Foreign
    kind = _kind(payload)
    known = Incoming(kind, None, message_id(payload), conversation=_conversation(payload))
    if kind == EXHAUSTED or len(known.conversation) > MAX_CONVERSATION:
        return known
    until = seconds(payload, "sessionWebhookExpiredTime") or 0.0
    known = replace(known, reply_to=webhook.reply_to(text(payload, "sessionWebhook"), until, settings, now))
    sender = text(payload, "senderStaffId")
    if not sender or len(sender) > MAX_USERID:
        return replace(known, unnamed=not sender)
    said = _said(payload, kind, known.conversation)
    return replace(known, update=_update(known, sender, said)) if said else known


def check_company(payload: Document, settings: DingTalk, *names: str) -> None:
    """Raises Foreign when one of these fields names another company than the configured one."""
    if settings.corp_id and any(text(payload, name) not in ("", settings.corp_id) for name in names):
        raise Foreign


def _kind(payload: Document) -> str:
    kind = text(payload, "msgtype").lower()
    codes = {text(payload, name) for name in ("errorCode", "errCode", "code")}
    if QUOTA in codes and not payload.get("text") and not payload.get("content"):
        return EXHAUSTED
    return kind if kind in MESSAGES else UNKNOWN


def message_id(payload: Document) -> str:
    """`msgId`; for a message without a usable one a hash of the whole."""
    given = text(payload, "msgId")
    if 0 < len(given) <= MAX_ID and not given.startswith(_OURS):
        return given
    return f"m:{sha256(repr(sorted(payload.items())).encode('utf-8', 'replace')).hexdigest()}"


def _conversation(payload: Document) -> str:
    """Where it was said. What is not marked as a single chat may be read by others."""
    return DIRECT if text(payload, "conversationType") == "1" else text(payload, "conversationId") or DIRECT


def _said(payload: Document, kind: str, conversation: str) -> Said:
    said = MESSAGES[kind](payload) if kind in MESSAGES else Said(unread="other")
    words = said.text if conversation == DIRECT else without_mention(said.text)
    return replace(said, text=clean(words.strip()[:MAX_TEXT]))


def without_mention(words: str) -> str:
    """Without the robot's name at the very start.

    DingTalk itself mostly takes the name out and leaves a blank: a name after a blank is somebody else's.
    """
    return _MENTION.sub("", words, count=1) if words.startswith("@") else words


def _update(known: Incoming, sender: str, said: Said) -> Update:
    return Update(
        NAME,
        known.message_id,
        sender,
        known.conversation,
        text=said.text,
        media=said.media,
        unread=said.unread,
        reply_to=known.reply_to,
    )
