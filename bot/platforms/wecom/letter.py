"""One decrypted message or event, as the readers of each kind see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from xml.etree.ElementTree import Element

from bot.platforms.port import Update
from domain.kernel.clock import SHANGHAI

NAME = "wecom"
MAX_USERID = 64
"""Bytes of a userid, WeCom's own limit."""
MAX_TEXT = 4_000
"""Characters of a text that are read."""
_LONGEST_NUMBER = 30


@dataclass(slots=True)
class Letter:
    """`fields` are the children of the root by name, `raw` the decrypted bytes."""

    root: Element
    fields: dict[str, str]
    raw: bytes
    agent_id: int
    sender: str
    """Lower-case: WeCom compares userids that way."""

    def get(self, name: str) -> str:
        """A field without surrounding blanks, "" when it is not there."""
        return self.fields.get(name, "").strip()

    @property
    def message_id(self) -> str:
        """`MsgId` where there is one; an event has none, and its user and second collide, so its bytes are hashed."""
        number = self.get("MsgId")
        if 0 < len(number) <= _LONGEST_NUMBER and number.isascii() and number.isdigit():
            return f"{self.agent_id}:{number}"
        return f"{self.agent_id}:e:{sha256(self.raw).hexdigest()}"

    @property
    def day(self) -> str | None:
        """The date of CreateTime in Shanghai as yyyy-mm-dd, None when it has no readable time."""
        try:
            return datetime.fromtimestamp(int(self.get("CreateTime")), SHANGHAI).date().isoformat()
        except (ValueError, OverflowError, OSError):
            return None

    def said(self, text: str) -> Update | None:
        """A text of the person, None when it says nothing."""
        text = text[:MAX_TEXT]
        return Update(NAME, self.message_id, self.sender, text=text) if text.strip() else None

    def unread(self, kind: str) -> Update:
        """Something that came but cannot be read; the person is told so."""
        return Update(NAME, self.message_id, self.sender, unread=kind)
