"""The state of the fake: members and their screens, messages, codes, media, limits. And the clock."""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.wecom.account import Account, Tokens
from tests.fakes.wecom.aibot import Aibot
from tests.fakes.wecom.errors import BAD_MEDIA_ID, ApiError
from tests.fakes.wecom.faults import Fault, Faults
from tests.fakes.wecom.limits import ApiLimits, MemberLimits
from tests.fakes.wecom.records import Call, Callback, Message, ResponseCode, Shown

MEDIA_LIFE = 3 * 24 * 3600
CODE_LIFE = 72 * 3600


@dataclass(frozen=True)
class Media:
    """A temporary file."""

    kind: str
    name: str
    content: bytes
    at: float


@dataclass
class LoginDesk:
    """Who opened the login's page in WeCom or scanned it, and the codes that were handed out there, see `logins`."""

    at_browser: str = ""
    trusted_domain: str = ""
    """Host and port that the page sends people back to (网页授权可信域名)."""
    codes: dict[str, Any] = field(default_factory=dict)


class World:
    """Everything the fake knows. User ids are compared lower-case; `seen` is keyed by the lower-case id."""

    def __init__(self, members: Iterable[str] = (), account: Account | None = None) -> None:
        self.account = account or Account()
        self.members: set[str] = set(members)
        """User ids as the directory writes them; whoever is not among them cannot be written to."""
        self.departments: dict[int, set[str]] = {1: set()}
        """Who stands directly in which department."""
        self.names: dict[str, tuple[str, str]] = {}
        """Name and 工号 (a field of the company's own) by user id."""
        self.unlicensed: set[str] = set()
        self.tokens = Tokens()
        self.limits = ApiLimits()
        self.member_limits = MemberLimits()
        self.faults = Faults()
        self.seen: dict[str, list[Shown]] = defaultdict(list)
        self.calls: dict[str, list[Call]] = defaultdict(list)
        self.callbacks: list[Callback] = []
        self.dropped: list[tuple[str, dict[str, Any]]] = []
        """Member and request of every message that went over the member's limit: nobody saw it."""
        self.duplicates: list[dict[str, Any]] = []
        """Requests that the duplicate check kept from being shown again."""
        self.warnings: list[str] = []
        """What WeCom lets pass but a person would suffer from: cut texts, too long words, unknown fields."""
        self.messages: dict[str, Message] = {}
        self.codes: dict[str, ResponseCode] = {}
        self.task_ids: set[str] = set()
        self.media: dict[str, Media] = {}
        self.shown_once: dict[str, float] = {}
        """Digests of bodies sent with the duplicate check, and until when the same bytes are duplicates."""
        self.menu: list[dict[str, Any]] | None = None
        """The app's menu as it stands on phones."""
        self.login = LoginDesk()
        self.app_closed = False
        """An administrator switched the app off."""
        self.offset = 0.0
        self.chats: dict[str, Any] = {}
        """Groups that the app made, by chatid."""
        self.aibot = Aibot(self)

    def now(self) -> float:
        """Unix seconds of this fake: real time and what `advance` added."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Let time pass: tokens, codes, media and limits age; callbacks carry the later time."""
        self.offset += seconds

    def set_time(self, at: float) -> None:
        """Run on from this instant, Unix seconds, at the pace of real time."""
        self.offset = at - time.time()

    def ciphers(self) -> dict[str, str]:
        """What members are called on the bot's connection, where they are not called by their userid."""
        return self.aibot.ciphers

    def display(self, user: str) -> str:
        """The id as the directory writes it."""
        return next((member for member in self.members if member.lower() == user.lower()), user)

    def inject(self, api: str, fault: str, times: int | None = 1, **options: Any) -> Fault:
        """The next calls of an API (`"*"`: any) go wrong; times=None: until `faults.clear()`. See Fault."""
        return self.faults.inject(api, fault, times, **options)

    def revoke_token(self) -> None:
        self.tokens.revoke()

    def expire_token(self) -> None:
        self.tokens.expire()

    def block(self, api: str, seconds: float | None = None) -> None:
        """45009 for this API from now on, for a minute or so long."""
        self.limits.block(api, self.now(), seconds)

    def new_code(self, message: Message) -> str:
        """A fresh response code of a message."""
        code = f"rc-{secrets.token_urlsafe(24)}"
        self.codes[code] = ResponseCode(message, self.now())
        return code

    def keep(self, kind: str, name: str, content: bytes) -> str:
        """Store a file; its media id."""
        media_id = f"m-{secrets.token_urlsafe(30)}"
        self.media[media_id] = Media(kind, name, content, self.now())
        return media_id

    def file(self, media_id: str, kind: str | None = None) -> Media:
        """Raises ApiError when it never was, is older than three days, or of another kind."""
        media = self.media.get(media_id)
        if media is None or self.now() > media.at + MEDIA_LIFE or kind not in (None, media.kind):
            raise ApiError(BAD_MEDIA_ID, "invalid media_id")
        return media

    def screen(self, user: str) -> list[Shown]:
        """What stands on the member's screen now: each message once, in its newest form, oldest message first."""
        newest: dict[str, Shown] = {}
        for shown in self.seen[user.lower()]:
            newest[shown.msgid] = shown
        return [shown for shown in newest.values() if not shown.recalled]

    def card(self, user: str, task_id: str) -> Shown | None:
        """The card of this task id as the member sees it now."""
        found = [shown for shown in self.screen(user) if shown.card is not None and shown.task_id == task_id]
        return found[-1] if found else None
