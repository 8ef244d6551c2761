"""The state of the fake: members, groups, chats, cards, files, limits. And the clock."""

from __future__ import annotations

import base64
import hashlib
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.fakes.dingtalk.account import Account, Tokens
from tests.fakes.dingtalk.faults import Fault, Faults
from tests.fakes.dingtalk.limits import QpsLimits, Quotas
from tests.fakes.dingtalk.records import Call, Card, Frame, Pushed, Shown, Stored

WEBHOOK_LIFE = 90 * 60.0


@dataclass
class LoginDesk:
    """Who stands at the login's page, and what was handed out there."""

    chosen_corp: str
    """The organisation that they choose."""
    at_browser: str = ""
    trusted_domain: str = ""
    """Host and port that the page sends people back to."""
    codes: dict[str, Any] = field(default_factory=dict)
    user_tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Tokens of people who logged in: whose, and until when."""
    outside: set[str] = field(default_factory=set)
    """Outside contacts (外部联系人) of the organisation."""


class World:
    """Everything the fake knows. User ids are compared as they are."""

    base = ""
    """`http://127.0.0.1:PORT` once started: the bare origin of both bases."""

    def __init__(
        self,
        members: Iterable[str] = (),
        groups: Mapping[str, Iterable[str]] | None = None,
        account: Account | None = None,
    ) -> None:
        self.account = account or Account()
        self.members: set[str] = set(members)
        """userIds; whoever is not among them cannot be written to."""
        self.groups: dict[str, list[str]] = {cid: list(users) for cid, users in (groups or {}).items()}
        """openConversationId → userIds, of the groups with the robot in them."""
        self.flow_controlled: set[str] = set()
        """Users for whom batchSend answers flowControlledStaffIdList and shows nothing."""
        self.tokens = Tokens()
        self.limits = QpsLimits()
        self.quotas = Quotas()
        self.ip_allowed = True
        self.missing_permissions: set[str] = set()
        """APIs for which the app lacks the permission point."""
        self.faults = Faults()
        self.seen: dict[str, list[Shown]] = defaultdict(list)
        self.seen_group: dict[str, list[Shown]] = defaultdict(list)
        self.calls: dict[str, list[Call]] = defaultdict(list)
        self.frames: list[Frame] = []
        """Everything delivered, in Stream and HTTP mode, with its answer or the lack of one."""
        self.lost: list[Pushed] = []
        """Robot messages and presses that found no live connection."""
        self.warnings: list[str] = []
        """What DingTalk lets pass but a person would suffer from, or what breaks the documented rules."""
        self.cards: dict[str, Card] = {}
        self.files: dict[str, Stored] = {}
        self.links: dict[str, tuple[str, float]] = {}
        """Path of a downloadUrl → download code and until when."""
        self.webhooks: dict[str, tuple[str | None, str, float]] = {}
        """Session → group (None: single chat), user, until when."""
        self.routes: dict[str, tuple[str, str]] = {}
        """callbackRouteKey → URL and apiSecret."""
        self.random = random.Random(secrets.randbits(32))
        """Chooses the connection of each push; seed it for a repeatable run."""
        self.offset = 0.0

    @cached_property
    def login(self) -> LoginDesk:
        """Logging in, see `logins`."""
        return LoginDesk(chosen_corp=self.account.corp_id)

    @cached_property
    def departments(self) -> dict[int, tuple[int, list[str]]]:
        """Parent, and who stands directly in it, of each department."""
        return {1: (0, [])}

    @cached_property
    def names(self) -> dict[str, tuple[str, str]]:
        """Name and job number by userId."""
        return {}

    def now(self) -> float:
        """Unix seconds of this fake: real time and what `advance` added."""
        return time.time() + self.offset

    def millis(self) -> int:
        return int(self.now() * 1000)

    def advance(self, seconds: float) -> None:
        """Let time pass: tokens, tickets, webhooks, links, limits and months age; pushes carry the later time."""
        self.offset += seconds

    def set_time(self, at: float) -> None:
        """Run on from this instant, Unix seconds, at the pace of real time."""
        self.offset = at - time.time()

    def inject(self, api: str, fault: str, times: int | None = 1, **options: Any) -> Fault:
        """The next calls of an API (`"*"`: any) go wrong; times=None: until `faults.clear()`. See Fault."""
        return self.faults.inject(api, fault, times, **options)

    def revoke_token(self) -> None:
        self.tokens.revoke()

    def expire_token(self) -> None:
        self.tokens.expire()

    def block(self, api: str, seconds: float = 1.0) -> None:
        """QpsLimitForAppkeyAndApi for this API from now on, for so long."""
        self.limits.block(api, self.now(), seconds)

    def exhaust_calls(self) -> None:
        self.quotas.calls = 0

    def exhaust_pushes(self) -> None:
        self.quotas.pushes = 0

    def conversation(self, user: str, group: str | None = None) -> str:
        """The conversationId: the group's, or that of the single chat with this person."""
        return group or "cid" + base64.b64encode(hashlib.sha256(user.encode()).digest()[:16]).decode()

    def webhook(self, user: str, group: str | None) -> tuple[str, int]:
        """A fresh sessionWebhook and its sessionWebhookExpiredTime."""
        session, until = secrets.token_hex(16), self.now() + WEBHOOK_LIFE
        self.webhooks[session] = (group, user, until)
        return f"{self.base}/robot/sendBySession?session={session}", int(until * 1000)

    def keep(self, kind: str, name: str, content: bytes) -> str:
        """Store a file; its code or media id."""
        code = f"@{kind}{secrets.token_urlsafe(24)}"
        self.files[code] = Stored(kind, name, content, self.now())
        return code

    def show(self, shown: Shown, *, users: Iterable[str] = (), groups: Iterable[str] = ()) -> None:
        for user in users:
            self.seen[user].append(shown)
        for group in groups:
            self.seen_group[group].append(shown)

    def screen(self, user: str, group: str | None = None) -> list[Shown]:
        """What stands in the chat now: each message once, in its newest form, oldest message first."""
        newest: dict[str, Shown] = {}
        for shown in self.seen_group[group] if group else self.seen[user]:
            newest[shown.message_id] = shown
        return list(newest.values())
