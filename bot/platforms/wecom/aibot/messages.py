"""What people said to the bot, made into updates: text, pictures, files, speech that WeCom has written down."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.platforms.port import AIBOT, DIRECT, Media, Update
from bot.platforms.shared.documents import Document, clean, listing, loaded, mapping, text, word
from bot.platforms.wecom.letter import MAX_TEXT, MAX_USERID, NAME

UNKNOWN, GROUP = "unknown", "group"
MAX_CONVERSATION, MAX_ID, MAX_MEDIA, MAX_ADDRESS = 60, 100, 20, 4_096
"""Characters that the inbox keeps; pictures and files of one message."""
STREAM_SECONDS = 350.0
"""A message can be answered by its req_id for six minutes; less a little for the way."""
_MENTION = re.compile(r"@\S+(?:\s+|$)")


class Foreign(Exception):
    """For another bot."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as it was understood. `kind` is one of KINDS; without `update` there is nothing to handle."""

    kind: str
    update: Update | None


@dataclass(frozen=True, slots=True)
class Said:
    """What was in a message, before it is known whose it is."""

    text: str = ""
    media: tuple[Media, ...] = ()
    unread: str | None = None

    def __bool__(self) -> bool:
        return bool(self.text.strip() or self.media or self.unread)


@dataclass(frozen=True)
class Reader:
    """Reads the messages of one bot; `names` are what it may be called by in a group."""

    bot_id: str
    names: tuple[str, ...] = ()

    def read(self, body: Document, req_id: str, now: float) -> Incoming:
        """`now` in Unix seconds. Raises Foreign."""
        if text(body, "aibotid") not in ("", self.bot_id):
            raise Foreign
        kind = text(body, "msgtype").lower()
        kind = kind if kind in MESSAGES else UNKNOWN
        in_group = text(body, "chattype") == GROUP
        conversation = AIBOT + text(body, "chatid") if in_group else DIRECT
        sender = text(mapping(body, "from"), "userid")  # perhaps a cipher, in which upper and lower case differ
        said = self._said(body, kind, in_group)
        usable = 0 < len(sender.encode()) <= MAX_USERID and conversation != AIBOT
        if not usable or len(conversation) > MAX_CONVERSATION or not (said or in_group):
            return Incoming(kind, None)
        reply_to = (req_id, now + STREAM_SECONDS) if in_group else None
        update = Update(NAME, message_id(body), sender, conversation, text=said.text, media=said.media)
        return Incoming(kind, replace(update, unread=said.unread, reply_to=reply_to))

    def _said(self, body: Document, kind: str, in_group: bool) -> Said:
        said = MESSAGES[kind](body) if kind in MESSAGES else Said(unread="other")
        words = self._without_mention(said.text) if in_group else said.text
        return _with_quote(replace(said, text=clean(words.strip()[:MAX_TEXT])), mapping(body, "quote"))

    def _without_mention(self, words: str) -> str:
        """Without the bot's own name at the very start; a name of two words is known only from `names`."""
        words = words.lstrip()
        for name in self.names:
            if words.startswith(f"@{name}"):
                return words[len(name) + 1 :]
        return _MENTION.sub("", words, count=1) if words.startswith("@") else words


def message_id(body: Document) -> str:
    """WeCom's own, which comes again when it sends a message again; else a hash of the whole."""
    given = text(body, "msgid")
    if 0 < len(given) <= MAX_ID:
        return AIBOT + given
    return f"{AIBOT}m:{sha256(repr(sorted(body.items())).encode('utf-8', 'replace')).hexdigest()}"


def _text(body: Document) -> Said:
    return Said(word(mapping(body, "text").get("content")))


def _voice(body: Document) -> Said:
    """WeCom has written down what was said."""
    heard = text(mapping(body, "voice"), "content")
    return Said(heard) if heard else Said(unread="voice")


def _mixed(body: Document) -> Said:
    items = [loaded(item) for item in listing(mapping(body, "mixed"), "msg_item")]
    words = [_text(item).text for item in items if text(item, "msgtype") == "text"]
    return Said("\n".join(words), _media(item for item in items if text(item, "msgtype") == "image"))


def _file(body: Document) -> Said:
    media = _media([body])
    return Said(media=media) if media else Said(unread="other")


def _media(bodies: Iterable[Document]) -> tuple[Media, ...]:
    return tuple(media for body in bodies for media in _lying(body))[:MAX_MEDIA]


def _lying(body: Document) -> Iterator[Media]:
    """Where it lies, with the key that opens it."""
    lies = mapping(body, text(body, "msgtype").lower())
    address, key = text(lies, "url"), text(lies, "aeskey")
    if 0 < len(address) <= MAX_ADDRESS:
        yield Media(AIBOT + json.dumps({"url": address, "aeskey": key}), text(lies, "filename")[:200])


def _with_quote(said: Said, quote: Document) -> Said:
    """A quoted picture or file belongs to what is said about it; quoted words were said before."""
    quoted = MESSAGES.get(text(quote, "msgtype").lower())
    if quoted is None or said.media or said.unread:
        return said
    return replace(said, media=quoted(quote).media)


MESSAGES: dict[str, Callable[[Document], Said]] = {
    "text": _text,
    "mixed": _mixed,
    "image": _file,
    "file": _file,
    "voice": _voice,
    "video": lambda _: Said(unread="video"),
}
KINDS = frozenset({UNKNOWN, *MESSAGES})
"""Every value that `Incoming.kind` can have; nothing from a message gets among them."""
